/* Convolution without bias (the batch norm that follows has one). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/conv/conv.h"
#include "core/op/explanation.h"
#include "core/op/tap.h"

static ConvShape shape_of(const Op *op, int batch) {
    return (ConvShape){.n = batch,
                       .h = op->in.h,
                       .w = op->in.w,
                       .c = op->in.c,
                       .k = op->channels,
                       .r = op->kernel_h,
                       .s = op->kernel_w,
                       .stride = op->stride,
                       .pad = op->pad,
                       .oh = op->out.h,
                       .ow = op->out.w};
}

static ConvShape shape_of_run(const OpRun *run) {
    ConvShape shape = shape_of(run->op, run->batch);
    shape.fast = run->fast;
    return shape;
}

static bool conv_shape(Op *op, const Shape *x, Error *err) {
    if (op->kernel_h < 1 || op->kernel_w < 1 || op->stride < 1 || op->pad < 0 || op->channels < 1)
        return error_set(err, ERROR_USAGE,
                         "%s: a convolution needs a positive kernel, stride and channel count", op->name);
    if (x[0].h + 2 * op->pad < op->kernel_h || x[0].w + 2 * op->pad < op->kernel_w)
        return error_set(err, ERROR_USAGE,
                         "%s: the %dx%d input with padding %d is smaller than the %dx%d kernel", op->name,
                         x[0].h, x[0].w, op->pad, op->kernel_h, op->kernel_w);
    op->out = (Shape){1, op->channels, op_window_count(x[0].h, op->kernel_h, op->stride, op->pad),
                      op_window_count(x[0].w, op->kernel_w, op->stride, op->pad)};
    return true;
}

static int conv_params(const Op *op, ParamShape params[OP_PARAMS_MAX]) {
    params[0] = (ParamShape){.suffix = "weight",
                             .role = PARAM_CONV_WEIGHT,
                             .rank = 4,
                             .dims = {op->channels, op->in.c, op->kernel_h, op->kernel_w}};
    return 1;
}

/* For both kinds of runs, the fast and the exact. */
static size_t larger_count(const Op *op, int batch, size_t (*count_of)(const ConvShape *shape)) {
    ConvShape shape = shape_of(op, batch);
    size_t exact = count_of(&shape);
    shape.fast = true;
    size_t fast = count_of(&shape);
    return fast > exact ? fast : exact;
}

static size_t conv_scratch(const Op *op, int batch) {
    return larger_count(op, batch, conv_scratch_count);
}

static size_t conv_prepared(const Op *op, int batch) {
    return larger_count(op, batch, conv_prepared_count);
}

static void conv_run_prepare(const OpRun *run, real *prepared) {
    ConvShape shape = shape_of_run(run);
    conv_prepare(&shape, run->w[0], prepared);
}

static const char *conv_strategy(const Op *op, int batch, bool fast, OpWork work) {
    static const char *(*const name_of[OP_WORK_COUNT])(const ConvShape *shape) = {
        conv_strategy_name, conv_input_gradient_name, conv_weight_gradient_name};
    ConvShape shape = shape_of(op, batch);
    shape.fast = fast;
    return name_of[work](&shape);
}

static uint64_t conv_macs(const Op *op) {
    return (uint64_t)shape_count(op->out) * (uint64_t)op->in.c * (uint64_t)(op->kernel_h * op->kernel_w);
}

/* Convolution, forward: y = w * x (cross-correlation, no bias).
 *   x (N,C,H,W) read    w (K,C,R,S) read    y (N,K,OH,OW) overwritten
 *   OH = (H + 2*pad - R)/stride + 1
 * Cost:   N*K*C*R*S*OH*OW multiply-adds.
 * Errors: none; conv_shape has checked the shapes.
 * Source: He et al. 2015, arXiv:1512.03385, section 3.3. */
