/* Gaussian error linear unit, in its exact form: x times the probability that a standard normal number is
 * below x, Φ(x) = (1 + erf(x/√2)) / 2. */
#include <tgmath.h>

#include "core/op/activation.h"

static const double ROOT_HALF = 0.70710678118654752440;           /* 1/√2 */
static const double NORMAL_DENSITY_AT_0 = 0.39894228040143267794; /* 1/√(2π) */

/* y[j] = x[j] · Φ(x[j]). a: x, y: y, of one shape. erfc(-x) is 1 + erf(x) without losing digits where x is
 * far below 0. */
static void gelu_range(const Elements *e, size_t from, size_t to) {
    real *y = e->y;
    const real *x = e->a;
    for (size_t j = from; j < to; j++) y[j] = (real)0.5 * x[j] * erfc(-x[j] * (real)ROOT_HALF);
}

/* dx[j] = dy[j] · (Φ(x[j]) + x[j] · φ(x[j])), φ the density of the normal distribution; or added. a: dy, b:
 * x, y: dx, of one shape. */
static void gelu_backward_range(const Elements *e, size_t from, size_t to) {
    real *dx = e->y;
    const real *dy = e->a, *x = e->b;
    for (size_t j = from; j < to; j++) {
        real below = (real)0.5 * erfc(-x[j] * (real)ROOT_HALF);
        real density = (real)NORMAL_DENSITY_AT_0 * exp((real)-0.5 * x[j] * x[j]);
        real d = dy[j] * (below + x[j] * density);
        dx[j] = e->add ? dx[j] + d : d;
    }
}

/* y = x · Φ(x). x and y (N,C,H,W). */
static void gelu_run_forward(const OpRun *run) {
    activation_run_forward(run, gelu_range);
}

static void gelu_cells(const OpRun *run, size_t pixels) {
    gelu_range(&(Elements){.y = run->y, .a = run->x[0]}, 0, pixels * (size_t)run->op->out.c);
}

/* dx = dy · (Φ(x) + x · φ(x)). dx, dy and x: these pixels. */
static void gelu_backward_cells(const OpRun *run, size_t pixels) {
    activation_backward_cells(run, pixels, run->x[0], gelu_backward_range);
}

static double share_below(double x) {
    return 0.5 * erfc(-x * ROOT_HALF);
}

static double gelu_value(double x) {
    return x * share_below(x);
}

static double gelu_slope(double x) {
    return share_below(x) + x * NORMAL_DENSITY_AT_0 * exp(-0.5 * x * x);
}

static void gelu_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    double x = activation_arithmetic_x(cell, part), below = share_below(x);
    part->formula = "y = x × Φ(x)";
    arithmetic_add_number(
        part, (ArithmeticNumber){
                  .name = "Φ(x)", .meaning = "share of normal numbers below x", .value = below, .op = -1});
    arithmetic_write(part->worked, "%+.4g × %.4g = %+.4g", x, below, x * below);
    part->value = x * below;
    part->magnitude = fabs(part->value) * (1 + x * x); /* erfc magnifies the rounding of x/√2 by as much */
}

static void gelu_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    double x = activation_arithmetic_slope(cell, part, "Φ(x) + x × φ(x)");
    part->formula = "dx = dy × (Φ(x) + x × φ(x))";
    part->magnitude *= 1 + x * x; /* likewise */
}

static void gelu_say(const OpSight *sight, Explanation *out) {
    explain_say(
        out, EXPLAIN_TEXT,
        "Keeps large numbers as they are, takes numbers far below zero to almost zero, and bends smoothly "
        "between: none is cut off. Here %.0f %% of the %zu numbers are below zero now, the smallest is "
        "%.3g.",
        100 * explain_number(out, "negative_share", (double)sight->y.negative / (double)sight->y.count),
        sight->y.count, explain_number(out, "min", sight->y.min));
}

static void gelu_say_backward(const OpSight *sight, Explanation *out) {
    explain_say(
        out, EXPLAIN_TEXT,
        "It came back through %s, which multiplies each message by how steep its curve is at that number: "
        "%.2f in the mean. Almost nothing passes where the number is far below zero.",
        sight->run.op->name, explain_number(out, "mean_slope", activation_density(sight)));
}

static const OpActivation gelu_activation = {
    .value = gelu_value,
    .slope = gelu_slope,
    .diagonal = {"gelu′(", ")"},
    .second_moment = 0.4252,
};

static void gelu_say_torch(const OpSight *sight, Explanation *out) {
    (void)sight;
    explain_more(out, "y = torch.nn.functional.gelu(x)");
}

const OpSpec op_gelu_spec = {
    .name = "gelu",
    .title = "GELU",
    .word = "GELU",
    .brief = "large numbers pass, others are held back",
    .sentence =
        "Lets large numbers through and holds back those below zero, by a smooth curve without a corner.",
    .forward_math = "y = x · Φ(x),  Φ(x) = (1 + erf(x/√2)) / 2",
    .backward_math = "dx = dy · (Φ(x) + x · φ(x)),  φ(x) = exp(−x²/2) / √(2π)",
    .source = "Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2",
    .reads = OP_READS_CELL,
    .middle = OP_MIDDLE_CURVE,
    .activation = &gelu_activation,
    .shape = activation_shape,
    .cells = gelu_cells,
    .forward = gelu_run_forward,
    .backward_cells = gelu_backward_cells,
    .backward = op_run_backward_cells,
    .backward_reads_x = true,
    .reference = &op_gelu_reference,
    .arithmetic = gelu_arithmetic,
    .arithmetic_backward = gelu_arithmetic_backward,
    .say = gelu_say,
    .say_backward = gelu_say_backward,
    .say_element = activation_say_element,
    .say_torch = gelu_say_torch,
    .excerpts = {.forward = {{"core/op/gelu.c", "gelu_range", "y[j] ="}},
                 .backward = {{"core/op/gelu.c", "gelu_backward_range", "real d ="}}},
};
