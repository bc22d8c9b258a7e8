#include <math.h>

#include "core/inspect/arithmetic_part.h"

/* x is a float: a whole pixel comes back with an error of some 255 float roundings. */
static const double PIXEL_ROUNDING = 1e-3;

/* The element of the op's first input at the query's own place. */
static double input_here(const ArithmeticSite *site, int input) {
    const ArithmeticQuery *q = site->query;
    return arithmetic_element(pass_act(site->pass, site->op->inputs[input]), q->n, q->channel, q->row,
                              q->column);
}

/* x = (pixel / 255 - mean) / std. The pixel is found backwards from x; without a normalisation x is simply
 * given. */
static void input_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    const ArithmeticQuery *q = site->query;
    const Normalise *normalise = q->normalise;
    double x = arithmetic_element(pass_act(site->pass, site->op->index), q->n, q->channel, q->row, q->column);
    part->formula = "x = (pixel / 255 - mean) / std, per colour";
    arithmetic_set_value(part, x);
    if (!normalise || q->channel >= 3) return;
    double mean = (double)normalise->mean[q->channel], std = (double)normalise->std[q->channel];
    double pixel = 255 * (x * std + mean), whole = round(pixel);
    if (fabs(pixel - whole) < PIXEL_ROUNDING) pixel = whole;
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "pixel", .meaning = "0 to 255", .value = pixel, .op = -1});
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "mean", .meaning = "of the training data", .value = mean, .op = -1});
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "std", .meaning = "of the training data", .value = std, .op = -1});
    arithmetic_write(part->worked, "(%.4g / 255 - %.4g) / %.4g = %+.4g", pixel, mean, std, x);
}

/* y = (x - mean) / sqrt(var + eps) * gamma + beta */
static void norm_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    int c = site->query->channel, op = site->op->index;
    bool batch = pass_batch_statistics(site->pass);
    double x = input_here(site, 0), gamma = (double)arithmetic_param(site, 0)[c],
           beta = (double)arithmetic_param(site, 1)[c];
    double mean = (double)pass_norm_mean(site->pass, op)[c], var = (double)pass_norm_var(site->pass, op)[c];
    double slope = gamma / sqrt(var + OP_NORM_EPSILON), y = (x - mean) * slope + beta;
    const ArithmeticNumber numbers[] = {
        {.name = "x", .meaning = "input", .value = x, .op = site->op->inputs[0]},
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

static void relu_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    double x = input_here(site, 0), y = x < 0 ? 0 : x;
    part->formula = "y = max(x, 0)";
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "x", .meaning = "input", .value = x, .op = site->op->inputs[0]});
    arithmetic_write(part->worked, "max(%+.4g, 0) = %+.4g", x, y);
    arithmetic_set_value(part, y);
}

static const char *add_note(const ArithmeticSite *site) {
    switch (pass_skip_mode(site->pass)) {
    case SKIP_NONE_REMOVED: return "";
    case SKIP_PLAIN: return "plain: the skip is not added, y = F(x)";
    case SKIP_CUT: return "cut: added as built; only the gradient of the skip is dropped";
    case SKIP_LESION: break;
    }
    return pass_block_is_lesioned(site->pass, site->op->block)
               ? "lesion: the branch of this block is removed, y = x"
               : "lesion: of other blocks; this one is as built";
}

/* y = F(x) + x, or one of the two. */
static void add_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    static const char *const names[2] = {"F(x)", "x"}, *const meanings[2] = {"branch", "skip"};
    AddGates gates = pass_add_gates(site->pass, site->op->index);
    const bool open[2] = {gates.branch_forward, gates.skip_forward};
    double value[2];
    part->formula = "y = F(x) + x";
    part->note = add_note(site);
    part->axis = ARITHMETIC_ROUTE;
    for (int k = 0; k < 2; k++) {
        value[k] = input_here(site, k);
        arithmetic_add_number(part, (ArithmeticNumber){.name = names[k],
                                                       .meaning = meanings[k],
                                                       .value = value[k],
                                                       .op = site->op->inputs[k],
                                                       .dropped = !open[k]});
        arithmetic_add_term(part, k, open[k] ? value[k] : 0);
        part->magnitude += open[k] ? fabs(value[k]) : 0;
    }
    part->value = part->total;
    if (open[0] && open[1])
        arithmetic_write(part->worked, "F(x) %+.4g + x %+.4g = %+.4g", value[0], value[1], part->value);
    else
        arithmetic_write(part->worked, "%s %+.4g alone, %s %+.4g dropped = %+.4g", names[!open[0]],
                         value[!open[0]], names[open[0]], value[open[0]], part->value);
}

