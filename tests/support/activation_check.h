/* What every smooth activation function is checked for: an operator y = f(x), one element at a time. */
#ifndef TESTS_SUPPORT_ACTIVATION_CHECK_H
#define TESTS_SUPPORT_ACTIVATION_CHECK_H

#include "core/op/op.h"

typedef struct ActivationKnown {
    double x, y, slope;
} ActivationKnown;

/* y and dx are the known values and slopes; fails with the element. */
void activation_check_known(OpKind kind, const ActivationKnown *known, int count);
/* At x = 0 with slope 1/2: what dx holds already is added to. */
void activation_check_adding(OpKind kind);
/* For f(x) = x times a share of x: inf stays, -inf and NaN become NaN as in PyTorch, -0 keeps its sign. */
void activation_check_limits(OpKind kind);

#endif
