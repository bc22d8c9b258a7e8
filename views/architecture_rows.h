/* The architecture table as rows: every op, with a heading above each stage and each block. */
#ifndef VIEWS_ARCHITECTURE_ROWS_H
#define VIEWS_ARCHITECTURE_ROWS_H

#include "core/network.h"
#include "views/canvas.h"
#include "views/scene.h"

typedef enum ArchitectureRowKind { ROW_STAGE, ROW_BLOCK, ROW_OP } ArchitectureRowKind;

typedef struct ArchitectureRow {
    ArchitectureRowKind kind;
    int op; /* a heading's: the op below it */
} ArchitectureRow;

int architecture_row_count(const Network *network);
int architecture_row_of(const Network *network, int op);
ArchitectureRow architecture_row_at(const Network *network, int row); /* 0 <= row < count */

enum { ARCHITECTURE_LANE_WIDTH = 6 };

/* The way through the network in ARCHITECTURE_LANE_WIDTH columns: the branch on the left, the skip as a lane
 * on the right, from the heading of a block to its addition. */
void architecture_lane_draw(Canvas *canvas, int x, int y, const Scene *scene, ArchitectureRow row);

/* Is the op on a way that the pass's skip mode has closed? */
bool architecture_op_is_closed(const Scene *scene, int op);

#endif
