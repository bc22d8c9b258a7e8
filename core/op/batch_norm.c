/* Batch normalisation. With this batch's statistics (training) or with the running ones (evaluation); each
 * has a backward pass of its own, because only in training do the statistics depend on x. */
#include "core/op/batch_norm.h"

#include <math.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/integer.h"
#include "core/op/arithmetic.h"
#include "core/op/explanation.h"
#include "core/op/moments.h"

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

static size_t norm_saved(const Op *op, int batch) {
    (void)batch;
    return SAVED_COUNT * (size_t)op->in.c * sizeof(real);
}

static size_t norm_pixels(const Op *op, int batch) {
    return (size_t)batch * (size_t)op->in.h * (size_t)op->in.w;
}

static size_t norm_scratch(const Op *op, int batch) {
    size_t forward = moments_scratch_count((size_t)op->in.c, norm_pixels(op, batch));
    return integer_max_size(forward, op_gather_scratch(op, batch));
}

/* mean and var (C) of this batch */
static void batch_moments(const OpRun *run, real *mean, real *var) {
    const Moments moments = {run->x[0], (size_t)run->op->in.c, norm_pixels(run->op, run->batch)};
    moments_measure(&moments, mean, var, run->scratch);
}

/* y[p,c] = (x[p,c] - mean[c]) * scale[c] + beta[c], scale = gamma / std */
CPU_INLINE void scale_pixels(NormLine line, const real *restrict x, real *restrict y, size_t pixels) {
    const real *restrict mean = line.mean, *restrict scale = line.scale, *restrict beta = line.beta;
    for (size_t p = 0; p < pixels; p++, x += line.channels, y += line.channels)
        for (size_t c = 0; c < line.channels; c++) y[c] = (x[c] - mean[c]) * scale[c] + beta[c];
}

/* The same for two vectors of channels, whose line stays in registers. */
CPU_INLINE void scale_columns(NormLine line, NormColumns at, const real *x, real *y) {
    const Lanes mean0 = *(const Lanes *)(line.mean + at.channel[0]),
                mean1 = *(const Lanes *)(line.mean + at.channel[1]);
    const Lanes scale0 = *(const Lanes *)(line.scale + at.channel[0]),
                scale1 = *(const Lanes *)(line.scale + at.channel[1]);
    const Lanes beta0 = *(const Lanes *)(line.beta + at.channel[0]),
                beta1 = *(const Lanes *)(line.beta + at.channel[1]);
    const real *x0 = x + at.first, *x1 = x + at.second;
    real *y0 = y + at.first, *y1 = y + at.second;
    for (size_t row = 0; row < at.rows; row++, x0 += at.step, x1 += at.step, y0 += at.step, y1 += at.step) {
        *(Lanes *)y0 = (*(const Lanes *)x0 - mean0) * scale0 + beta0;
        *(Lanes *)y1 = (*(const Lanes *)x1 - mean1) * scale1 + beta1;
    }
}

CPU_CLONES static void scale_all(NormLine line, const real *x, real *y, size_t pixels) {
    NormColumns at;
    size_t done = 0;
    for (int k = 0; norm_columns(line.channels, pixels, k, &at); k++) {
        scale_columns(line, at, x, y);
        done = at.pixels;
    }
    scale_pixels(line, x + done * line.channels, y + done * line.channels, pixels - done);
}

static void norm_cells(const OpRun *run, size_t pixels) {
    scale_all(norm_line(run), run->x[0], run->y, pixels);
}

/* Mean and variance of this batch in training, the running ones in evaluation, and what follows from them. */
static void norm_begin(const OpRun *run) {
    const size_t channels = (size_t)run->op->in.c;
    real *mean = norm_saved_row(run, SAVED_MEAN), *var = norm_saved_row(run, SAVED_VAR);
    real *inv_std = norm_saved_row(run, SAVED_INV_STD), *scale = norm_saved_row(run, SAVED_SCALE);
    memcpy(mean, run->w[NORM_MEAN], channels * sizeof *mean);
    memcpy(var, run->w[NORM_VAR], channels * sizeof *var);
    if (run->batch_statistics) batch_moments(run, mean, var);
    for (size_t c = 0; c < channels; c++) {
        inv_std[c] = (real)(1 / sqrt((double)var[c] + OP_NORM_EPSILON));
        scale[c] = run->w[NORM_WEIGHT][c] * inv_std[c];
    }
    memcpy(norm_saved_row(run, SAVED_BETA), run->w[NORM_BIAS], channels * sizeof(real));
}

