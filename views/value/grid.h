/* A window of numbers, its weights and their products as grids of columns, with as many digits as there is
 * room for. */
#ifndef VIEWS_VALUE_GRID_H
#define VIEWS_VALUE_GRID_H

#include "core/inspect/arithmetic.h"
#include "views/canvas/canvas.h"

enum { VALUE_GRIDS_MAX = 3 };

/* Where the grids stand. */
typedef struct ValueGridPlan {
    int count;                 /* grids drawn; 0: nothing fits, or there is none */
    int first;                 /* 0 the values, 1 the weights, 2 the products */
    int cell_width;            /* of one number with the space before it */
    Rect box[VALUE_GRIDS_MAX]; /* with a row for the title */
    int rows;                  /* taken from the top of the area */
    Rect beside; /* room to the right that is worth using; empty unless the grids fill two rows */
} ValueGridPlan;

/* All grids in one row, or two above the third, or one above the other, or the products alone. */
ValueGridPlan value_grid_plan(Rect area, const ArithmeticGrid *grid);
/* The same with its first row at y. */
void value_grid_move(ValueGridPlan *plan, int y);
/* Columns for three grids side by side, with as many digits as are good to read where the window is small. */
int value_grid_width(const ArithmeticGrid *grid);
void value_grid_draw(Canvas *canvas, const ValueGridPlan *plan, const ArithmeticGrid *grid);
/* What the marks in the grids mean: "· outside: 0"; "" when there are none. */
const char *value_grid_marks(const ArithmeticGrid *grid);

#endif
