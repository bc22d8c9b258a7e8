/* What all activation functions share: y = f(x), element by element. */
#ifndef CORE_OP_ACTIVATION_H
#define CORE_OP_ACTIVATION_H

#include "core/op/arithmetic.h"
#include "core/op/explanation.h"
#include "core/tensor/elementwise.h"

/* OpSpec.shape: the output is as large as the input. */
bool activation_shape(Op *op, const Shape *x, Error *err);
/* Elements of y for the whole batch. */
size_t activation_count(const OpRun *run);

/* Forward pass of a smooth function: `range` gets y: y and a: x, both (N,C,H,W). */
void activation_run_forward(const OpRun *run, ElementsRange range);
/* OpSpec.backward_cells: `range` gets y: dx, a: dy, b: `of`, x or y of the run, and whether to add to dx. */
void activation_backward_cells(const OpRun *run, size_t pixels, const real *of, ElementsRange range);

/* Mean of the entries of D over a run: of the mask, for a function with gates the share of units that are
 * open; otherwise the mean slope. NaN where sight->y has not been measured. */
double activation_density(const OpSight *sight);

/* How one speaks of that mean: "the last ReLU keeps 53%", "ReLU mask after the add: 53% open"; "the last GELU
 * has a mean slope of 0.53", "GELU slope after the add: 0.53 in the mean". */
typedef struct ActivationWords {
    const char *verb, *noun, *state;
    const char *of_sum;        /* "keeps 53%" + " of the sum" */
    const char *column, *unit; /* of a table: "open", "units" */
} ActivationWords;

const ActivationWords *activation_words(const OpSpec *spec);

/* The element of x at the cell's place, kept as a number of the formula. */
double activation_arithmetic_x(const OpCell *cell, ArithmeticPart *part);
/* dx = dy · f'(x) at that place, f' by its formula in words; returns x. The magnitude is |dy|: to
 * be multiplied by what the formula magnifies the rounding of x. */
double activation_arithmetic_slope(const OpCell *cell, ArithmeticPart *part, const char *slope_formula);
/* OpSpec.say_element of a smooth function: what share of x is left in y. */
void activation_say_element(const OpCell *cell, const ArithmeticPart *part, Explanation *out);

#endif
