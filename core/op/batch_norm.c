/* Batch normalisation. With this batch's statistics (training) or with the running ones (evaluation); each
 * has a backward pass of its own, because only in training do the statistics depend on x. */
#include <math.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/parallel.h"
#include "core/op/op.h"

/* Per-channel sums run in `real` over PIXEL_BLOCK pixels and in double across blocks: exact enough for
 * millions of pixels. */
enum { PIXEL_BLOCK = 64, PIXEL_GRAIN = 256, NORM_WEIGHT = 0, NORM_BIAS, NORM_MEAN, NORM_VAR };

static bool norm_shape(Op *op, const Shape *x, Error *err) {
    (void)err;
    op->out = x[0];
    return true;
}

static int norm_params(const Op *op, ParamShape params[OP_PARAMS_MAX]) {
    params[NORM_WEIGHT] =
        (ParamShape){.suffix = "weight", .role = PARAM_NORM_WEIGHT, .rank = 1, .dims = {op->in.c}};
    params[NORM_BIAS] =
        (ParamShape){.suffix = "bias", .role = PARAM_NORM_BIAS, .rank = 1, .dims = {op->in.c}};
    params[NORM_MEAN] =
        (ParamShape){.suffix = "running_mean", .role = PARAM_NORM_MEAN, .rank = 1, .dims = {op->in.c}};
    params[NORM_VAR] =
        (ParamShape){.suffix = "running_var", .role = PARAM_NORM_VAR, .rank = 1, .dims = {op->in.c}};
    return 4;
}

/* mean, biased variance, 1/sqrt(variance + epsilon), one each a channel */
static size_t norm_saved(const Op *op, int batch) {
    (void)batch;
    return 3 * (size_t)op->in.c * sizeof(real);
}

/* Two sums a channel and worker, in double (2 reals at most each), and the same in real for the block in
 * hand. */
static size_t norm_scratch(const Op *op, int batch) {
    (void)batch;
    return (size_t)parallel_threads() * (size_t)op->in.c * (2 * (sizeof(double) / sizeof(real)) + 2) +
           2 * (size_t)op->in.c;
}

typedef struct NormJob {
    const OpRun *run;
    size_t channels, pixels;
    const real *mean, *inv_std;
    double *sums;         /* worker k: channels sums of the first kind, then of the second */
    real *block, *factor; /* block sums a worker; two factors a channel for the last loop */
} NormJob;

static NormJob job_of(const OpRun *run) {
    size_t channels = (size_t)run->op->in.c, workers = (size_t)parallel_threads();
    real *saved = run->saved;
    NormJob job = {.run = run, .channels = channels, .mean = saved, .inv_std = saved + 2 * channels};
    job.pixels = (size_t)run->batch * (size_t)run->op->in.h * (size_t)run->op->in.w;
    void *after_sums = (double *)run->scratch + 2 * workers * channels;
    job.sums = run->scratch;
    job.block = after_sums;
    job.factor = job.block + 2 * workers * channels;
    return job;
}

/* Adds a block's two sums to the worker's double sums and clears them. */
static void flush_block(double *sums, real *block, size_t count) {
    for (size_t j = 0; j < count; j++) {
        sums[j] += (double)block[j];
        block[j] = 0;
    }
}

/* Sums of (x - origin) and of its square, where origin is the first pixel: a value near the mean, so that the
 * difference of squares below does not cancel. One reading of x instead of two. */
CPU_CLONES static void moments_work(void *context, int begin, int end, int worker) {
    const NormJob *job = context;
    size_t channels = job->channels;
    const real *restrict origin = job->run->x[0];
    double *sums = job->sums + 2 * (size_t)worker * channels;
    real *restrict sum = job->block + 2 * (size_t)worker * channels, *restrict square = sum + channels;
    memset(sums, 0, 2 * channels * sizeof *sums);
    memset(sum, 0, 2 * channels * sizeof *sum);
    for (int p = begin; p < end; p++) {
        const real *restrict x = job->run->x[0] + (size_t)p * channels;
        for (size_t c = 0; c < channels; c++) {
            real d = x[c] - origin[c];
            sum[c] += d;
            square[c] += d * d;
        }
        if ((p - begin) % PIXEL_BLOCK == PIXEL_BLOCK - 1) flush_block(sums, sum, 2 * channels);
    }
    flush_block(sums, sum, 2 * channels);
}

