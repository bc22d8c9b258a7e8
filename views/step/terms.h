/* A sum of many terms as a list of the largest: a row of a matrix at work, and scores that become
 * probabilities. Private to views/step. */
#ifndef VIEWS_STEP_TERMS_H
#define VIEWS_STEP_TERMS_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* "-2.8e-4", "0.31": as short as so many digits allow. */
typedef struct StepNumber {
    char text[16];
} StepNumber;

StepNumber step_number(double value, int digits);

void step_terms_draw(Canvas *canvas, Rect area, const Scene *scene);
void step_softmax_draw(Canvas *canvas, Rect area, const Scene *scene);

#endif
