/* What all activation functions share: y = f(x), element by element. */
#ifndef CORE_OP_ACTIVATION_H
#define CORE_OP_ACTIVATION_H

#include "core/op/arithmetic.h"
#include "core/op/explanation.h"

/* OpSpec.shape: the output is as large as the input. */
bool activation_shape(Op *op, const Shape *x, Error *err);
/* Elements of y for the whole batch. */
size_t activation_count(const OpRun *run);

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

#endif
