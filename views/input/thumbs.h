/* The pictures to choose from: small pictures in a grid where they are loaded, else their names. */
#ifndef VIEWS_INPUT_THUMBS_H
#define VIEWS_INPUT_THUMBS_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

typedef struct ThumbPlan {
    int columns, rows; /* of pictures on the page */
    int width, height; /* cells of one picture */
    bool named;        /* each has its name below it */
    int first;         /* of the page; whole rows */
} ThumbPlan;

/* As large as all of them fit; where they do not fit at all, the page with the chosen one. */
ThumbPlan input_thumbs_plan(Rect area, int count, int cursor);
void input_thumbs_draw(Canvas *canvas, Rect area, const Scene *scene);

#endif