/* Sum over workers of entry c of the first (kind 0) or second (kind 1) sums. */
static double total(const NormJob *job, int kind, size_t c) {
    double sum = 0;
    int shares = parallel_shares((int)job->pixels, PIXEL_GRAIN);
    for (int k = 0; k < shares; k++) sum += job->sums[(2 * (size_t)k + (size_t)kind) * job->channels + c];
    return sum;
}

static void batch_moments(NormJob *job, real *mean, real *var) {
    parallel_for((int)job->pixels, PIXEL_GRAIN, moments_work, job);
    for (size_t c = 0; c < job->channels; c++) {
        double first = total(job, 0, c) / (double)job->pixels,
               second = total(job, 1, c) / (double)job->pixels;
        double variance = second - first * first;
        mean[c] = (real)((double)job->run->x[0][c] + first);
        /* Rounding may leave a tiny negative; NaN must pass. */
        var[c] = (real)(variance < 0 ? 0 : variance);
    }
}

/* y = x * factor[c] + factor[C + c] */
CPU_CLONES static void scale_work(void *context, int begin, int end, int worker) {
    const NormJob *job = context;
    size_t channels = job->channels;
    const real *restrict scale = job->factor, *restrict mean = job->mean,
                         *restrict beta = job->run->w[NORM_BIAS];
    (void)worker;
    for (int p = begin; p < end; p++) {
        const real *restrict x = job->run->x[0] + (size_t)p * channels;
        real *restrict y = job->run->y + (size_t)p * channels;
        for (size_t c = 0; c < channels; c++) y[c] = (x[c] - mean[c]) * scale[c] + beta[c];
    }
}

/* Batch norm, forward: y = gamma * (x - mean) / sqrt(var + 1e-5) + beta, per channel over N, H, W.
 *   x, y (N,C,H,W)   gamma, beta, running mean and variance (C) read   saved: the mean, variance, 1/std used
 * Training uses the mean and the biased variance of this batch; evaluation the running ones. Never writes the
 * running ones. Source: Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1. */
static void norm_run_forward(const OpRun *run) {
    NormJob job = job_of(run);
    real *mean = run->saved, *var = mean + job.channels, *inv_std = var + job.channels;
    if (run->batch_statistics) {
        batch_moments(&job, mean, var);
    } else {
        memcpy(mean, run->w[NORM_MEAN], job.channels * sizeof *mean);
        memcpy(var, run->w[NORM_VAR], job.channels * sizeof *var);
    }
    for (size_t c = 0; c < job.channels; c++) {
        inv_std[c] = (real)(1 / sqrt((double)var[c] + OP_NORM_EPSILON));
        job.factor[c] = run->w[NORM_WEIGHT][c] * inv_std[c];
    }
    parallel_for((int)job.pixels, PIXEL_GRAIN, scale_work, &job);
}

/* Sums of dy and of dy * xhat. */
CPU_CLONES static void gradient_sums_work(void *context, int begin, int end, int worker) {
    const NormJob *job = context;
    size_t channels = job->channels;
    const real *restrict mean = job->mean, *restrict inv_std = job->inv_std;
    double *sums = job->sums + 2 * (size_t)worker * channels;
    real *restrict sum = job->block + 2 * (size_t)worker * channels, *restrict product = sum + channels;
    memset(sums, 0, 2 * channels * sizeof *sums);
    memset(sum, 0, 2 * channels * sizeof *sum);
    for (int p = begin; p < end; p++) {
        const real *restrict x = job->run->x[0] + (size_t)p * channels, *restrict dy = job->run->dy +
                                                                                       (size_t)p * channels;
        for (size_t c = 0; c < channels; c++) {
            sum[c] += dy[c];
            product[c] += dy[c] * ((x[c] - mean[c]) * inv_std[c]);
        }
        if ((p - begin) % PIXEL_BLOCK == PIXEL_BLOCK - 1) flush_block(sums, sum, 2 * channels);
    }
    flush_block(sums, sum, 2 * channels);
}

