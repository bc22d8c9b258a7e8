/* What a view needs beyond views/widget/widgets.h to move through maps and bars: where they stand, and which
 * maps are dead. */
#ifndef VIEWS_WIDGET_WIDGETS_DETAIL_H
#define VIEWS_WIDGET_WIDGETS_DETAIL_H

#include "views/widget/widgets.h"

typedef struct WidgetBarsPlan {
    int columns, rows; /* the page: columns of rows, filled from top to bottom and then to the right */
    int height;        /* rows of cells of one value */
    int column_width;  /* cells, with the gap to the next column */
    int first, count;  /* values on the page that shows the selected one */
} WidgetBarsPlan;

/* How widget_bars places its rows, without drawing. */
WidgetBarsPlan widget_bars_plan(Rect area, const WidgetBars *bars);

/* Zero everywhere in the first image. The tensor has been computed. */
bool widget_channel_is_dead(Tensor tensor, int channel);
/* The gradient at the op's output is known, and zero everywhere in the channel. */
bool widget_channel_is_blocked(const Scene *scene, int op, int channel);
/* Do maps of this size show single cells of the tensor, without pooling? A character stands for two rows. */
bool widget_is_as_is(const Canvas *canvas, int map_width, Shape shape);

#endif
