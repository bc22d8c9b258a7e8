/* The gradient by depth as a table: by which way it came to each block, how the two ways agree, and the same
 * network without skips (or, where this run itself is changed, with them) beside it. */
#ifndef VIEWS_GRADIENTS_TABLE_H
#define VIEWS_GRADIENTS_TABLE_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

void gradient_table_draw(Canvas *canvas, Rect area, const Scene *scene);

#endif
