/* Focus and context: one channel large, at one value a pixel or enlarged by a whole factor wherever that fits,
 * and all channels small beside or below it. Planned without drawing, so that keys and clicks know where what
 * stands. */
#ifndef VIEWS_WIDGET_FOCUS_H
#define VIEWS_WIDGET_FOCUS_H

#include "views/widget/widgets.h"

typedef struct WidgetFocus {
    int selected;     /* the channel in focus */
    int above, below; /* rows of text over and under the large map, in its own column */
    int text_width;   /* columns that this text wants; it gets fewer where the maps need them */
    int zoom_max;     /* of the large map; 0: 8 */
    int small_zoom;   /* the small maps are enlarged this often even when fewer have room on a page */
    bool ranked;      /* the small maps stand in the scene's order of channels */
    bool alone;       /* no small maps */
} WidgetFocus;

/* An empty rectangle is not drawn. */
typedef struct WidgetFocusPlan {
    Rect above, map, below; /* the column of the large map, from top to bottom */
    Rect title, overview;   /* a row over the small maps, and these */
    Rect rest;              /* the largest rectangle that nothing stands in */
    int zoom_max;           /* of the large map */
    int shrink; /* values of the tensor that a pixel of the large map stands for, in a row; 1: as it is or larger */
    WidgetMontage montage;
    WidgetPage page;
} WidgetFocusPlan;

WidgetFocusPlan widget_focus_plan(Rect area, const Scene *scene, Shape shape, WidgetFocus focus);
/* The two kinds of maps, without their texts. Completes plan->page as widget_montage does. */
PlotGrid widget_focus(Canvas *canvas, WidgetFocusPlan *plan, const Scene *scene, const WidgetTensor *tensor);

#endif
