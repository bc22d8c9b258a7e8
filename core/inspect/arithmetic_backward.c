/* What one op passes down to one element of its input. */
#include <math.h>

#include "core/inspect/arithmetic_part.h"

static double element_here(const ArithmeticSite *site, Tensor tensor) {
    const ArithmeticQuery *q = site->query;
    return arithmetic_element(tensor, q->n, q->channel, q->row, q->column);
}

/* The gradient of the op's output at the element's own place. */
static double dy_here(const ArithmeticSite *site) {
    return element_here(site, pass_grad(site->pass, site->op->index));
}

static void add_dy(const ArithmeticSite *site, ArithmeticPart *part, double dy) {
    arithmetic_add_number(
        part,
        (ArithmeticNumber){.name = "dy", .meaning = "gradient behind", .value = dy, .op = site->op->index});
}

/* Batch norm with its channel's figures: xhat = (x - mean) / std. */
typedef struct Norm {
    double gamma, mean, inv_std, dy, xhat;
    double mean_dy, mean_dy_xhat; /* over N, H, W; training only */
    double size_dy, size_dy_xhat; /* means of the magnitudes of the same */
} Norm;

static void norm_means(const ArithmeticSite *site, Norm *norm) {
    Tensor x = pass_act(site->pass, site->op->inputs[0]), dy = pass_grad(site->pass, site->op->index);
    size_t pixels = (size_t)x.shape.n * (size_t)x.shape.h * (size_t)x.shape.w;
    for (size_t p = 0; p < pixels; p++) {
        size_t at = p * (size_t)x.shape.c + (size_t)site->query->channel;
        double d = (double)dy.data[at], d_xhat = d * ((double)x.data[at] - norm->mean) * norm->inv_std;
        norm->mean_dy += d / (double)pixels;
        norm->mean_dy_xhat += d_xhat / (double)pixels;
        norm->size_dy += fabs(d) / (double)pixels;
        norm->size_dy_xhat += fabs(d_xhat) / (double)pixels;
    }
}

static Norm norm_of(const ArithmeticSite *site) {
    int c = site->query->channel, op = site->op->index;
    double var = (double)pass_norm_var(site->pass, op)[c];
    Norm norm = {.gamma = (double)arithmetic_param(site, 0)[c],
                 .mean = (double)pass_norm_mean(site->pass, op)[c],
                 .inv_std = 1 / sqrt(var + OP_NORM_EPSILON),
                 .dy = dy_here(site)};
    norm.xhat = (element_here(site, pass_act(site->pass, site->op->inputs[0])) - norm.mean) * norm.inv_std;
    if (pass_batch_statistics(site->pass)) norm_means(site, &norm);
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

static void norm_backward(const ArithmeticSite *site, ArithmeticPart *part) {
    Norm norm = norm_of(site);
    add_dy(site, part, norm.dy);
    arithmetic_add_number(
        part,
        (ArithmeticNumber){.name = "gamma", .meaning = "scale, learned", .value = norm.gamma, .op = -1});
    arithmetic_add_number(
        part,
        (ArithmeticNumber){.name = "std", .meaning = "sqrt(var + eps)", .value = 1 / norm.inv_std, .op = -1});
    if (pass_batch_statistics(site->pass))
        norm_batch(part, &norm);
    else
        norm_running(part, &norm);
}

/* dx = dy where y > 0; NaN passes. */
static void relu_backward(const ArithmeticSite *site, ArithmeticPart *part) {
    double x = element_here(site, pass_act(site->pass, site->op->inputs[0])), dy = dy_here(site);
    bool blocks = x <= 0;
    part->formula = "dx = dy where x > 0, else 0";
    add_dy(site, part, dy);
    arithmetic_add_number(
        part, (ArithmeticNumber){
                  .name = "x", .meaning = "input on the way forward", .value = x, .op = site->op->inputs[0]});
    arithmetic_write(part->worked, "x = %+.4g: dy = %+.4g %s", x, dy, blocks ? "is blocked" : "passes");
    arithmetic_set_value(part, blocks ? 0 : dy);
}

static const char *closed_note(const ArithmeticSite *site) {
    switch (pass_skip_mode(site->pass)) {
    case SKIP_NONE_REMOVED: break;
    case SKIP_PLAIN: return "plain: the skip is not there, it carries no gradient";
    case SKIP_CUT: return "cut: the skip carries no gradient";
    case SKIP_LESION: return "lesion: the branch of this block is removed, it gets no gradient";
    }
    return "";
}

/* Both inputs get a copy of dy, unless their gate is closed. */
static void add_backward(const ArithmeticSite *site, ArithmeticPart *part) {
    AddGates gates = pass_add_gates(site->pass, site->op->index);
    bool skip = site->input == 1, open = skip ? gates.skip_backward : gates.branch_backward;
    double dy = dy_here(site);
    part->formula = skip ? "dx (skip) = dy" : "dF = dy";
    part->closed = !open;
    arithmetic_add_number(part, (ArithmeticNumber){.name = "dy",
                                                   .meaning = "gradient behind",
                                                   .value = dy,
                                                   .op = site->op->index,
                                                   .dropped = !open});
    if (!open) part->note = closed_note(site);
    arithmetic_write(part->worked, open ? "dy = %+.4g, copied" : "dy = %+.4g, dropped: 0", dy);
    arithmetic_set_value(part, open ? dy : 0);
}

/* dx[c, i * stride, j * stride] = dy[z + c, i, j]; what was not picked gets nothing. */
static void shortcut_backward(const ArithmeticSite *site, ArithmeticPart *part) {
    const ArithmeticQuery *q = site->query;
    const Op *op = site->op;
    part->formula = "dx = dy where x was picked, else 0";
    if (q->row % op->stride != 0 || q->column % op->stride != 0) {
        arithmetic_write(part->worked, "only every row and column number %d was picked: 0", op->stride);
        return;
    }
    int channel = q->channel + (op->out.c - op->in.c) / 2;
    int row = q->row / op->stride, column = q->column / op->stride;
    double dy = arithmetic_element(pass_grad(site->pass, op->index), q->n, channel, row, column);
    add_dy(site, part, dy);
    arithmetic_write(part->worked, "dy of channel %d at row %d, column %d = %+.4g", channel, row, column, dy);
    arithmetic_set_value(part, dy);
}

static void average_backward(const ArithmeticSite *site, ArithmeticPart *part) {
    const ArithmeticQuery *q = site->query;
    int cells = site->op->in.h * site->op->in.w;
    double dy = arithmetic_element(pass_grad(site->pass, site->op->index), q->n, q->channel, 0, 0);
    part->formula = "dx = dy / number of cells";
    add_dy(site, part, dy);
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "n", .meaning = "cells, H × W", .value = cells, .op = -1});
    arithmetic_write(part->worked, "%+.4g / %d = %+.4g", dy, cells, dy / cells);
    arithmetic_set_value(part, dy / cells);
}

