/* The gradient of the weights: strategies behind one table, as those of the forward pass; used by core/conv only.
 *   dw[r,s,c,k] = sum over n, oh, ow of dy[n,oh,ow,k] * x[n,ih,iw,c]      see core/conv/conv.h
 * The sum is long, and cannot be divided among threads element by element where there are few weights. It is then cut
 * into parts whose number hangs on the shape alone, and these are added up in their order: the result is the same with
 * any number of threads. */
#ifndef CORE_CONV_WEIGHT_GRADIENT_H
#define CORE_CONV_WEIGHT_GRADIENT_H

#include "core/conv/conv.h"

typedef struct WeightRun {
    const ConvShape *shape;
    const real *x;  /* (N,H,W,C) */
    const real *dy; /* (N,OH,OW,K) */
    real *dw;       /* (R,S,C,K), overwritten */
    real *scratch;  /* aligned to 64 bytes */
} WeightRun;

typedef struct WeightStrategy {
    const char *name;
    bool (*fits)(const ConvShape *shape); /* by shape and processor alone, never by the number of threads */
    size_t (*scratch_count)(const ConvShape *shape);
    void (*run)(const WeightRun *run);
} WeightStrategy;

/* Any shape, where core/kernel has a set of loops to run. */
extern const WeightStrategy conv_weight_direct;
/* In Winograd's basis, with tiles of 4x4 pixels of dy and of 2x2: 3x3 windows with stride 1 between channels that fill the
 * vectors of this processor. */
extern const WeightStrategy conv_weight_winograd_4, conv_weight_winograd_2;

/* Elements of scratch for this shape; and the gradient, by the first strategy that fits. */
size_t conv_weight_gradient_scratch_count(const ConvShape *shape);
void conv_weight_gradient(const WeightRun *run);

/* dw = sum of `parts` sums of dw, in their order: the first stands in dw, the others in partial (parts-1, R*S*C*K). */
void conv_weight_add_parts(const WeightRun *run, const real *partial, int parts);

/* Is dw, written once, so large that it should go to memory past the caches? Its rows are aligned then. */
bool conv_weight_streams(const WeightRun *run);

/* Tiles or chunks begin .. end-1 of `all`, which share a batch of maps evenly; of what belongs to them share number
 * `share` of `shares`. */
typedef struct WeightFetch {
    int begin, end, all;
    int share, shares;
} WeightFetch;

/* Has x and dy of these fetched into the second-level cache while something else is computed. */
void conv_weight_fetch(const WeightRun *run, const WeightFetch *fetch);

#endif
