/* The drawing of a residual block: x, the operations of F in a row, the addition, the activation, and above
 * them the lane of the shortcut, whose line tells its kind (solid identity, dotted zero-pad, double
 * projection). Under each name stands the norm of its activation, or in the backward pass of its gradient. */
#ifndef VIEWS_BLOCK_LANE_H
#define VIEWS_BLOCK_LANE_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

enum { BLOCK_LANE_ROWS = 3 };

void block_lane_draw(Canvas *canvas, Rect area, const Scene *scene, int block);

#endif
