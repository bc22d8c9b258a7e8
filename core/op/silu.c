/* Sigmoid linear unit, also called swish: x times the logistic function of x, σ(x) = 1 / (1 + exp(−x)). */
#include <tgmath.h>

#include "core/op/activation.h"

/* y[j] = x[j] · σ(x[j]). a: x, y: y, of one shape. */
static void silu_range(const Elements *e, size_t from, size_t to) {
    real *y = e->y;
    const real *x = e->a;
    for (size_t j = from; j < to; j++) y[j] = x[j] / (1 + exp(-x[j]));
}

/* dx[j] = dy[j] · σ(x[j]) · (1 + x[j] · (1 − σ(x[j]))); or added. a: dy, b: x, y: dx, of one shape. */
static void silu_backward_range(const Elements *e, size_t from, size_t to) {
    real *dx = e->y;
    const real *dy = e->a, *x = e->b;
    for (size_t j = from; j < to; j++) {
        real sigma = 1 / (1 + exp(-x[j]));
        real d = dy[j] * sigma * (1 + x[j] * (1 - sigma));
        dx[j] = e->add ? dx[j] + d : d;
    }
}

/* y = x · σ(x). x and y (N,C,H,W). */
static void silu_run_forward(const OpRun *run) {
    activation_run_forward(run, silu_range);
}

static void silu_cells(const OpRun *run, size_t pixels) {
    silu_range(&(Elements){.y = run->y, .a = run->x[0]}, 0, pixels * (size_t)run->op->out.c);
}

/* dx = dy · σ(x) · (1 + x · (1 − σ(x))). dx, dy and x: these pixels. */
static void silu_backward_cells(const OpRun *run, size_t pixels) {
    activation_backward_cells(run, pixels, run->x[0], silu_backward_range);
}

static double logistic(double x) {
    return 1 / (1 + exp(-x));
}

static double silu_value(double x) {
    return x * logistic(x);
}

static double silu_slope(double x) {
    return logistic(x) * (1 + x * (1 - logistic(x)));
}

static void silu_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    double x = activation_arithmetic_x(cell, part), sigma = logistic(x);
    part->formula = "y = x × σ(x)";
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "σ(x)", .meaning = "1 / (1 + exp(-x))", .value = sigma, .op = -1});
    arithmetic_write(part->worked, "%+.4g × %.4g = %+.4g", x, sigma, x * sigma);
    part->value = x * sigma;
    part->magnitude = fabs(part->value) * (1 + fabs(x)); /* exp magnifies the rounding of x by as much */
}

static void silu_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    double x = activation_arithmetic_slope(cell, part, "σ(x) × (1 + x × (1 - σ(x)))");
    part->formula = "dx = dy × σ(x) × (1 + x × (1 - σ(x)))";
    part->magnitude *= 1 + fabs(x); /* likewise */
}

static void silu_say(const OpSight *sight, Explanation *out) {
    explain_say(
        out, EXPLAIN_TEXT,
        "Multiplies every number by a share of its own: almost all of it far above zero, half at zero, "
        "almost "
        "nothing far below. Here %.0f %% of the %zu numbers are below zero now, the smallest is %.3g.",
        100 * explain_number(out, "negative_share", (double)sight->y.negative / (double)sight->y.count),
        sight->y.count, explain_number(out, "min", sight->y.min));
}

static void silu_say_backward(const OpSight *sight, Explanation *out) {
    explain_say(
        out, EXPLAIN_TEXT,
        "It came back through %s, which multiplies each message by how steep its curve is at that number: "
        "%.2f in the mean. Little passes where the number is far below zero.",
        sight->run.op->name, explain_number(out, "mean_slope", activation_density(sight)));
}

static const OpActivation silu_activation = {
    .value = silu_value,
    .slope = silu_slope,
    .diagonal = {"silu′(", ")"},
    .second_moment = 0.3558,
};

static void silu_say_torch(const OpSight *sight, Explanation *out) {
    (void)sight;
    explain_more(out, "y = torch.nn.functional.silu(x)");
}

const OpSpec op_silu_spec = {
    .name = "silu",
    .title = "SiLU",
    .word = "SiLU",
    .brief = "each number passes by its own share, smoothly",
    .sentence =
        "Lets large numbers through and holds back those below zero, each by its own share between none and "
        "all.",
    .forward_math = "y = x · σ(x),  σ(x) = 1 / (1 + exp(−x))",
    .backward_math = "dx = dy · σ(x) · (1 + x · (1 − σ(x)))",
    .source = "Elfwing et al. 2017, arXiv:1702.03118, section 2; Ramachandran et al. 2017, arXiv:1710.05941",
    .reads = OP_READS_CELL,
    .middle = OP_MIDDLE_CURVE,
    .activation = &silu_activation,
    .shape = activation_shape,
    .cells = silu_cells,
    .forward = silu_run_forward,
    .backward_cells = silu_backward_cells,
    .backward = op_run_backward_cells,
    .backward_reads_x = true,
    .reference = &op_silu_reference,
    .arithmetic = silu_arithmetic,
    .arithmetic_backward = silu_arithmetic_backward,
    .say = silu_say,
    .say_backward = silu_say_backward,
    .say_element = activation_say_element,
    .say_torch = silu_say_torch,
    .excerpts = {.forward = {{"core/op/silu.c", "silu_range", "y[j] ="}},
                 .backward = {{"core/op/silu.c", "silu_backward_range", "real d ="}}},
};
