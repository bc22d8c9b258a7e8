/* Mean and spread of each channel of a batch: what batch norm normalises with in training. */
#ifndef CORE_OP_MOMENTS_H
#define CORE_OP_MOMENTS_H

#include "core/tensor/tensor.h"

/* x: `pixels` rows of `channels` numbers. */
typedef struct Moments {
    const real *x;
    size_t channels, pixels;
} Moments;

/* Elements of scratch, aligned as a double. */
size_t moments_scratch_count(size_t channels, size_t pixels);

/* mean[c] = sum over p of x[p,c] / P, var[c] = sum over p of (x[p,c] - mean[c])^2 / P, both (C), NaN where an x is.
 * The sums are the same with any number of threads. */
void moments_measure(const Moments *moments, real *mean, real *var, void *scratch);

#endif
