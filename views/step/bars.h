/* Vectors as bars: by channel, by class, or the largest classes first. Private to views/step. */
#ifndef VIEWS_STEP_BARS_H
#define VIEWS_STEP_BARS_H

#include "views/step/panel.h"

void step_bars_draw(Canvas *canvas, Rect area, const Scene *scene, const StepPanel *panel);

#endif
