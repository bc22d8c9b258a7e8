#include "tests/support/conv_case.h"

#include <stdlib.h>

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

Doubles conv_case_doubles(Shape shape, const real *values) {
    size_t count = shape_count(shape);
    Doubles out = {shape, calloc(count, sizeof *out.data)};
    assert_non_null(out.data);
    for (size_t j = 0; values && j < count; j++) out.data[j] = (double)values[j];
    return out;
}

Doubles conv_case_weights(const ConvShape *shape, const real *w) {
    Doubles out = conv_case_doubles((Shape){shape->k, shape->c, shape->r, shape->s}, NULL);
    for (size_t j = 0; j < shape_count(out.shape); j++)
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