static void conv_run_forward(const OpRun *run) {
    ConvShape shape = shape_of_run(run);
    conv_forward(&(ConvRun){.shape = &shape,
                            .x = run->x[0],
                            .w = run->w[0],
                            .y = run->y,
                            .epilogue = run->epilogue ? *run->epilogue : (ConvEpilogue){.relu = false},
                            .prepared = run->prepared,
                            .scratch = run->scratch,
                            .soon = run->soon});
}

/* Convolution, backward, with ih = oh*stride - pad + r and iw = ow*stride - pad + s:
 *   dx[n,c,ih,iw] = sum over k, r, s of dy[n,k,oh,ow] * w[k,c,r,s]
 *   dw[k,c,r,s]   = sum over n, oh, ow of dy[n,k,oh,ow] * x[n,c,ih,iw]
 *   dy (N,K,OH,OW), x (N,C,H,W), w (K,C,R,S) read    dx as x, overwritten or added to    dw as w, overwritten
 * Cost: as forward, once for dx and once for dw. */
static void conv_run_backward(const OpRun *run) {
    ConvShape shape = shape_of_run(run);
    if (run->dw[0]) conv_backward_weight(&shape, run->x[0], run->dy, run->dw[0], run->scratch);
    if (run->dx[0])
        conv_backward_input(&(ConvInputRun){.shape = &shape,
                                            .dy = run->dy,
                                            .w = run->w[0],
                                            .dx = run->dx[0],
                                            .add = run->dx_adds[0],
                                            .scratch = run->scratch,
                                            .soon = run->soon});
}

/* A convolution seen from one element: forward the patch of x under the kernel, backward the patch of dy
 * under the kernel turned by half. `channel` is the one that is summed over. */
typedef struct Products {
    const OpCell *cell;
    const Op *op;
    Tensor values; /* x, or dy */
} Products;

/* Cell (r,s) of the patch lies under kernel tap (R-1-r, S-1-s) backward. */
static Tap product_tap(const Products *p, int place, int *tap) {
    const OpCell *cell = p->cell;
    *tap = cell->backward ? tap_count(p->op) - 1 - place : place;
    return cell->backward ? tap_of_output(p->op, cell->row, cell->column, *tap)
                          : tap_of_input(p->op, cell->row, cell->column, *tap);
}

/* w[k,c,tap], which lies as (R,S,C,K). */
static double product_weight(const Products *p, int channel, int tap) {
    int k = p->cell->backward ? channel : p->cell->channel;
    int c = p->cell->backward ? p->cell->channel : channel;
    size_t at = ((size_t)tap * (size_t)p->op->in.c + (size_t)c) * (size_t)p->op->out.c + (size_t)k;
    return (double)p->cell->sight->run.w[0][at];
}

static double product_value(const Products *p, int channel, Tap at) {
    if (at.state != ARITHMETIC_INSIDE) return 0;
    return op_element(p->values, p->cell->n, channel, at.row, at.column);
}

static void add_channel(const Products *p, ArithmeticPart *part, int channel) {
    double sum = 0;
    int tap;
    for (int place = 0; place < tap_count(p->op); place++) {
        Tap at = product_tap(p, place, &tap);
        if (at.state != ARITHMETIC_INSIDE) continue;
        double product = product_value(p, channel, at) * product_weight(p, channel, tap);
        sum += product;
        part->magnitude += fabs(product);
    }
    arithmetic_add_term(part, channel, sum);
}

static void fill_products(const Products *p, ArithmeticGrid *grid, int channel) {
    bool backward = p->cell->backward;
    int tap;
    if (tap_count(p->op) > ARITHMETIC_CELLS_MAX) return;
    grid->rows = p->op->kernel_h;
    grid->columns = p->op->kernel_w;
    grid->value_name = backward ? "gradient dy" : "patch x";
    grid->weight_name = backward ? "w turned" : "kernel w";
    grid->product_name = backward ? "dy × w" : "x × w";
    for (int place = 0; place < tap_count(p->op); place++) {
        Tap at = product_tap(p, place, &tap);
        grid->state[place] = at.state;
        grid->source_row[place] = at.row;
        grid->source_column[place] = at.column;
        grid->value[place] = product_value(p, channel, at);
        grid->weight[place] = product_weight(p, channel, tap);
        grid->product[place] = grid->value[place] * grid->weight[place];
    }
}

