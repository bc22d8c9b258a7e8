/* A strategy: one way to compute a convolution forward; used by core/conv only. */
#ifndef CORE_CONV_STRATEGY_H
#define CORE_CONV_STRATEGY_H

#include "core/conv/conv.h"

typedef struct ConvStrategy {
    const char *name;
    bool (*fits)(
        const ConvShape *shape); /* can it, and is it worth it? By shape and processor alone, never by
                                             the number of threads: results must not depend on that. */
    size_t (*scratch_count)(const ConvShape *shape);
    size_t (*prepared_count)(const ConvShape *shape); /* NULL: it prepares nothing */
    void (*prepare)(const ConvShape *shape, const real *w, real *prepared);
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

#endif
