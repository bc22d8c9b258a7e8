/* Global average pooling: one number a channel. */
#include "core/base/parallel.h"
#include "core/op/op.h"

static bool average_shape(Op *op, const Shape *x, Error *err) {
    (void)err;
    op->out = (Shape){1, x[0].c, 1, 1};
    return true;
}

static void forward_images(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    size_t pixels = (size_t)run->op->in.h * (size_t)run->op->in.w, c_count = (size_t)run->op->in.c;
    (void)worker;
    for (int n = begin; n < end; n++) {
        const real *x = run->x[0] + (size_t)n * pixels * c_count;
        for (size_t c = 0; c < c_count; c++) {
            double sum = 0;
            for (size_t p = 0; p < pixels; p++) sum += (double)x[p * c_count + c];
            run->y[(size_t)n * c_count + c] = (real)(sum / (double)pixels);
        }
    }
}

/* y[n,c] = mean over h, w of x[n,c,h,w]. x (N,C,H,W), y (N,C,1,1). */
static void average_run_forward(const OpRun *run) {
    parallel_for(run->batch, 1, forward_images, (void *)(uintptr_t)run);
}

/* dx[n,c,h,w] = dy[n,c] / (H*W). */
static void average_run_backward(const OpRun *run) {
    if (!run->dx[0]) return;
    size_t pixels = (size_t)run->op->in.h * (size_t)run->op->in.w, c_count = (size_t)run->op->in.c;
    real share = 1 / (real)pixels;
    for (size_t p = 0; p < (size_t)run->batch * pixels; p++) {
        const real *dy = run->dy + p / pixels * c_count;
        real *dx = run->dx[0] + p * c_count;
        for (size_t c = 0; c < c_count; c++) dx[c] = dy[c] * share + (run->dx_adds[0] ? dx[c] : 0);
    }
}

const OpSpec op_avg_pool_spec = {
    .name = "avg_pool",
    .title = "Global average pooling",
    .sentence = "Averages each channel over the whole picture: where a feature was no longer matters, only "
                "how strongly it was there.",
    .forward_math = "y[c] = 1/(H·W) · Σi Σj x[c,i,j]",
    .backward_math = "dx[c,i,j] = dy[c] / (H·W)",
    .source = "Lin et al. 2013, arXiv:1312.4400, section 3.2; He et al. 2015, section 3.3",
    .shape = average_shape,
    .forward = average_run_forward,
    .backward = average_run_backward,
};