/* dx = gamma/std * (dy - factor[c] - (x - mean) * factor[C + c]); the factors are 0 in evaluation. */
CPU_CLONES static void input_gradient_work(void *context, int begin, int end, int worker) {
    const NormJob *job = context;
    size_t channels = job->channels;
    const real *restrict mean = job->mean, *restrict inv_std = job->inv_std,
                         *restrict gamma = job->run->w[NORM_WEIGHT];
    const real *restrict shift = job->factor, *restrict slope = job->factor + channels;
    bool add = job->run->dx_adds[0];
    (void)worker;
    for (int p = begin; p < end; p++) {
        const real *restrict x = job->run->x[0] + (size_t)p * channels, *restrict dy = job->run->dy +
                                                                                       (size_t)p * channels;
        real *restrict dx = job->run->dx[0] + (size_t)p * channels;
        for (size_t c = 0; c < channels; c++) {
            real d = gamma[c] * inv_std[c] * (dy[c] - shift[c] - (x[c] - mean[c]) * slope[c]);
            dx[c] = add ? dx[c] + d : d;
        }
    }
}

/* Batch norm, backward, with xhat = (x - mean)/std and M = N*H*W:
 *   dbeta = sum dy     dgamma = sum dy * xhat
 *   training    dx = gamma/std * (dy - dbeta/M - xhat * dgamma/M)    because mean and std depend on every x
 *   evaluation  dx = gamma/std * dy                                  because they do not */
static void norm_run_backward(const OpRun *run) {
    NormJob job = job_of(run);
    bool needs_sums = run->dw[NORM_WEIGHT] || run->batch_statistics;
    if (needs_sums) parallel_for((int)job.pixels, PIXEL_GRAIN, gradient_sums_work, &job);
    for (size_t c = 0; c < job.channels; c++) {
        double dbeta = needs_sums ? total(&job, 0, c) : 0, dgamma = needs_sums ? total(&job, 1, c) : 0;
        if (run->dw[NORM_WEIGHT]) run->dw[NORM_WEIGHT][c] = (real)dgamma;
        if (run->dw[NORM_BIAS]) run->dw[NORM_BIAS][c] = (real)dbeta;
        double share = run->batch_statistics ? 1 / (double)job.pixels : 0;
        job.factor[c] = (real)(dbeta * share);
        job.factor[job.channels + c] = (real)(dgamma * share * (double)job.inv_std[c]);
    }
    if (run->dx[0]) parallel_for((int)job.pixels, PIXEL_GRAIN, input_gradient_work, &job);
}

const OpSpec op_batch_norm_spec = {
    .name = "batch_norm",
    .title = "Batch normalisation",
    .sentence = "Shifts and scales every channel to a common mean and spread, then lets the network choose a "
                "new one for it.",
    .forward_math = "y = γ · (x − μ) / √(σ² + 1e-5) + β,  μ and σ² per channel over N·H·W (training) or "
                    "running (evaluation)",
    .backward_math = "training: dx = γ/σ · (dy − mean(dy) − x̂ · mean(dy·x̂))   evaluation: dx = γ/σ · dy   dγ "
                     "= Σ dy·x̂   dβ = Σ dy",
    .source = "Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1",
    .shape = norm_shape,
    .params = norm_params,
    .saved_bytes = norm_saved,
    .scratch_count = norm_scratch,
    .forward = norm_run_forward,
    .backward = norm_run_backward,
};