/* Batch norm, forward: y = gamma * (x - mean) / sqrt(var + 1e-5) + beta, per channel over N, H, W.
 *   x, y (N,C,H,W)   gamma, beta, running mean and variance (C) read   saved: see SAVED_MEAN and the others
 * Training uses the mean and the biased variance of this batch; evaluation the running ones. Never writes the
 * running ones. Source: Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1. */
static void norm_run_forward(const OpRun *run) {
    norm_begin(run);
    op_run_cells(run);
}

/* With the running statistics: scale = gamma / sqrt(var + 1e-5), rounded as forward rounds it, and shift =
 * beta - mean * scale, all (C). */
static void norm_fold(const OpRun *run, real *scale, real *shift) {
    for (int c = 0; c < run->op->in.c; c++) {
        real inv_std = (real)(1 / sqrt((double)run->w[NORM_VAR][c] + OP_NORM_EPSILON));
        scale[c] = run->w[NORM_WEIGHT][c] * inv_std;
        shift[c] = (real)((double)run->w[NORM_BIAS][c] - (double)run->w[NORM_MEAN][c] * (double)scale[c]);
    }
}

static double saved_of(const OpSight *sight, int which, int channel) {
    return (double)norm_saved_row(&sight->run, which)[channel];
}

/* y = (x - mean) / sqrt(var + eps) * gamma + beta */
static void norm_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    const OpRun *run = &cell->sight->run;
    int c = cell->channel;
    bool batch = run->batch_statistics;
    double x = op_element_here(op_sight_x(cell->sight, 0), cell), gamma = (double)run->w[NORM_WEIGHT][c],
           beta = (double)run->w[NORM_BIAS][c];
    double mean = saved_of(cell->sight, SAVED_MEAN, c), var = saved_of(cell->sight, SAVED_VAR, c);
    double slope = gamma / sqrt(var + OP_NORM_EPSILON), y = (x - mean) * slope + beta;
    const ArithmeticNumber numbers[] = {
        {.name = "x", .meaning = "input", .value = x, .op = run->op->inputs[0]},
        {.name = "mean", .meaning = batch ? "of this batch" : "running mean", .value = mean, .op = -1},
        {.name = "var", .meaning = batch ? "of this batch" : "running variance", .value = var, .op = -1},
        {.name = "eps", .meaning = "against dividing by 0", .value = OP_NORM_EPSILON, .op = -1},
        {.name = "gamma", .meaning = "scale, learned", .value = gamma, .op = -1},
        {.name = "beta", .meaning = "shift, learned", .value = beta, .op = -1},
    };
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) arithmetic_add_number(part, numbers[k]);
    part->formula = "y = (x - mean) / sqrt(var + eps) × gamma + beta";
    part->note =
        batch ? "training mode: mean and variance of this batch" : "evaluation mode: running statistics";
    arithmetic_write(part->worked, "(%+.4g %c %.4g) / sqrt(%.4g + %.0e) × %.4g %c %.4g = %+.4g", x,
                     arithmetic_minus(mean), fabs(mean), var, OP_NORM_EPSILON, gamma, arithmetic_plus(beta),
                     fabs(beta), y);
    part->value = y;
    part->magnitude = fabs(x * slope) + fabs(mean * slope) + fabs(beta);
}

/* Batch norm with its channel's figures: xhat = (x - mean) / std. */
typedef struct Norm {
    double gamma, mean, inv_std, dy, xhat;
    double mean_dy, mean_dy_xhat; /* over N, H, W; training only */
    double size_dy, size_dy_xhat; /* means of the magnitudes of the same */
} Norm;

