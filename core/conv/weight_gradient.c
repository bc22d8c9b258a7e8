#include "core/conv/weight_gradient.h"

#include <stdint.h>

#include "core/base/parallel.h"
#include "core/conv/blas.h"
#include "core/tensor/elementwise.h"

static bool fits_always(const ConvShape *shape) {
    (void)shape;
    return true;
}

static void blas_run(const WeightRun *run) {
    conv_blas_backward_weight(run->shape, run->x, run->dy, run->dw, run->scratch);
}

static const WeightStrategy blas = {
    .name = "blas", .fits = fits_always, .scratch_count = conv_blas_scratch_count, .run = blas_run};

/* The first that fits. OpenBLAS stands last: it can do all of them. */
static const WeightStrategy *const strategies[] = {&conv_weight_winograd_4, &conv_weight_winograd_2,
                                                   &conv_weight_direct, &blas};

static const WeightStrategy *strategy_of(const ConvShape *shape) {
    const WeightStrategy *const *strategy = strategies;
    while (!(*strategy)->fits(shape)) strategy++;
    return *strategy;
}

const char *conv_weight_gradient_name(const ConvShape *shape) {
    return strategy_of(shape)->name;
}

size_t conv_weight_gradient_scratch_count(const ConvShape *shape) {
    return strategy_of(shape)->scratch_count(shape);
}

void conv_weight_gradient(const WeightRun *run) {
    strategy_of(run->shape)->run(run);
}

/* Elements of dw that are added up together. */
enum { SLICE = 4096 };

typedef struct Addition {
    real *dw;
    const real *partial;
    int parts;
    size_t count;
} Addition;

static void add_slice(void *context, int begin, int end, int worker) {
    const Addition *all = context;
    real *to = all->dw + begin;
    (void)worker;
    for (int part = 0; part < all->parts - 1; part++)
        elementwise_sum_alone(to, to, all->partial + (size_t)part * all->count + (size_t)begin,
                              (size_t)(end - begin));
}

void conv_weight_add_parts(const WeightRun *run, const real *partial, int parts) {
    const ConvShape *q = run->shape;
    Addition all = {run->dw, partial, parts, (size_t)(q->r * q->s) * (size_t)q->c * (size_t)q->k};
    if (parts > 1) parallel_parts((int)all.count, SLICE, add_slice, &all);
}

enum { LINE = 64 / sizeof(real), STREAM_ELEMENTS = 1 << 18 };

bool conv_weight_streams(const WeightRun *run) {
    const ConvShape *q = run->shape;
    const bool is_aligned = (uintptr_t)run->dw % 64 == 0 && q->k % LINE == 0;
    return is_aligned && (size_t)(q->r * q->s) * (size_t)q->c * (size_t)q->k >= STREAM_ELEMENTS;
}

static void fetch_maps(const real *maps, size_t count, const WeightFetch *f) {
    const size_t shares = (size_t)f->shares, length = (size_t)(f->end - f->begin),
                 all = shares * (size_t)f->all;
    const size_t place = shares * (size_t)f->begin + length * (size_t)f->share;
    const size_t last = count * (place + length) / all;
    for (size_t at = count * place / all; at < last; at += LINE) __builtin_prefetch(maps + at, 0, 2);
}

void conv_weight_fetch(const WeightRun *run, const WeightFetch *fetch) {
    const ConvShape *q = run->shape;
    if (fetch->begin >= fetch->end) return;
    fetch_maps(run->x, (size_t)q->n * (size_t)q->h * (size_t)q->w * (size_t)q->c, fetch);
    fetch_maps(run->dy, (size_t)conv_pixels(q) * (size_t)q->k, fetch);
}
