/* Two tensors of the same shape beside each other. */
#ifndef CORE_TENSOR_DIFFERENCE_H
#define CORE_TENSOR_DIFFERENCE_H

#include "core/tensor/tensor.h"

typedef struct Difference {
    bool known;
    double a_l2, b_l2, l2; /* of a, of b, of a - b */
    double cosine;         /* between a and b; NaN when one of them is zero */
} Difference;

/* out = a - b element by element, `count` of them; `out` may be NULL. */
Difference tensor_difference(const real *a, const real *b, real *out, size_t count);

#endif
