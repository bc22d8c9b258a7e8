/* What else there is to see of a channel where a screen has room for it: the numbers around the cell, where a
 * part of a map lies, how the values are spread, the kernel that made the channel. */
#ifndef VIEWS_MAPS_DETAILS_H
#define VIEWS_MAPS_DETAILS_H

#include "views/maps/plan.h"

void maps_details_draw(Canvas *canvas, const MapsPlan *plan, const Scene *scene, const WidgetTensor *tensor);

#endif
