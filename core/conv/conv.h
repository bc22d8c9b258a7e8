/* Convolution: the interface to the engine's heaviest work, whatever the strategy that does it. */
#ifndef CORE_CONV_CONV_H
#define CORE_CONV_CONV_H

#include "core/tensor/tensor.h"

typedef struct ConvShape {
    int n, h, w, c; /* x (N,C,H,W) */
    int k, r, s;    /* w (K,C,R,S), in memory (R,S,C,K) */
    int stride, pad;
    int oh, ow; /* y (N,K,OH,OW) */
    bool fast;  /* errors of rounding may be 2e-5 of the largest sum where that saves time; else 3e-6 */
} ConvShape;

/* Output pixels of all images. */
static inline int conv_pixels(const ConvShape *shape) {
    return shape->n * shape->oh * shape->ow;
}

/* What becomes of each sum before it is stored, in this order. All empty: nothing. */
typedef struct ConvEpilogue {
    const real *scale, *shift; /* (K), both or none: y = sum * scale[k] + shift[k], a batch norm folded up */
    const real *addend;        /* (N,OH,OW,K) or NULL: added to that; may be y itself */
    bool relu;                 /* then negative values become 0; NaN stays NaN */
} ConvEpilogue;

/* Buffers lie channels-last. With ih = oh*stride - pad + r and iw = ow*stride - pad + s, terms outside of x left
 * out:
 *   y[n,oh,ow,k] = epilogue of the sum over r, s, c of w[r,s,c,k] * x[n,ih,iw,c] */
typedef struct ConvRun {
    const ConvShape *shape;
    const real *x; /* (N,H,W,C) */
    const real *w; /* (R,S,C,K) */
    real *y;       /* (N,OH,OW,K), overwritten */
    ConvEpilogue epilogue;
    const real *prepared;            /* what conv_prepare made of w; NULL where conv_prepared_count is 0 */
    real *scratch;                   /* conv_scratch_count elements, aligned to 64 bytes */
    const struct ConvTurned *turned; /* NULL: see core/conv/strategy.h */
    struct Soon *soon;               /* fetched meanwhile; NULL: nothing */
} ConvRun;

void conv_forward(const ConvRun *run);

/* Elements of scratch that each of the three functions may use. */
size_t conv_scratch_count(const ConvShape *shape);

/* The form of the weights that the strategy of this shape multiplies by, where that is not w itself: elements of
 * it, 0 for none; and w (R,S,C,K) brought into it. It holds until w changes. */
size_t conv_prepared_count(const ConvShape *shape);
void conv_prepare(const ConvShape *shape, const real *w, real *prepared);

/* How this shape is computed forward on this processor: "blas", "direct", ... */
const char *conv_strategy_name(const ConvShape *shape);
/* And how its input gradient is. */
const char *conv_input_gradient_name(const ConvShape *shape);

/*   dx[n,ih,iw,c]  = sum over oh, ow, r, s that meet there, and k, of dy[n,oh,ow,k] * w[r,s,c,k] */
typedef struct ConvInputRun {
    const ConvShape *shape;
    const real *dy, *w;
    real *dx;
    bool add; /* dx += instead of dx = */
    real *scratch;
    struct Soon *soon; /* as in ConvRun */
} ConvInputRun;

void conv_backward_input(const ConvInputRun *run);

/*   dw[r,s,c,k]    = sum over n, oh, ow of dy[n,oh,ow,k] * x[n,ih,iw,c] */
void conv_backward_weight(const ConvShape *shape, const real *x, const real *dy, real *dw, real *scratch);

/* How that is computed on this processor: "direct", "blas", ... */
const char *conv_weight_gradient_name(const ConvShape *shape);

#endif
