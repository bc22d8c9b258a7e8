/* Row and column numbers beside an enlarged map. */
#ifndef VIEWS_MAPS_AXES_H
#define VIEWS_MAPS_AXES_H

#include "views/plot/plot.h"

/* The area that is left for a map of width x height once its axes have their place: a gutter on the left for
 * the rows, a row above for the columns; each only where the map is not drawn smaller because of it. */
Rect map_axes_place(Rect area, int width, int height, int zoom_max);
/* The same, always with both gutters if the area is large enough. */
Rect map_axes_reserve(Rect area, int height);
/* Numbers the grid, which stands in the place of one of these. */
void map_axes_draw(Canvas *canvas, Rect area, const PlotGrid *grid);

#endif
