/* The two networks that the gradient chart compares: the same one with its skips and without. */
#ifndef VIEWS_GRADIENTS_SIDES_H
#define VIEWS_GRADIENTS_SIDES_H

#include "views/scene/scene.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

/* Whichever of the two the scene's pass is, each keeps its place: to take the skips away moves bars and
 * nothing else. A side is NULL where there is none, or none yet. */
typedef struct GradientSides {
    const Pass *with, *without;
    SkipMode how; /* `without` has lost its skips, or what else it has lost */
    bool single;  /* the network has no skips: `without` is all there is */
} GradientSides;

GradientSides gradient_sides(const Scene *scene);

/* l2 of the gradient at the row's input; NaN while it is not known. */
double gradient_side_value(const Pass *side, int row);
/* "with skips", "without (cut)", "without (plain)", "with lesions", "no skips". */
const char *gradient_side_name(const GradientSides *sides, bool with);
/* Why the side has no bars: "being computed" or "". */
const char *gradient_side_state(const Scene *scene, const Pass *side);

/* The axis of everything in the chart. It leaves a decade on both sides of the network with skips, so that it
 * stays where it is when another way to lose them is chosen. */
PlotLogAxis gradient_axis(const Scene *scene, const GradientSides *sides);

/* "0.041", "6.9e-04"; "0" for a way that is closed; "" for NaN. */
WidgetText gradient_number(double value);
/* Two figures, as long as they say something: "1.3", "29", "2e+05". */
TextNumber gradient_factor(double factor);
/* "29x less", "1.3x more", "the same": without, as seen from with. "" while one is not known. */
WidgetText gradient_ratio(double with, double without);

#endif