/* y[z + c, i, j] = x[c, i * stride, j * stride] with z zero channels before and after. */
static void shortcut_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    const ArithmeticQuery *q = site->query;
    const Op *op = site->op;
    int before = (op->out.c - op->in.c) / 2, c = q->channel - before;
    part->formula = "y = x where the channel exists, else 0";
    if (c < 0 || c >= op->in.c) {
        arithmetic_write(part->worked, "channel %d is one of the %d new ones: 0", q->channel,
                         op->out.c - op->in.c);
        return;
    }
    int row = q->row * op->stride, column = q->column * op->stride;
    double x = arithmetic_element(pass_act(site->pass, op->inputs[0]), q->n, c, row, column);
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "x", .meaning = "picked", .value = x, .op = op->inputs[0]});
    arithmetic_write(part->worked, "x of channel %d at row %d, column %d = %+.4g", c, row, column, x);
    arithmetic_set_value(part, x);
}

/* One channel of the map, as a grid when it is small. */
static void fill_map(const ArithmeticSite *site, ArithmeticPart *part) {
    const Op *op = site->op;
    const ArithmeticQuery *q = site->query;
    Tensor x = pass_act(site->pass, op->inputs[0]);
    ArithmeticGrid *grid = &part->grid;
    bool fits = op->in.h * op->in.w <= ARITHMETIC_CELLS_MAX;
    if (fits) *grid = (ArithmeticGrid){.rows = op->in.h, .columns = op->in.w, .winner = -1, .self = -1};
    grid->value_name = "map x";
    for (int cell = 0; cell < op->in.h * op->in.w; cell++) {
        int row = cell / op->in.w, column = cell % op->in.w;
        double value = arithmetic_element(x, q->n, q->channel, row, column);
        arithmetic_add_term(part, cell, value);
        part->magnitude += fabs(value);
        if (!fits) continue;
        grid->source_row[cell] = row;
        grid->source_column[cell] = column;
        grid->value[cell] = value;
    }
}

static void average_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    int cells = site->op->in.h * site->op->in.w;
    part->formula = "y = sum of all cells of the channel / their number";
    part->axis = ARITHMETIC_CELL;
    part->axis_width = site->op->in.w;
    fill_map(site, part);
    int cell = arithmetic_choose(part, site->wanted);
    if (part->grid.rows > 0) part->grid.self = cell;
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "sum", .meaning = "of the cells", .value = part->total, .op = -1});
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "n", .meaning = "cells, H × W", .value = cells, .op = -1});
    part->value = part->total / cells;
    part->magnitude /= cells;
    arithmetic_write(part->worked, "%+.4g / %d = %+.4g", part->total, cells, part->value);
}

/* The product of one channel and its weight, as a grid of one cell. */
static ArithmeticGrid product_grid(double value, double weight) {
    return (ArithmeticGrid){.rows = 1,
                            .columns = 1,
                            .value_name = "x",
                            .weight_name = "weight w",
                            .product_name = "x × w",
                            .value = {value},
                            .weight = {weight},
                            .product = {value * weight},
                            .winner = -1,
                            .self = -1};
}

/* y[k] = sum over c of w[k,c] * x[c] + b[k] */
static void linear_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    const ArithmeticQuery *q = site->query;
    int channels = site->op->in.c;
    const real *w = arithmetic_param(site, 0) + (size_t)q->channel * (size_t)channels;
    Tensor x = pass_act(site->pass, site->op->inputs[0]);
    part->formula = "y = sum over input channels of x × w, + bias";
    part->axis = ARITHMETIC_IN_CHANNEL;
    for (int c = 0; c < channels; c++) {
        double product = arithmetic_element(x, q->n, c, 0, 0) * (double)w[c];
        arithmetic_add_term(part, c, product);
        part->magnitude += fabs(product);
    }
    int chosen = arithmetic_choose(part, site->wanted);
    part->grid = product_grid(arithmetic_element(x, q->n, chosen, 0, 0), (double)w[chosen]);
    part->constant = (double)arithmetic_param(site, 1)[q->channel];
    double products = part->total;
    part->value = part->total = products + part->constant;
    part->magnitude += fabs(part->constant);
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "bias", .meaning = "learned", .value = part->constant, .op = -1});
    arithmetic_write(part->worked, "products %+.4g %c bias %.4g = %+.4g", products,
                     arithmetic_plus(part->constant), fabs(part->constant), part->value);
}

