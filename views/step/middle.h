/* The operation itself, between what goes in and what comes out: a kernel, a line, a curve, a window of
 * numbers, a sum. Private to views/step and views/words. */
#ifndef VIEWS_STEP_MIDDLE_H
#define VIEWS_STEP_MIDDLE_H

#include "views/step/panel.h"

/* Batch norm of the selected channel: y = slope · x + shift. */
typedef struct StepLine {
    double slope, shift;
} StepLine;

/* False while the mean and the variance have not been computed. */
bool step_line_of(const Scene *scene, const Op *op, StepLine *line);

/* Columns that it needs at least. */
int step_middle_width(const Scene *scene);
void step_middle_draw(Canvas *canvas, Rect area, const Scene *scene, const StepPanels *panels);

#endif
