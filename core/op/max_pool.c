/* Max pooling. Padding is minus infinity; a tie goes to the first element in row-major order; NaN wins (as in
 * PyTorch). */
#include "core/base/cpu.h"
#include "core/base/parallel.h"
#include "core/op/op.h"

static bool pool_shape(Op *op, const Shape *x, Error *err) {
    if (2 * op->pad > op->kernel_h || 2 * op->pad > op->kernel_w)
        return error_set(err, ERROR_USAGE, "%s: padding %d is more than half the kernel", op->name, op->pad);
    if (x[0].h + 2 * op->pad < op->kernel_h || x[0].w + 2 * op->pad < op->kernel_w)
        return error_set(err, ERROR_USAGE, "%s: the %dx%d input is smaller than the kernel", op->name, x[0].h,
                         x[0].w);
    op->out = (Shape){1, x[0].c, op_window_count(x[0].h, op->kernel_h, op->stride, op->pad),
                      op_window_count(x[0].w, op->kernel_w, op->stride, op->pad)};
    return true;
}

static size_t pool_saved(const Op *op, int batch) {
    return (size_t)batch * shape_count(op->out) * sizeof(int);
}

/* Compares one tap of the window with the best so far, for all channels. */
CPU_CLONES static void pool_tap(const real *restrict x, int tap, size_t channels, real *restrict best,
                                int *restrict choice) {
    for (size_t c = 0; c < channels; c++) {
        bool wins = (choice[c] < 0) | (x[c] > best[c]) | (x[c] != x[c]);
        best[c] = wins ? x[c] : best[c];
        choice[c] = wins ? tap : choice[c];
    }
}

static void forward_rows(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    const Op *op = run->op;
    size_t channels = (size_t)op->in.c;
    (void)worker;
    for (int pixel = begin * op->out.w; pixel < end * op->out.w; pixel++) {
        int ow = pixel % op->out.w, oh = pixel / op->out.w % op->out.h, n = pixel / op->out.w / op->out.h;
        real *y = run->y + (size_t)pixel * channels;
        int *choice = (int *)run->saved + (size_t)pixel * channels;
        for (size_t c = 0; c < channels; c++) choice[c] = -1;
        for (int tap = 0; tap < op->kernel_h * op->kernel_w; tap++) {
            int h = oh * op->stride - op->pad + tap / op->kernel_w,
                w = ow * op->stride - op->pad + tap % op->kernel_w;
            if (h < 0 || h >= op->in.h || w < 0 || w >= op->in.w) continue;
            size_t at = ((size_t)n * (size_t)op->in.h + (size_t)h) * (size_t)op->in.w + (size_t)w;
            pool_tap(run->x[0] + at * channels, tap, channels, y, choice);
        }
    }
}

/* y = largest x in each window. x (N,C,H,W), y (N,C,OH,OW); saved: which tap r*S+s won, as y in memory. */
static void pool_run_forward(const OpRun *run) {
    parallel_for(run->batch * run->op->out.h, 2, forward_rows, (void *)(uintptr_t)run);
}

/* Input row (n,h) collects from the windows that reach it: no two workers write the same element. */
static void collect_row(const OpRun *run, int n, int h, real *dx) {
    const Op *op = run->op;
    size_t channels = (size_t)op->in.c;
    for (int r = 0; r < op->kernel_h; r++) {
        int top = h + op->pad - r;
        if (top < 0 || top % op->stride != 0 || top / op->stride >= op->out.h) continue;
        size_t first = ((size_t)n * (size_t)op->out.h + (size_t)(top / op->stride)) * (size_t)op->out.w;
        for (int ow = 0; ow < op->out.w; ow++) {
            const int *choice = (const int *)run->saved + (first + (size_t)ow) * channels;
            const real *dy = run->dy + (first + (size_t)ow) * channels;
            for (size_t c = 0; c < channels; c++) {
                if (choice[c] / op->kernel_w != r) continue;
                int w = ow * op->stride - op->pad + choice[c] % op->kernel_w;
                dx[(size_t)w * channels + c] += dy[c];
            }
        }
    }
}

static void backward_rows(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    size_t row_size = (size_t)run->op->in.w * (size_t)run->op->in.c;
    (void)worker;
    for (int row = begin; row < end; row++) {
        real *dx = run->dx[0] + (size_t)row * row_size;
        if (!run->dx_adds[0])
            for (size_t j = 0; j < row_size; j++) dx[j] = 0;
        collect_row(run, row / run->op->in.h, row % run->op->in.h, dx);
    }
}

/* dx: each dy goes to the element that won its window. */
static void pool_run_backward(const OpRun *run) {
    if (run->dx[0]) parallel_for(run->batch * run->op->in.h, 2, backward_rows, (void *)(uintptr_t)run);
}

const OpSpec op_max_pool_spec = {
    .name = "max_pool",
    .title = "Max pooling",
    .sentence = "Keeps only the strongest answer in each small window, which makes the picture half as wide "
                "and half as high.",
    .forward_math = "y[c,i,j] = max over r,s of x[c, i·stride−pad+r, j·stride−pad+s]",
    .backward_math = "dx = dy at the place that won the window, 0 elsewhere",
    .source = "He et al. 2015, arXiv:1512.03385, table 1",
    .shape = pool_shape,
    .saved_bytes = pool_saved,
    .forward = pool_run_forward,
    .backward = pool_run_backward,
};
