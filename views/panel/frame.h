/* What surrounds every view: above it a title bar and the tabs of all views, below it the position in the
 * program, the status line and the keys. */
#ifndef VIEWS_PANEL_FRAME_H
#define VIEWS_PANEL_FRAME_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"
#include "views/scene/view.h"

/* A key and what it does, in a word or two. */
typedef struct FrameHint {
    const char *key, *label;
} FrameHint;

/* Rows that may be missing. */
enum { FRAME_WITHOUT_TABS = 1, FRAME_WITHOUT_STRIP = 2 };

typedef struct FrameInfo {
    ViewId view;
    ZoomLevel level;        /* of the view: where in the path of the title bar we are */
    const FrameHint *hints; /* the most important first; those labelled "help" and "quit" are always shown */
    int hint_count;
    unsigned without;           /* FRAME_WITHOUT_ flags */
    unsigned hidden_views;      /* bit k: view k has no tab */
    const char *const *pressed; /* names of keys pressed just now, shown at the right end of the last row */
    int pressed_count;
    const char *pressed_text; /* what the last of them does */
} FrameInfo;

/* Draws all but the view itself and returns the view's area; below 80x24 only a line that says so, and the
 * area is empty. */
Rect frame_draw(Canvas *canvas, const FrameInfo *info, const Scene *scene);

/* The area that frame_draw returns on a screen of this size, with all rows and without some. */
Rect frame_view_area(int width, int height);
Rect frame_view_area_without(int width, int height, unsigned without);

#endif
