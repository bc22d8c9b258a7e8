/* What surrounds every view, one row above it and two below: the place and the answer; the progress of the
 * pass; the keys. The names of the views stand in the title bar where it is wide, else for a moment in place of
 * the keys. */
#ifndef VIEWS_PANEL_FRAME_H
#define VIEWS_PANEL_FRAME_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"
#include "views/scene/view.h"

/* A key and what it does, in a word or two. */
typedef struct FrameHint {
    const char *key, *label;
} FrameHint;

/* What may be missing: the names of the views, the strip in the row of progress. */
enum { FRAME_WITHOUT_VIEWS = 1, FRAME_WITHOUT_STRIP = 2 };

enum { FRAME_ROWS = 3 };

typedef struct FrameInfo {
    ViewId view;
    ZoomLevel level;        /* of the view: where in the path of the title bar we are */
    const FrameHint *hints; /* the most important first; those labelled "help" and "quit" are always shown */
    int hint_count;
    bool lists_views;           /* the names of the views, in place of the keys where they stand nowhere else */
    unsigned without;           /* FRAME_WITHOUT_ flags */
    unsigned hidden_views;      /* bit k: view k is not offered */
    const char *const *pressed; /* names of keys pressed just now, shown at the right end of the last row */
    int pressed_count;
    const char *pressed_text; /* what the last of them does */
} FrameInfo;

/* Draws all but the view itself and returns the view's area; below 80x24 only a line that says so, and the
 * area is empty. */
Rect frame_draw(Canvas *canvas, const FrameInfo *info, const Scene *scene);

/* The area that frame_draw returns on a screen of this size. */
Rect frame_view_area(int width, int height);

#endif