static void add_products(const Products *p, ArithmeticPart *part) {
    for (int channel = 0; channel < p->values.shape.c; channel++) add_channel(p, part, channel);
    fill_products(p, &part->grid, arithmetic_choose(part, p->cell->wanted));
    part->value = part->total;
}

static void conv_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    Products products = {.cell = cell, .op = cell->sight->run.op, .values = op_sight_x(cell->sight, 0)};
    part->formula = "y = sum over input channels, places of x × w";
    part->axis = ARITHMETIC_IN_CHANNEL;
    add_products(&products, part);
}

static void conv_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    Products products = {.cell = cell, .op = cell->sight->run.op, .values = op_sight_dy(cell->sight)};
    part->formula = "dx = sum over output channels, places of dy × w";
    part->axis = ARITHMETIC_OUT_CHANNEL;
    add_products(&products, part);
}

static void conv_say(const OpSight *sight, Explanation *out) {
    const Op *op = sight->run.op;
    OpPeak peak = op_sight_peak(sight);
    if (op->kernel_h == 1)
        explain_say(out, EXPLAIN_TEXT,
                    "%d small filters look at one place at a time and mix the %d maps that come in, each "
                    "into one new map.",
                    op->out.c, op->in.c);
    else
        explain_say(
            out, EXPLAIN_TEXT,
            "%d small filters slide over the %d maps that come in. Each looks at %dx%d places at once "
            "and writes one new map: how strongly its own pattern is found there.",
            op->out.c, op->in.c, op->kernel_h, op->kernel_w);
    explain_more(
        out,
        " The strongest answer is %.3g, in map %d at row %d, column %d; %.0f %% of all answers are "
        "below zero.",
        explain_number(out, "max", peak.value), peak.channel, peak.row, peak.column,
        100 * explain_number(out, "negative_share", (double)sight->y.negative / (double)sight->y.count));
    if (op->stride > 1)
        explain_more(out, " It takes every %s place only, so the maps shrink from %dx%d to %dx%d.",
                     op->stride == 2 ? "second" : "few", op->in.h, op->in.w, op->out.h, op->out.w);
}

static void conv_say_backward(const OpSight *sight, Explanation *out) {
    const Op *op = sight->run.op;
    int rows = (op->kernel_h + op->stride - 1) / op->stride,
        columns = (op->kernel_w + op->stride - 1) / op->stride;
    explain_say(out, EXPLAIN_TEXT,
                "It came back through %s: each number here was read by %d filters at up to %d places, and "
                "the gradients of all those answers return over the same weights.",
                op->name, op->out.c, rows * columns);
}

static void conv_say_bounds(const Op *op, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT,
                "Here K = %d filters, C = %d channels in, R x S = %dx%d, stride %d, padding %d, OH x OW = "
                "%dx%d",
                op->out.c, op->in.c, op->kernel_h, op->kernel_w, op->stride, op->pad, op->out.h, op->out.w);
}

/* The lines of each strategy: forward, and what is its own where it computes an input gradient. Those of OpenBLAS stand
 * in the spec below. */
static const struct {
    const char *strategy;
    OpExcerpt forward[OP_EXCERPTS_MAX], input_gradient;
} strategy_lines[] = {
    {"direct",
     {{"core/conv/direct.c", "point_run", "row + w * q->c"},
      {"core/kernel/product_body.h", "product_row", "+= value * weight"}},
     {"core/conv/direct.c", "turned_at", "turned->row"}},
    {.strategy = "direct by parity",
     .input_gradient = {"core/conv/input_gradient.c", "axis_of", "axis.before ="}},
    {.strategy = "direct, folded", .input_gradient = {"core/conv/fold.c", "add_line", "to[k] += from[k]"}},
    {"winograd 4x4",
     {{"core/kernel/winograd_body.h", "winograd_input_pair", "even + point * odd"},
      {"core/kernel/product_body.h", "product_row", "+= value * weight"}},
     {"core/kernel/winograd_body.h", "winograd_input_pair", "even + point * odd"}},
    {"winograd 2x2",
     {{"core/kernel/winograd_body.h", "winograd_input_pair", "d[2] + d[1]"},
      {"core/kernel/product_body.h", "product_row", "+= value * weight"}},
     {"core/kernel/winograd_body.h", "winograd_input_pair", "d[2] + d[1]"}},
};

