/* Loops over all elements of a tensor, shared by the operators that treat each element alone. */
#ifndef CORE_TENSOR_ELEMENTWISE_H
#define CORE_TENSOR_ELEMENTWISE_H

#include "core/tensor/tensor.h"

/* Writes y[from] .. y[to - 1] from the same elements of a and b. */
typedef struct Elements Elements;
typedef void (*ElementsRange)(const Elements *e, size_t from, size_t to);

/* One pass over `count` elements. */
struct Elements {
    real *y;
    const real *a, *b; /* b: NULL where there is one input only */
    size_t count;
    bool add; /* y += instead of y = */
    real scale;
    ElementsRange range;
};

/* Runs the range in blocks, shared among the threads. */
void elementwise_run(Elements elements);

/* y = x */
void elementwise_copy(real *y, const real *x, size_t count);
/* y += x */
void elementwise_add(real *y, const real *x, size_t count);
/* y = a + b */
void elementwise_sum(real *y, const real *a, const real *b, size_t count);
/* The same in the caller's thread alone. */
void elementwise_sum_alone(real *y, const real *a, const real *b, size_t count);
/* y = scale * a + b, and y = scale * a, in the caller's thread; y may be one of them. */
void elementwise_scaled_sum_alone(real *y, real scale, const real *a, const real *b, size_t count);
void elementwise_scale_alone(real *y, real scale, const real *a, size_t count);

#endif
