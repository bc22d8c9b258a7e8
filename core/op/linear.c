/* The classifier: one linear layer. */
#include "core/base/parallel.h"
#include "core/op/op.h"
#include "core/tensor/gemm.h"

static bool linear_shape(Op *op, const Shape *x, Error *err) {
    if (x[0].h != 1 || x[0].w != 1 || op->channels < 1)
        return error_set(err, ERROR_USAGE, "%s: expected a 1x1 input, found %dx%d", op->name, x[0].h, x[0].w);
    op->out = (Shape){1, op->channels, 1, 1};
    return true;
}

static int linear_params(const Op *op, ParamShape params[OP_PARAMS_MAX]) {
    params[0] = (ParamShape){
        .suffix = "weight", .role = PARAM_LINEAR_WEIGHT, .rank = 2, .dims = {op->channels, op->in.c}};
    params[1] = (ParamShape){.suffix = "bias", .role = PARAM_LINEAR_BIAS, .rank = 1, .dims = {op->channels}};
    return 2;
}

static uint64_t linear_macs(const Op *op) {
    return (uint64_t)op->channels * (uint64_t)op->in.c;
}

static void forward_channels(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    int c = run->op->in.c, k = run->op->channels;
    (void)worker;
    for (int n = 0; n < run->batch; n++)
        for (int j = begin; j < end; j++) run->y[(size_t)n * (size_t)k + (size_t)j] = run->w[1][j];
    gemm(run->batch, end - begin, c, (Matrix){run->x[0], c, false},
         (Matrix){run->w[0] + (size_t)begin * (size_t)c, c, true}, run->y + begin, k, true);
}

/* y = x wᵀ + b. x (N,C), w (K,C), b (K), y (N,K). */
static void linear_run_forward(const OpRun *run) {
    parallel_for(run->op->channels, 64, forward_channels, (void *)(uintptr_t)run);
}

/* dx = dy w     dw = dyᵀ x     db = sum of dy over the batch */
static void linear_run_backward(const OpRun *run) {
    int c = run->op->in.c, k = run->op->channels;
    if (run->dw[0])
        gemm(k, c, run->batch, (Matrix){run->dy, k, true}, (Matrix){run->x[0], c, false}, run->dw[0], c,
             false);
    for (int j = 0; run->dw[1] && j < k; j++) {
        double sum = 0;
        for (int n = 0; n < run->batch; n++) sum += (double)run->dy[(size_t)n * (size_t)k + (size_t)j];
        run->dw[1][j] = (real)sum;
    }
    if (run->dx[0])
        gemm(run->batch, c, k, (Matrix){run->dy, k, false}, (Matrix){run->w[0], c, false}, run->dx[0], c,
             run->dx_adds[0]);
}

const OpSpec op_linear_spec = {
    .name = "linear",
    .title = "Linear classifier",
    .sentence = "Weighs the averaged features for every class and adds a constant; the largest sum is the "
                "network's answer.",
    .forward_math = "y[k] = Σc w[k,c] · x[c] + b[k]",
    .backward_math = "dx = wᵀ dy     dw = dy xᵀ     db = dy",
    .source = "He et al. 2015, arXiv:1512.03385, table 1",
    .shape = linear_shape,
    .params = linear_params,
    .macs = linear_macs,
    .forward = linear_run_forward,
    .backward = linear_run_backward,
};
