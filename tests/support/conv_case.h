/* What the tests of core/conv share: shapes in short, and what the reference loops say of them. */
#ifndef TESTS_SUPPORT_CONV_CASE_H
#define TESTS_SUPPORT_CONV_CASE_H

#include "core/base/rng.h"
#include "core/conv/conv.h"
#include "core/op/reference/reference.h"

/* A batch of n pictures (h,w,c), k kernels (r,s,c). */
typedef struct ConvCase {
    int n, h, w, c, k, r, s, stride, pad;
} ConvCase;

ConvShape conv_case_shape(ConvCase conv);

/* `count` elements of `size` bytes, aligned to 64, and one that may be written behind them. To be freed. */
void *conv_case_memory(size_t count, size_t size);
/* Normal numbers; with `relu` those of a convolution behind one, none of which is negative. To be freed. */
real *conv_case_numbers(Rng *rng, size_t count, bool relu);

/* The same numbers in double; zeros where `values` is NULL. Data is the caller's to free. */
Doubles conv_case_doubles(Shape shape, const real *values);
/* Weights (R,S,C,K) of the engine as the reference has them; likewise. */
Doubles conv_case_weights(const ConvShape *shape, const real *w);

/* y of the reference, (N,OH,OW,K), from numbers as the engine has them. To be freed. */
double *conv_case_sums(const ConvShape *shape, const real *x, const real *w);

/* The gradients of the reference, dx (N,H,W,C) and dw (R,S,C,K), likewise; x and w are zeros where NULL, since dx does not
 * hang on the one and dw not on the other. */
typedef struct ConvGradients {
    double *dx, *dw;
} ConvGradients;
ConvGradients conv_case_gradients(const ConvShape *shape, const real *x, const real *w, const real *dy);

/* A teardown: the kernels and the threads that tests begin with. */
int conv_case_choose_again(void **state);

#endif
