/* The operation itself, between what goes in and what comes out: a kernel, a line, a curve, a window of
 * numbers, a sum. Private to views/step. */
#ifndef VIEWS_STEP_MIDDLE_H
#define VIEWS_STEP_MIDDLE_H

#include "views/step/panel.h"

/* Columns that it needs at least. */
int step_middle_width(const Scene *scene);
void step_middle_draw(Canvas *canvas, Rect area, const Scene *scene, const StepPanels *panels);

#endif
