/* The classifier: one linear layer. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/op/arithmetic.h"
#include "core/op/explanation.h"
#include "core/tensor/gemm.h"

/* Outputs or inputs that are computed by one thread in one go. */
enum { PART = 64, WEIGHT_PART = 16 };

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

static const char *linear_strategy(const Op *op, int batch, bool fast, OpWork work) {
    (void)op, (void)batch, (void)fast, (void)work;
    return "blas";
}

static uint64_t linear_macs(const Op *op) {
    return (uint64_t)op->channels * (uint64_t)op->in.c;
}

/* Outputs begin .. end-1 of all images: y[n,k] = b[k] + sum over c of x[n,c] * w[k,c]. */
static void forward_channels(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    int c = run->op->in.c, k = run->op->channels;
    (void)worker;
    for (int n = 0; n < run->batch; n++)
        for (int j = begin; j < end; j++) run->y[(size_t)n * (size_t)k + (size_t)j] = run->w[1][j];
    gemm((GemmShape){run->batch, end - begin, c}, (Matrix){run->x[0], c, false},
         (Matrix){run->w[0] + (size_t)begin * (size_t)c, c, true}, run->y + begin, k, true);
}

/* Linear layer, forward: y = x wᵀ + b.
 *   x (N,C), w (K,C), b (K) read    y (N,K) overwritten
 * Cost: N*K*C multiply-adds. */
static void linear_run_forward(const OpRun *run) {
    parallel_parts(run->op->channels, PART, forward_channels, (void *)run);
}

/* Four images, and the last ones one by one: a (C) += the sum over them of factor[n] * x[n,c]. */
static inline void add_images(const real *restrict x, size_t channels, const real factor[4], int images,
                              real *restrict a) {
    if (images == 4)
        for (size_t c = 0; c < channels; c++)
            a[c] += (factor[0] * x[c] + factor[1] * x[channels + c]) +
                    (factor[2] * x[2 * channels + c] + factor[3] * x[3 * channels + c]);
    else
        for (int n = 0; n < images; n++)
            for (size_t c = 0; c < channels; c++) a[c] += factor[n] * x[(size_t)n * channels + c];
}

/* Outputs begin .. end-1: dw[k,c] = sum over n of dy[n,k] * x[n,c], db[k] = sum over n of dy[n,k]. */
CPU_CLONES static void weight_gradients(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    size_t channels = (size_t)run->op->in.c, outputs = (size_t)run->op->channels;
    (void)worker;
    for (size_t k = (size_t)begin; k < (size_t)end; k++) {
        real *dw = run->dw[0] + k * channels;
        double sum = 0;
        memset(dw, 0, channels * sizeof *dw);
        for (int n = 0; n < run->batch; n += 4) {
            int images = integer_min(4, run->batch - n);
            real factor[4] = {0};
            for (int j = 0; j < images; j++) factor[j] = run->dy[(size_t)(n + j) * outputs + k];
            for (int j = 0; j < images; j++) sum += (double)factor[j];
            add_images(run->x[0] + (size_t)n * channels, channels, factor, images, dw);
        }
        if (run->dw[1]) run->dw[1][k] = (real)sum;
    }
}

/* Inputs begin .. end-1 of all images: dx[n,c] = sum over k of dy[n,k] * w[k,c]. */
static void input_gradients(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    int c = run->op->in.c, k = run->op->channels;
    real *dx = run->dx[0] + begin;
    (void)worker;
    for (int n = 0; n < run->batch && !run->dx_adds[0]; n++)
        memset(dx + (size_t)n * (size_t)c, 0, (size_t)(end - begin) * sizeof *dx);
    gemm((GemmShape){run->batch, end - begin, k}, (Matrix){run->dy, k, false},
         (Matrix){run->w[0] + begin, c, false}, dx, c, true);
}

/* Linear layer, backward: dw = dyᵀ x     db = sum over n of dy[n]     dx = dy w
 *   dy (N,K), x (N,C), w (K,C) read    dw (K,C), db (K) overwritten    dx (N,C) overwritten or added to */
static void linear_run_backward(const OpRun *run) {
    if (run->dw[0]) parallel_parts(run->op->channels, WEIGHT_PART, weight_gradients, (void *)run);
    if (run->dx[0]) parallel_parts(run->op->in.c, 2 * PART, input_gradients, (void *)run);
}

/* The product of one channel and its weight, as a grid of one cell. */
static ArithmeticGrid product_grid(double value, double weight) {
    return (ArithmeticGrid){.rows = 1,
                            .columns = 1,
                            .weight_name = "weight w",
                            .value = {value},
                            .weight = {weight},
                            .product = {value * weight},
                            .winner = -1,
                            .self = -1};
}