/* The logits of one image and what softmax makes of them. */
typedef struct Softmax {
    Tensor z;
    int n, classes, target;
    double largest, sum, loss;
} Softmax;

static double exponential(const Softmax *softmax, int k) {
    return exp(arithmetic_element(softmax->z, softmax->n, k, 0, 0) - softmax->largest);
}

static Softmax softmax_of(const ArithmeticSite *site, int n) {
    Softmax out = {.z = pass_act(site->pass, site->op->inputs[0]),
                   .n = n,
                   .classes = site->op->in.c,
                   .target = pass_target(site->pass, n),
                   .largest = -INFINITY};
    for (int k = 0; k < out.classes; k++) {
        double z = arithmetic_element(out.z, n, k, 0, 0);
        if (!(z <= out.largest)) out.largest = z; /* NaN stays: nothing is greater */
    }
    for (int k = 0; k < out.classes; k++) out.sum += exponential(&out, k);
    out.loss = out.largest + log(out.sum) - arithmetic_element(out.z, n, out.target, 0, 0);
    return out;
}

static void loss_numbers(ArithmeticPart *part, const Softmax *softmax, int chosen, int logits) {
    double z = arithmetic_element(softmax->z, softmax->n, chosen, 0, 0), e = exponential(softmax, chosen);
    const ArithmeticNumber numbers[] = {
        {.name = "max z", .meaning = "largest logit", .value = softmax->largest, .op = logits},
        {.name = "sum", .meaning = "of exp(z - max z), all classes", .value = softmax->sum, .op = -1},
        {.name = "z", .meaning = "logit of the class marked below", .value = z, .op = logits},
        {.name = "exp", .meaning = "exp(z - max z)", .value = e, .op = -1},
        {.name = "p", .meaning = "exp / sum", .value = e / softmax->sum, .op = -1},
    };
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) arithmetic_add_number(part, numbers[k]);
}

/* loss = mean over the images of -log p[target]; the terms are the exponentials of the query's image. */
static void loss_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    Softmax softmax = softmax_of(site, site->query->n);
    int images = pass_batch(site->pass);
    part->formula = "p = exp(z - max z) / sum of them; loss = -log p[target]";
    part->axis = ARITHMETIC_CLASS;
    for (int k = 0; k < softmax.classes; k++) arithmetic_add_term(part, k, exponential(&softmax, k));
    int chosen = arithmetic_choose(part, site->wanted < 0 ? softmax.target : site->wanted);
    loss_numbers(part, &softmax, chosen, site->op->inputs[0]);
    double p = exponential(&softmax, softmax.target) / softmax.sum;
    arithmetic_write(part->worked, "p[%d] = exp(%+.4g %+.4g) / %.4g = %.4g, loss = -log %.4g = %.4g",
                     softmax.target, arithmetic_element(softmax.z, softmax.n, softmax.target, 0, 0),
                     -softmax.largest, softmax.sum, p, p, softmax.loss);
    part->note = "the largest logit is taken from all of them, so that no exp overflows; p stays the same";
    if (images > 1) part->note = "the mean over all images of the batch; the terms are of this image";
    for (int n = 0; n < images; n++) {
        Softmax other = softmax_of(site, n);
        part->value += other.loss / images;
        part->magnitude += (fabs(other.largest) + fabs(other.loss) + fabs(log(other.sum))) / images;
    }
}

void arithmetic_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    switch (site->op->kind) {
    case OP_INPUT: input_forward(site, part); break;
    case OP_CONV2D: arithmetic_conv_forward(site, part); break;
    case OP_BATCH_NORM: norm_forward(site, part); break;
    case OP_RELU: relu_forward(site, part); break;
    case OP_MAX_POOL: arithmetic_pool_forward(site, part); break;
    case OP_ADD: add_forward(site, part); break;
    case OP_SHORTCUT_A: shortcut_forward(site, part); break;
    case OP_AVG_POOL: average_forward(site, part); break;
    case OP_LINEAR: linear_forward(site, part); break;
    case OP_CROSS_ENTROPY: loss_forward(site, part); break;
    case OP_KIND_COUNT: break;
    }
}
