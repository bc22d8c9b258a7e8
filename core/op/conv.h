/* Convolution as matrix products: the one interface behind which the engine's heaviest work lives.
 *
 * Windows of x are unrolled into rows of a matrix ("im2col") that is never larger than a processor's cache
 * needs it to be, and multiplied by the weights (K, R*S*C). A 1x1 convolution with stride 1 needs no
 * unrolling: channels-last x is that matrix. Two ways to share the work: many output pixels (early layers,
 * batches) are split by pixel; few pixels with large weights (late layers) by output channel, so that every
 * weight is read once. */
#ifndef CORE_OP_CONV_H
#define CORE_OP_CONV_H

#include "core/tensor/tensor.h"

typedef struct ConvShape {
    int n, h, w, c; /* x (N,C,H,W) */
    int k, r, s;    /* w (K,C,R,S), in memory (K,R,S,C) */
    int stride, pad;
    int oh, ow; /* y (N,K,OH,OW) */
} ConvShape;

/* Elements of scratch that each of the three functions may use. */
size_t conv_scratch_count(const ConvShape *shape);

/* y = w * x (cross-correlation). */
void conv_forward(const ConvShape *shape, const real *x, const real *w, real *y, real *scratch);
/* dx = transposed convolution of dy by w; added to dx when `add`. */
void conv_backward_input(const ConvShape *shape, const real *dy, const real *w, real *dx, bool add,
                         real *scratch);
/* dw = sum over pixels of dy (x) window of x. */
void conv_backward_weight(const ConvShape *shape, const real *x, const real *dy, real *dw, real *scratch);

#endif
