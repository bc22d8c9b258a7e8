/* The figures below the panels, one row each: statistics (in `lines` rows a tensor), parameters, what only
 * one kind of op has. Private to views/step. */
#ifndef VIEWS_STEP_NOTES_H
#define VIEWS_STEP_NOTES_H

#include "views/step/panel.h"

int step_notes_height(const Scene *scene, const StepPanels *panels, int lines);
void step_notes_draw(Canvas *canvas, Rect area, const Scene *scene, const StepPanels *panels, int lines);
/* What the step comes to, in one row: the loss, or the figures of what it writes. */
void step_notes_brief(Canvas *canvas, Rect row, const Scene *scene);

#endif
