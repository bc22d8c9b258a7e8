#include "tests/support/conv_case.h"

#include <stdlib.h>

#include "core/base/parallel.h"
#include "core/kernel/kernel.h"
#include "tests/support/assert_close.h"
#include "tests/support/reference_check.h"

ConvShape conv_case_shape(ConvCase conv) {
    return (ConvShape){.n = conv.n,
                       .h = conv.h,
                       .w = conv.w,
                       .c = conv.c,
                       .k = conv.k,
                       .r = conv.r,
                       .s = conv.s,
                       .stride = conv.stride,
                       .pad = conv.pad,
                       .oh = op_window_count(conv.h, conv.r, conv.stride, conv.pad),
                       .ow = op_window_count(conv.w, conv.s, conv.stride, conv.pad)};
}

void *conv_case_memory(size_t count, size_t size) {
    void *memory = aligned_alloc(64, (count * size + 127) / 64 * 64);
    assert_non_null(memory);
    return memory;
}

real *conv_case_numbers(Rng *rng, size_t count, bool relu) {
    real *out = conv_case_memory(count, sizeof *out);
    for (size_t j = 0; j < count; j++) {
        double value = rng_normal(rng);
        out[j] = (real)(relu && value < 0 ? 0 : value);
    }
    return out;
}

Doubles conv_case_doubles(Shape shape, const real *values) {
    size_t count = shape_count(shape);
    Doubles out = {shape, calloc(count, sizeof *out.data)};
    assert_non_null(out.data);
    for (size_t j = 0; values && j < count; j++) out.data[j] = (double)values[j];
    return out;
}

Doubles conv_case_weights(const ConvShape *shape, const real *w) {
    Doubles out = conv_case_doubles((Shape){shape->k, shape->c, shape->r, shape->s}, NULL);
    for (size_t j = 0; w && j < shape_count(out.shape); j++)
        out.data[j] = (double)w[reference_weight_place(out.shape, j)];
    return out;
}

double *conv_case_sums(const ConvShape *q, const real *x, const real *w) {
    const Op op = {.kind = OP_CONV2D, .stride = q->stride, .pad = q->pad};
    ReferenceRun run = {.op = &op,
                        .x = {conv_case_doubles((Shape){q->n, q->c, q->h, q->w}, x)},
                        .w = {conv_case_weights(q, w)},
                        .y = conv_case_doubles((Shape){q->n, q->k, q->oh, q->ow}, NULL)};
    op_spec(OP_CONV2D)->reference->forward(&run);
    free(run.x[0].data);
    free(run.w[0].data);
    return run.y.data;
}

ConvGradients conv_case_gradients(const ConvShape *q, const real *x, const real *w, const real *dy) {
    const Shape in = {q->n, q->c, q->h, q->w}, out = {q->n, q->k, q->oh, q->ow};
    const Op op = {.kind = OP_CONV2D, .stride = q->stride, .pad = q->pad};
    ReferenceRun run = {.op = &op,
                        .x = {conv_case_doubles(in, x)},
                        .w = {conv_case_weights(q, w)},
                        .dy = conv_case_doubles(out, dy),
                        .dx = {conv_case_doubles(in, NULL)},
                        .dw = {conv_case_weights(q, NULL)}};
    const size_t weights = shape_count(run.w[0].shape);
    ConvGradients gradients = {run.dx[0].data, calloc(weights, sizeof(double))};
    assert_non_null(gradients.dw);
    op_spec(OP_CONV2D)->reference->backward(&run);
    for (size_t j = 0; j < weights; j++)
        gradients.dw[reference_weight_place(run.w[0].shape, j)] = run.dw[0].data[j];
    free(run.x[0].data), free(run.w[0].data), free(run.dy.data), free(run.dw[0].data);
    return gradients;
}

int conv_case_choose_again(void **state) {
    (void)state;
    parallel_set_threads(1);
    return !kernel_choose(NULL, NULL);
}