/* dx[c] = sum over k of dy[k] * w[k,c] */
static void linear_backward(const ArithmeticSite *site, ArithmeticPart *part) {
    const ArithmeticQuery *q = site->query;
    const real *w = arithmetic_param(site, 0) + q->channel;
    Tensor dy = pass_grad(site->pass, site->op->index);
    size_t stride = (size_t)site->op->in.c;
    part->formula = "dx = sum over outputs of dy × w";
    part->axis = ARITHMETIC_OUT_CHANNEL;
    for (int k = 0; k < site->op->out.c; k++) {
        double product = arithmetic_element(dy, q->n, k, 0, 0) * (double)w[(size_t)k * stride];
        arithmetic_add_term(part, k, product);
        part->magnitude += fabs(product);
    }
    int chosen = arithmetic_choose(part, site->wanted);
    double value = arithmetic_element(dy, q->n, chosen, 0, 0), weight = (double)w[(size_t)chosen * stride];
    part->grid = (ArithmeticGrid){.rows = 1,
                                  .columns = 1,
                                  .value_name = "gradient dy",
                                  .weight_name = "weight w",
                                  .product_name = "dy × w",
                                  .value = {value},
                                  .weight = {weight},
                                  .product = {value * weight},
                                  .winner = -1,
                                  .self = -1};
    part->value = part->total;
}

/* dz[k] = (p[k] - onehot[k]) / N * dy, with dy = 1 */
static void loss_backward(const ArithmeticSite *site, ArithmeticPart *part) {
    const ArithmeticQuery *q = site->query;
    int images = pass_batch(site->pass), classes = site->op->in.c;
    double p = pass_probabilities(site->pass)[(size_t)q->n * (size_t)classes + (size_t)q->channel];
    double wanted = pass_target(site->pass, q->n) == q->channel ? 1 : 0, dz = (p - wanted) / images;
    const ArithmeticNumber numbers[] = {
        {.name = "p", .meaning = "probability of this class", .value = p, .op = site->op->index},
        {.name = "onehot",
         .meaning = wanted > 0 ? "1: it is the target" : "0: it is not the target",
         .value = wanted,
         .op = -1},
        {.name = "N", .meaning = "images of the batch", .value = images, .op = -1},
    };
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) arithmetic_add_number(part, numbers[k]);
    part->formula = "dz = (p - onehot) / N";
    arithmetic_write(part->worked, "(%.4g - %.0f) / %d = %+.4g", p, wanted, images, dz);
    part->value = dz;
    part->magnitude = (p + wanted) / images;
}

void arithmetic_backward(const ArithmeticSite *site, ArithmeticPart *part) {
    switch (site->op->kind) {
    case OP_INPUT: break; /* reads nothing */
    case OP_CONV2D: arithmetic_conv_backward(site, part); break;
    case OP_BATCH_NORM: norm_backward(site, part); break;
    case OP_RELU: relu_backward(site, part); break;
    case OP_MAX_POOL: arithmetic_pool_backward(site, part); break;
    case OP_ADD: add_backward(site, part); break;
    case OP_SHORTCUT_A: shortcut_backward(site, part); break;
    case OP_AVG_POOL: average_backward(site, part); break;
    case OP_LINEAR: linear_backward(site, part); break;
    case OP_CROSS_ENTROPY: loss_backward(site, part); break;
    case OP_KIND_COUNT: break;
    }
}
