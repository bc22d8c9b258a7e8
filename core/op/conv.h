/* Convolution as matrix products: the interface to the engine's heaviest work.
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

/* Buffers lie channels-last: x, dx (N,H,W,C), y, dy (N,OH,OW,K), w, dw (K,R,S,C). With ih = oh*stride - pad +
 * r and iw = ow*stride - pad + s, terms outside of x left out:
 *   y[n,oh,ow,k]   = sum over r, s, c of w[k,r,s,c] * x[n,ih,iw,c] */
void conv_forward(const ConvShape *shape, const real *x, const real *w, real *y, real *scratch);
/*   dx[n,ih,iw,c]  = sum over oh, ow, r, s that meet there, and k, of dy[n,oh,ow,k] * w[k,r,s,c]; added to dx
 *                    when `add` */
void conv_backward_input(const ConvShape *shape, const real *dy, const real *w, real *dx, bool add,
                         real *scratch);
/*   dw[k,r,s,c]    = sum over n, oh, ow of dy[n,oh,ow,k] * x[n,ih,iw,c] */
void conv_backward_weight(const ConvShape *shape, const real *x, const real *dy, real *dw, real *scratch);

#endif