static void norm_means(const OpCell *cell, Norm *norm) {
    Tensor x = op_sight_x(cell->sight, 0), dy = op_sight_dy(cell->sight);
    size_t pixels = (size_t)x.shape.n * (size_t)x.shape.h * (size_t)x.shape.w;
    for (size_t p = 0; p < pixels; p++) {
        size_t at = p * (size_t)x.shape.c + (size_t)cell->channel;
        double d = (double)dy.data[at], d_xhat = d * ((double)x.data[at] - norm->mean) * norm->inv_std;
        norm->mean_dy += d / (double)pixels;
        norm->mean_dy_xhat += d_xhat / (double)pixels;
        norm->size_dy += fabs(d) / (double)pixels;
        norm->size_dy_xhat += fabs(d_xhat) / (double)pixels;
    }
}

static Norm norm_of(const OpCell *cell) {
    int c = cell->channel;
    Norm norm = {.gamma = (double)cell->sight->run.w[NORM_WEIGHT][c],
                 .mean = saved_of(cell->sight, SAVED_MEAN, c),
                 .inv_std = 1 / sqrt(saved_of(cell->sight, SAVED_VAR, c) + OP_NORM_EPSILON),
                 .dy = op_element_here(op_sight_dy(cell->sight), cell)};
    norm.xhat = (op_element_here(op_sight_x(cell->sight, 0), cell) - norm.mean) * norm.inv_std;
    if (cell->sight->run.batch_statistics) norm_means(cell, &norm);
    return norm;
}

/* Evaluation: dx = gamma / std * dy. */
static void norm_running(ArithmeticPart *part, const Norm *norm) {
    double slope = norm->gamma * norm->inv_std;
    part->formula = "dx = gamma / std × dy";
    part->note = "evaluation mode: mean and variance do not depend on x";
    arithmetic_write(part->worked, "%+.4g / %.4g × %+.4g = %+.4g", norm->gamma, 1 / norm->inv_std, norm->dy,
                     slope * norm->dy);
    arithmetic_set_value(part, slope * norm->dy);
}

/* Training: dx = gamma / std * (dy - mean(dy) - xhat * mean(dy * xhat)), because every x moves mean and
 * variance. */
static void norm_batch(ArithmeticPart *part, const Norm *norm) {
    double slope = norm->gamma * norm->inv_std;
    const double terms[3] = {slope * norm->dy, -slope * norm->mean_dy,
                             -slope * norm->xhat * norm->mean_dy_xhat};
    const ArithmeticNumber numbers[] = {
        {.name = "xhat", .meaning = "(x - mean) / std", .value = norm->xhat, .op = -1},
        {.name = "mean dy", .meaning = "over this batch", .value = norm->mean_dy, .op = -1},
        {.name = "mean dy×xhat", .meaning = "over this batch", .value = norm->mean_dy_xhat, .op = -1},
    };
    for (int k = 0; k < 3; k++) {
        arithmetic_add_number(part, numbers[k]);
        arithmetic_add_term(part, k, terms[k]);
    }
    part->magnitude = fabs(slope) * (fabs(norm->dy) + norm->size_dy + fabs(norm->xhat) * norm->size_dy_xhat);
    part->axis = ARITHMETIC_NORM;
    part->value = part->total;
    part->formula = "dx = gamma / std × (dy - mean dy - xhat × mean(dy×xhat))";
    part->note = "training mode: this x also moves the mean and the variance of its batch";
    arithmetic_write(part->worked, "%+.4g / %.4g × (%+.4g %c %.4g - %+.4g × %+.4g) = %+.4g", norm->gamma,
                     1 / norm->inv_std, norm->dy, arithmetic_minus(norm->mean_dy), fabs(norm->mean_dy),
                     norm->xhat, norm->mean_dy_xhat, part->value);
}

static void norm_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    Norm norm = norm_of(cell);
    arithmetic_add_dy(cell, part, norm.dy);
    const ArithmeticNumber numbers[] = {
        {.name = "gamma", .meaning = "scale, learned", .value = norm.gamma, .op = -1},
        {.name = "std", .meaning = "sqrt(var + eps)", .value = 1 / norm.inv_std, .op = -1},
    };
    for (int k = 0; k < 2; k++) arithmetic_add_number(part, numbers[k]);
    if (cell->sight->run.batch_statistics)
        norm_batch(part, &norm);
    else
        norm_running(part, &norm);
}

