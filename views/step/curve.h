/* A function as a line in a small plot with its two axes. Private to views/step. */
#ifndef VIEWS_STEP_CURVE_H
#define VIEWS_STEP_CURVE_H

#include "views/canvas/canvas.h"

/* y = value(context, x) for x from lo to hi; y spans what it takes there, and 0. */
typedef struct StepCurve {
    double (*value)(const void *context, double x);
    const void *context;
    double lo, hi;
    Role role;
} StepCurve;

void step_curve_draw(Canvas *canvas, Rect area, const StepCurve *curve);

#endif
