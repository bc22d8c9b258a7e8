/* A strategy: one way to compute a convolution forward; used by core/conv only. */
#ifndef CORE_CONV_STRATEGY_H
#define CORE_CONV_STRATEGY_H

#include "core/conv/conv.h"

/* An input gradient, or a part of it, is a convolution, too: of dy by turned weights. Where those lie that it reads as
 * its own w, and the pixels that it writes. With its input channels c and output channels k:
 *   w[r,s,c,k] = run.w[r*row + s*column + k*step + c]           where step is not 0; else w lies as usual
 *   y[n,oh,ow,k] = run.y[n*y_image + oh*y_row + ow*y_pixel + k]     where it is scattered; an addend is y itself then */
typedef struct ConvTurned {
    ptrdiff_t row, column;
    size_t step;
    int left; /* columns of padding on the left of x; above it are shape->pad rows. Either may be negative */
    bool scattered; /* its pixels do not lie side by side; else the steps of y do not matter */
    size_t y_image, y_row, y_pixel;
} ConvTurned;

static inline bool conv_is_turned(const ConvRun *run) {
    return run->turned && run->turned->step > 0;
}

typedef struct ConvStrategy {
    const char *name;
    bool (*fits)(
        const ConvShape *shape); /* can it, and is it worth it? By shape and processor alone, never by
                                             the number of threads: results must not depend on that. */
    size_t (*scratch_count)(const ConvShape *shape);
    size_t (*prepared_count)(const ConvShape *shape);    /* NULL: it prepares nothing */
    void (*prepare)(const ConvRun *run, real *prepared); /* reads shape, w and turned of the run */
    void (*forward)(const ConvRun *run);
} ConvStrategy;

/* Sums that have not seen their epilogue: those of pixels begin .. end-1 (counted through n, oh, ow) and channels
 * first .. last-1. */
typedef struct ConvSums {
    const real *data; /* of pixel `begin`, channel `first` */
    int stride;       /* elements from one pixel to the next */
    int begin, end, first, last;
} ConvSums;

bool conv_has_epilogue(const ConvRun *run);

/* Writes y for these sums, as ConvEpilogue says. They may stand in y itself, but then y is no addend. */
void conv_finish(const ConvRun *run, const ConvSums *sums);

/* Writes these sums to the places that ConvRun.turned says, or adds them there if there is an addend. */
void conv_scatter(const ConvRun *run, const ConvSums *sums);

#endif