static void norm_say(const OpSight *sight, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT,
                "Puts each of the %d maps on a scale of its own: its usual mean is taken away, the rest is "
                "divided by its usual spread, then two learned numbers scale and shift it. %s The spread of "
                "all numbers was %.3g before and is %.3g now.",
                sight->run.op->out.c,
                sight->run.batch_statistics ? "Usual means: in the pictures at hand, as during training."
                                            : "Usual means: as averaged over the training.",
                explain_number(out, "std_before", sight->x.std), explain_number(out, "std", sight->y.std));
}

static void norm_say_backward(const OpSight *sight, Explanation *out) {
    int channels = sight->run.op->out.c;
    double sum = 0;
    for (int c = 0; c < channels; c++)
        sum += fabs((double)sight->run.w[NORM_WEIGHT][c] * saved_of(sight, SAVED_INV_STD, c));
    explain_say(
        out, EXPLAIN_TEXT,
        "It came back through %s, which multiplies every message by a number of its map: %.3g in the "
        "mean over the maps, regardless of sign.%s",
        sight->run.op->name, explain_number(out, "factor", sum / channels),
        sight->run.batch_statistics
            ? " Because the mean and spread are those of these very pictures, it also takes away what "
              "would only have moved them."
            : "");
}

static void norm_say_element(const OpCell *cell, const ArithmeticPart *part, Explanation *out) {
    (void)part;
    explain_say(out, EXPLAIN_TEXT,
                "It came in as %.4g; its map's usual mean was taken away, the rest divided by its usual "
                "spread, scaled and shifted.",
                explain_number(out, "before", op_element_here(op_sight_x(cell->sight, 0), cell)));
}

static void norm_say_torch(const OpSight *sight, Explanation *out) {
    bool batch = sight->run.batch_statistics;
    explain_more(out, "y = torch.nn.functional.batch_norm(x, %s, weight, bias, training=%s, eps=%.0e)",
                 batch ? "None, None" : "running_mean, running_var", batch ? "True" : "False",
                 OP_NORM_EPSILON);
}

const OpSpec op_batch_norm_spec = {
    .name = "batch_norm",
    .title = "Batch normalisation",
    .word = "batch norm",
    .brief = "each channel gets a common mean and spread",
    .sentence = "Shifts and scales every channel to a common mean and spread, then lets the network choose a "
                "new one for it.",
    .forward_math = "y = γ · (x − μ) / √(σ² + 1e-5) + β,  μ and σ² per channel over N·H·W (training) or "
                    "running (evaluation)",
    .backward_math = "training: dx = γ/σ · (dy − mean(dy) − x̂ · mean(dy·x̂))   evaluation: dx = γ/σ · dy   dγ "
                     "= Σ dy·x̂   dβ = Σ dy",
    .source = "Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1",
    .reads = OP_READS_CELL,
    .middle = OP_MIDDLE_LINE,
    .shape = norm_shape,
    .params = norm_params,
    .saved_bytes = norm_saved,
    .scratch_count = norm_scratch,
    .begin = norm_begin,
    .cells = norm_cells,
    .forward = norm_run_forward,
    .gathered_count = norm_gathered,
    .backward_gather = norm_backward_gather,
    .backward_begin = norm_backward_begin,
    .backward_cells = norm_backward_cells,
    .backward = op_run_backward_cells,
    .backward_reads_x = true,
    .fold = norm_fold,
    .reference = &op_batch_norm_reference,
    .arithmetic = norm_arithmetic,
    .arithmetic_backward = norm_arithmetic_backward,
    .say = norm_say,
    .say_backward = norm_say_backward,
    .say_element = norm_say_element,
    .say_torch = norm_say_torch,
    .excerpts = {.forward = {{"core/op/batch_norm.c", "norm_begin", "inv_std[c] ="},
                             {"core/op/batch_norm.c", "scale_pixels", "y[c] ="}},
                 .backward = {{"core/op/batch_norm_backward.c", "pass_pixels_training", "real d ="}}},
};
