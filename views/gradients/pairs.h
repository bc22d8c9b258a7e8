/* Two bars a block, one under the other: how large the gradient is at the block's input with skips, and
 * without. */
#ifndef VIEWS_GRADIENTS_PAIRS_H
#define VIEWS_GRADIENTS_PAIRS_H

#include "views/canvas/canvas.h"
#include "views/gradients/sides.h"

/* How the chart stands in an area, without drawing. */
typedef struct PairPlan {
    Rect rows;        /* of the bars, between the legend and the axis */
    int row_height;   /* cells of a block: 1 where two bars share a row of cells */
    int first, count; /* rows of the gradient flow that are shown */
    bool ends;        /* stem and head are among them; else their names stand beside legend and axis */
    bool all;         /* nothing is left out */
    bool legend;      /* stands above the bars; else the bars themselves are named */
} PairPlan;

PairPlan pair_plan(const Canvas *canvas, const Scene *scene, Rect area);
/* Rows that an area of that height does not use; the chart then needs so many less. */
int pair_rows_over(const Canvas *canvas, const Scene *scene, Rect area);
void pair_draw(Canvas *canvas, Rect area, const Scene *scene, const GradientSides *sides);

#endif
