/* The way through the network beside the architecture table: the branch on the left, the skip as a lane on
 * the right, from the heading of a block to its addition, and also where blocks are folded. */
#ifndef VIEWS_ARCHITECTURE_LANE_H
#define VIEWS_ARCHITECTURE_LANE_H

#include "views/architecture/rows.h"
#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

enum { ARCHITECTURE_LANE_WIDTH = 6 };

/* The row's part of the lanes in ARCHITECTURE_LANE_WIDTH columns. Identity is a solid line, zero-pad (A) a
 * dashed one, projection (B) a crossed one. A folded block is its addition in one row; a folded stage shows
 * the lane of its first block, where that one changes the shape, beside the lane of the others. */
void architecture_lane_draw(Canvas *canvas, int x, int y, const Scene *scene, ArchitectureRow row);

/* Is the op on a way that the pass's skip mode has closed? */
bool architecture_op_is_closed(const Scene *scene, int op);

#endif
