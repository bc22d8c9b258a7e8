/* A backward pass against central differences of its forward pass. */
#ifndef TESTS_SUPPORT_GRADIENT_CHECK_H
#define TESTS_SUPPORT_GRADIENT_CHECK_H

#include "tests/support/op_fixture.h"

typedef struct GradientError {
    double worst; /* |difference| over the largest gradient (a coordinate), over its norm (a direction) */
    char where[64];
} GradientError;

/* L = sum dy*y; compares dL/dx and dL/dw in 24 random coordinates and 4 random directions each. `step` is how
 * far the differences reach to both sides. */
GradientError gradient_check_op(OpFixture *fixture, double step);

#endif
