/* Loops over all elements of a tensor, shared by the operators that treat each element alone. */
#ifndef CORE_TENSOR_ELEMENTWISE_H
#define CORE_TENSOR_ELEMENTWISE_H

#include "core/tensor/tensor.h"

/* y = x */
void elementwise_copy(real *y, const real *x, size_t count);
/* y += x */
void elementwise_add(real *y, const real *x, size_t count);
/* y = a + b */
void elementwise_sum(real *y, const real *a, const real *b, size_t count);
/* y = 0 */
void elementwise_zero(real *y, size_t count);
/* y = x, or y += x */
void elementwise_pass(real *y, const real *x, size_t count, bool add);
/* y = x where x > 0 or x is NaN, else 0; -0 stays -0 as in PyTorch */
void elementwise_relu(real *y, const real *x, size_t count);
/* dx = dy where y > 0 or y is NaN, else 0; or added */
void elementwise_relu_backward(real *dx, const real *dy, const real *y, size_t count, bool add);

#endif
