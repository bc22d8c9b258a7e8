/* What a view needs beyond views/part/parts.h to move through maps and bars: where they stand, and which
 * maps are dead. */
#ifndef VIEWS_PART_PARTS_DETAIL_H
#define VIEWS_PART_PARTS_DETAIL_H

#include "views/part/parts.h"

typedef struct PartBarsPlan {
    int columns, rows; /* the page: columns of rows, filled from top to bottom and then to the right */
    int column_width;  /* cells, with the gap to the next column */
    int first, count;  /* values on the page that shows the selected one */
} PartBarsPlan;

/* How part_bars places its rows, without drawing. */
PartBarsPlan part_bars_plan(Rect area, const PartBars *bars);

/* Zero everywhere in the first image. The tensor has been computed. */
bool part_channel_is_dead(Tensor tensor, int channel);
/* The gradient at the op's output is known, and zero everywhere in the channel. */
bool part_channel_is_blocked(const Scene *scene, int op, int channel);
/* Do maps of this size show single cells of the tensor, without pooling? A character stands for two rows. */
bool part_is_as_is(const Canvas *canvas, int map_width, Shape shape);

#endif