/* Backward: the way of dx, and the sum of dw. */
static OpExcerpts conv_excerpts_of(const Op *op, int batch) {
    static const OpExcerpt weight_sum = {"core/kernel/outer_body.h", "outer_pixel", "+= value * d[v]"};
    ConvShape shape = shape_of(op, batch);
    const char *forward = conv_strategy_name(&shape), *input = conv_input_gradient_name(&shape);
    OpExcerpts lines = op_spec(OP_CONV2D)->excerpts;
    for (size_t k = 0; k < sizeof strategy_lines / sizeof *strategy_lines; k++) {
        if (strcmp(strategy_lines[k].strategy, forward) == 0)
            memcpy(lines.forward, strategy_lines[k].forward, sizeof lines.forward);
        if (strcmp(strategy_lines[k].strategy, input) == 0) {
            lines.backward[0] = strategy_lines[k].input_gradient;
            lines.backward[1] = weight_sum;
        }
    }
    return lines;
}

static void conv_label(const Op *op, char *out, size_t size) {
    char stride[16] = "";
    if (op->stride > 1) snprintf(stride, sizeof stride, ", /%d", op->stride);
    snprintf(out, size, "%dx%d conv, %d%s", op->kernel_h, op->kernel_w, op->channels, stride);
}

static void conv_say_torch(const OpSight *sight, Explanation *out) {
    const Op *op = sight->run.op;
    explain_more(out, "y = torch.nn.functional.conv2d(x, weight, stride=%d, padding=%d)", op->stride,
                 op->pad);
}

const OpSpec op_conv2d_spec = {
    .name = "conv2d",
    .title = "Convolution",
    .word = "conv",
    .brief = "weighs every neighbourhood and adds it up",
    .sentence = "Slides small filters over the picture; each filter answers, at every place, how much the "
                "neighbourhood looks like it.",
    .forward_math = "y[k,i,j] = Σc Σr Σs  w[k,c,r,s] · x[c, i·stride−pad+r, j·stride−pad+s]",
    .backward_math =
        "dx = Σk w[k]ᵀ ∗ dy[k]     dw[k,c,r,s] = Σi Σj dy[k,i,j] · x[c, i·stride−pad+r, j·stride−pad+s]",
    .source = "He et al. 2015, arXiv:1512.03385, section 3.3; LeCun et al. 1998, Proc. IEEE 86(11)",
    .reads = OP_READS_WINDOW,
    .middle = OP_MIDDLE_KERNEL,
    .mixes_channels = true,
    .shape = conv_shape,
    .params = conv_params,
    .scratch_count = conv_scratch,
    .macs = conv_macs,
    .strategy = conv_strategy,
    .forward = conv_run_forward,
    .prepared_count = conv_prepared,
    .prepare = conv_run_prepare,
    .fuses = true,
    .backward = conv_run_backward,
    .backward_reads_x = true,
    .reference = &op_conv2d_reference,
    .arithmetic = conv_arithmetic,
    .arithmetic_backward = conv_arithmetic_backward,
    .say = conv_say,
    .say_backward = conv_say_backward,
    .say_torch = conv_say_torch,
    .say_bounds = conv_say_bounds,
    .excerpts = {.forward = {{"core/conv/window.c", "unroll_row", "memcpy"},
                             {"core/conv/blas.c", "forward_pixels", "gemm("}},
                 .backward = {{"core/conv/blas.c", "input_windows", "gemm("},
                              {"core/conv/window.c", "fold_taps", "+="}}},
    .excerpts_of = conv_excerpts_of,
    .label = conv_label,
};
