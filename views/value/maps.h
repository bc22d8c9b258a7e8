/* The maps that the selected number and the values it was made from lie in, beside or below its arithmetic. */
#ifndef VIEWS_VALUE_MAPS_H
#define VIEWS_VALUE_MAPS_H

#include "core/inspect/arithmetic.h"
#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* Takes their room off the area, which keeps `columns` and `rows` for text; empty where there is none for them, or
 * no map. */
Rect value_maps_take(Rect *area, const Scene *scene, const ArithmeticPart *part, int columns, int rows);
/* Returns the part of the area that is used. */
Rect value_maps_draw(Canvas *canvas, Rect area, const Scene *scene, const ArithmeticPart *part);

#endif
