/* Which strategy computes a convolution. */
#include "core/conv/conv.h"

#include "core/base/integer.h"
#include "core/conv/blas.h"
#include "core/conv/direct.h"
#include "core/conv/input_gradient.h"
#include "core/conv/weight_gradient.h"
#include "core/conv/winograd.h"
#include "core/kernel/kernel.h"

static bool fits_always(const ConvShape *shape) {
    (void)shape;
    return true;
}

static const ConvStrategy direct = {.name = "direct",
                                    .fits = conv_direct_fits,
                                    .scratch_count = conv_direct_scratch_count,
                                    .forward = conv_direct_forward};
static const ConvStrategy blas = {.name = "blas",
                                  .fits = fits_always,
                                  .scratch_count = conv_blas_scratch_count,
                                  .forward = conv_blas_forward};

/* The first that fits. OpenBLAS stands last: it can do all of them. */
static const ConvStrategy *const strategies[] = {&conv_winograd_4, &conv_winograd_2, &direct, &blas};

static const ConvStrategy *strategy_of(const ConvShape *shape) {
    const ConvStrategy *const *strategy = strategies;
    while (!(*strategy)->fits(shape)) strategy++;
    return *strategy;
}

const char *conv_strategy_name(const ConvShape *shape) {
    return strategy_of(shape)->name;
}

void conv_forward(const ConvRun *run) {
    strategy_of(run->shape)->forward(run);
}

size_t conv_prepared_count(const ConvShape *shape) {
    const ConvStrategy *strategy = strategy_of(shape);
    return strategy->prepared_count ? strategy->prepared_count(shape) : 0;
}

void conv_prepare(const ConvShape *shape, const real *w, real *prepared) {
    const ConvStrategy *strategy = strategy_of(shape);
    if (strategy->prepare) strategy->prepare(&(ConvRun){.shape = shape, .w = w}, prepared);
}

size_t conv_scratch_count(const ConvShape *shape) {
    size_t input = kernels() ? input_gradient_scratch_count(shape) : conv_blas_scratch_count(shape);
    size_t backward = integer_max_size(input, conv_weight_gradient_scratch_count(shape));
    return integer_max_size(strategy_of(shape)->scratch_count(shape), backward);
}

const char *conv_input_gradient_name(const ConvShape *shape) {
    return kernels() ? input_gradient_name(shape) : "blas";
}

void conv_backward_input(const ConvInputRun *run) {
    if (kernels())
        input_gradient(run);
    else
        conv_blas_backward_input(run->shape, run->dy, run->w, run->dx, run->add, run->scratch);
}

void conv_backward_weight(const ConvShape *shape, const real *x, const real *dy, real *dw, real *scratch) {
    conv_weight_gradient(&(WeightRun){.shape = shape, .x = x, .dy = dy, .dw = dw, .scratch = scratch});
}
