/* The gradient over depth as two curves, and the ways by which it came to the selected block. */
#ifndef VIEWS_GRADIENTS_CURVE_H
#define VIEWS_GRADIENTS_CURVE_H

#include "views/canvas/canvas.h"
#include "views/gradients/sides.h"

void gradient_curve_draw(Canvas *canvas, Rect area, const Scene *scene, const GradientSides *sides);

enum { GRADIENT_WAYS_ROWS = 6 };
/* With skips, through the skip, through F, without; and whether the two ways agree. */
void gradient_ways_draw(Canvas *canvas, Rect area, const Scene *scene, const GradientSides *sides);

#endif
