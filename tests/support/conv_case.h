/* What the tests of core/conv share: shapes in short, and what the reference loops say of them. */
#ifndef TESTS_SUPPORT_CONV_CASE_H
#define TESTS_SUPPORT_CONV_CASE_H

#include "core/conv/conv.h"
#include "core/op/reference/reference.h"

/* A batch of n pictures (h,w,c), k kernels (r,s,c). */
typedef struct ConvCase {
    int n, h, w, c, k, r, s, stride, pad;
} ConvCase;

ConvShape conv_case_shape(ConvCase conv);

/* The same numbers in double; zeros where `values` is NULL. Data is the caller's to free. */
Doubles conv_case_doubles(Shape shape, const real *values);
/* Weights (R,S,C,K) of the engine as the reference has them; likewise. */
Doubles conv_case_weights(const ConvShape *shape, const real *w);

/* y of the reference, (N,OH,OW,K), from numbers as the engine has them. To be freed. */
double *conv_case_sums(const ConvShape *shape, const real *x, const real *w);

#endif
