/* Where we are in the network, in a narrow column: every block as a row, the ops of the selected block below
 * it. */
#ifndef VIEWS_PANEL_NAVIGATOR_H
#define VIEWS_PANEL_NAVIGATOR_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

enum { NAVIGATOR_WIDTH = 38 };

/* One row: an op, or a folded block. */
typedef struct NavigatorRow {
    int op;    /* of a folded block: its last op */
    int block; /* -1: outside of the blocks */
    bool folded;
} NavigatorRow;

int navigator_row_count(const Network *network, int selected_op);
NavigatorRow navigator_row_at(const Network *network, int selected_op, int row); /* 0 <= row < count */

void navigator_draw(Canvas *canvas, Rect area, const Scene *scene);

#endif
