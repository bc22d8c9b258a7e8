/* What else there is to see of a channel where a screen has room for it: the numbers around the cell, where a
 * part of a map lies, how the values are spread, the kernel that made the channel. */
#ifndef VIEWS_MAPS_DETAILS_H
#define VIEWS_MAPS_DETAILS_H

#include "views/widget/widgets.h"

/* As much of it as has room; nothing in an area too small for any. `part`: columns and rows of the map that are
 * shown elsewhere; empty: all of it. The tensor is computed. */
void maps_details_draw(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor, Rect part);

#endif