static void linear_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    const OpRun *run = &cell->sight->run;
    int channels = run->op->in.c;
    const real *w = run->w[0] + (size_t)cell->channel * (size_t)channels;
    Tensor x = op_sight_x(cell->sight, 0);
    part->formula = "y = sum over input channels of x × w, + bias";
    part->axis = ARITHMETIC_IN_CHANNEL;
    for (int c = 0; c < channels; c++) {
        double product = op_element(x, cell->n, c, 0, 0) * (double)w[c];
        arithmetic_add_term(part, c, product);
        part->magnitude += fabs(product);
    }
    int chosen = arithmetic_choose(part, cell->wanted);
    part->grid = product_grid(op_element(x, cell->n, chosen, 0, 0), (double)w[chosen]);
    part->grid.value_name = "x";
    part->grid.product_name = "x × w";
    part->constant = (double)run->w[1][cell->channel];
    double products = part->total;
    part->value = part->total = products + part->constant;
    part->magnitude += fabs(part->constant);
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "bias", .meaning = "learned", .value = part->constant, .op = -1});
    arithmetic_write(part->worked, "products %+.4g %c bias %.4g = %+.4g", products,
                     arithmetic_plus(part->constant), fabs(part->constant), part->value);
}

/* dx[c] = sum over k of dy[k] * w[k,c] */
static void linear_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    const Op *op = cell->sight->run.op;
    const real *w = cell->sight->run.w[0] + cell->channel;
    Tensor dy = op_sight_dy(cell->sight);
    size_t stride = (size_t)op->in.c;
    part->formula = "dx = sum over outputs of dy × w";
    part->axis = ARITHMETIC_OUT_CHANNEL;
    for (int k = 0; k < op->out.c; k++) {
        double product = op_element(dy, cell->n, k, 0, 0) * (double)w[(size_t)k * stride];
        arithmetic_add_term(part, k, product);
        part->magnitude += fabs(product);
    }
    int chosen = arithmetic_choose(part, cell->wanted);
    part->grid = product_grid(op_element(dy, cell->n, chosen, 0, 0), (double)w[(size_t)chosen * stride]);
    part->grid.value_name = "gradient dy";
    part->grid.product_name = "dy × w";
    part->value = part->total;
}

static void linear_say(const OpSight *sight, Explanation *out) {
    const real *z = sight->run.y;
    int classes = sight->run.op->out.c, best = 0, next = -1;
    char first[32], second[32];
    for (int k = 1; k < classes; k++)
        if (z[k] > z[best]) best = k;
    for (int k = 0; k < classes; k++)
        if (k != best && (next < 0 || z[k] > z[next])) next = k;
    explain_say(out, EXPLAIN_TEXT,
                "The one fully connected layer: every class adds up the same %d numbers, with weights of its "
                "own. The highest score is %.2f, for %s",
                sight->run.op->in.c, explain_number(out, "best", (double)z[best]),
                op_sight_class(sight, best, first));
    if (next >= 0)
        explain_more(out, "; the next is %.2f, for %s", explain_number(out, "next", (double)z[next]),
                     op_sight_class(sight, next, second));
    explain_more(out, ".");
}

static void linear_say_backward(const OpSight *sight, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT,
                "It came back through %s: the messages of all %d classes return over the weights they "
                "were scored with.",
                sight->run.op->name, sight->run.op->out.c);
}

static void linear_say_bounds(const Op *op, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT, "Here C = %d numbers in, K = %d out", op->in.c, op->out.c);
}

static void linear_label(const Op *op, char *out, size_t size) {
    snprintf(out, size, "fc %d", op->channels);
}

static void linear_say_torch(const OpSight *sight, Explanation *out) {
    (void)sight;
    explain_more(out, "y = torch.nn.functional.linear(torch.flatten(x, 1), weight, bias)");
}

const OpSpec op_linear_spec = {
    .name = "linear",
    .title = "Linear classifier",
    .word = "linear",
    .brief = "each class weighs all features",
    .sentence = "Weighs the averaged features for every class and adds a constant; the largest sum is the "
                "network's answer.",
    .forward_math = "y[k] = Σc w[k,c] · x[c] + b[k]",
    .backward_math = "dx = wᵀ dy     dw = dy xᵀ     db = dy",
    .source = "He et al. 2015, arXiv:1512.03385, table 1",
    .reads = OP_READS_ALL,
    .middle = OP_MIDDLE_MATRIX,
    .mixes_channels = true,
    .shape = linear_shape,
    .params = linear_params,
    .macs = linear_macs,
    .strategy = linear_strategy,
    .forward = linear_run_forward,
    .backward = linear_run_backward,
    .backward_reads_x = true,
    .reference = &op_linear_reference,
    .arithmetic = linear_arithmetic,
    .arithmetic_backward = linear_arithmetic_backward,
    .say = linear_say,
    .say_backward = linear_say_backward,
    .say_torch = linear_say_torch,
    .say_bounds = linear_say_bounds,
    .excerpts = {.forward = {{"core/op/linear.c", "forward_channels", "gemm("}},
                 .backward = {{"core/op/linear.c", "linear_run_backward", "dx[0]"}}},
    .label = linear_label,
};
