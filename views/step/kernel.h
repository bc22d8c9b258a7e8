/* One slice of a filter, and a window of numbers: squares with a number in each. */
#ifndef VIEWS_STEP_KERNEL_H
#define VIEWS_STEP_KERNEL_H

#include "views/step/panel.h"

enum { STEP_GRID_MAX = 11 * 11 };

/* Numbers in squares, coloured on a signed scale. */
typedef struct StepGrid {
    int rows, columns;
    double value[STEP_GRID_MAX]; /* NaN: there is none, the place is padding */
    int winner;                  /* marked; -1: none */
    Scale scale;
    PaletteId palette;
} StepGrid;

/* The filter slice between one input and one output channel; turned round where the gradient runs back. */
StepGrid step_kernel_grid(const Scene *scene, const Op *op, const StepFilter *filter);
/* What the window of max pooling saw for the selected number of the output. */
StepGrid step_window_grid(const Scene *scene, const Op *op);

/* Cells of the drawing in so much room. */
Rect step_grid_size(const StepGrid *grid, int width, int height);
void step_grid_draw(Canvas *canvas, Rect area, const StepGrid *grid);

#endif
