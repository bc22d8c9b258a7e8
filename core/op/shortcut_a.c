/* Option A: the shortcut across a change of size, without parameters. Every stride-th row and column is
 * taken, and the new channels are zeros, half of them before and half after the old ones. */
#include <string.h>

#include "core/base/parallel.h"
#include "core/op/op.h"

static bool shortcut_shape(Op *op, const Shape *x, Error *err) {
    if (op->channels < x[0].c || (op->channels - x[0].c) % 2 != 0)
        return error_set(err, ERROR_USAGE, "%s: option A cannot pad %d channels to %d", op->name, x[0].c,
                         op->channels);
    op->out = (Shape){1, op->channels, op_window_count(x[0].h, 1, op->stride, 0),
                      op_window_count(x[0].w, 1, op->stride, 0)};
    return true;
}

static int zeros_before(const Op *op) {
    return (op->out.c - op->in.c) / 2;
}

/* Rows are counted through (n, oh). */
static void forward_rows(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    const Op *op = run->op;
    size_t c = (size_t)op->in.c, k = (size_t)op->out.c;
    (void)worker;
    for (int row = begin; row < end; row++) {
        int n = row / op->out.h, oh = row % op->out.h;
        const real *x =
            run->x[0] + ((size_t)n * (size_t)op->in.h + (size_t)(oh * op->stride)) * (size_t)op->in.w * c;
        real *y = run->y + (size_t)row * (size_t)op->out.w * k;
        memset(y, 0, (size_t)op->out.w * k * sizeof *y);
        for (int ow = 0; ow < op->out.w; ow++)
            memcpy(y + (size_t)ow * k + zeros_before(op), x + (size_t)(ow * op->stride) * c, c * sizeof *y);
    }
}

/* y[n, z+c, i, j] = x[n, c, i*stride, j*stride] with z = (K-C)/2; the other channels are 0. x (N,C,H,W), y
 * (N,K,OH,OW). */
static void shortcut_run_forward(const OpRun *run) {
    parallel_for(run->batch * run->op->out.h, 16, forward_rows, (void *)(uintptr_t)run);
}

/* Rows are counted through (n, h) of the input. */
static void backward_rows(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    const Op *op = run->op;
    size_t c_count = (size_t)op->in.c, k = (size_t)op->out.c;
    (void)worker;
    for (int row = begin; row < end; row++) {
        int n = row / op->in.h, h = row % op->in.h;
        real *dx = run->dx[0] + (size_t)row * (size_t)op->in.w * c_count;
        if (!run->dx_adds[0]) memset(dx, 0, (size_t)op->in.w * c_count * sizeof *dx);
        if (h % op->stride != 0) continue;
        const real *dy =
            run->dy + ((size_t)n * (size_t)op->out.h + (size_t)(h / op->stride)) * (size_t)op->out.w * k;
        for (int ow = 0; ow < op->out.w; ow++) {
            real *to = dx + (size_t)(ow * op->stride) * c_count;
            const real *from = dy + (size_t)ow * k + zeros_before(op);
            for (size_t c = 0; c < c_count; c++) to[c] += from[c];
        }
    }
}

/* dx[n, c, i*stride, j*stride] = dy[n, z+c, i, j]; 0 where nothing was taken. */
static void shortcut_run_backward(const OpRun *run) {
    if (run->dx[0]) parallel_for(run->batch * run->op->in.h, 16, backward_rows, (void *)(uintptr_t)run);
}

const OpSpec op_shortcut_a_spec = {
    .name = "shortcut_a",
    .title = "Shortcut, option A",
    .sentence = "Carries the input past the block although the sizes differ: it keeps every second pixel and "
                "adds empty channels.",
    .forward_math = "y[z+c, i, j] = x[c, i·stride, j·stride],  z = (K−C)/2;  other channels 0",
    .backward_math = "dx[c, i·stride, j·stride] = dy[z+c, i, j];  0 elsewhere",
    .source = "He et al. 2015, arXiv:1512.03385, section 3.3, option A",
    .shape = shortcut_shape,
    .forward = shortcut_run_forward,
    .backward = shortcut_run_backward,
};
