/* Rectified linear unit. NaN passes in both directions, as in PyTorch: a network that breaks must be seen to
 * break. */
#include "core/base/cpu.h"
#include "core/op/activation.h"
#include "core/tensor/elementwise.h"

/* y[j] = x[j] where x[j] > 0 or x[j] is NaN, else 0; -0 stays -0 as in PyTorch. a: x, y: y, of one shape. */
CPU_CLONES static void relu_range(const Elements *e, size_t from, size_t to) {
    real *y = e->y;
    const real *x = e->a;
    for (size_t j = from; j < to; j++) y[j] = x[j] < 0 ? 0 : x[j];
}

/* dx[j] = dy[j] where y[j] > 0 or y[j] is NaN, else 0; or added. a: dy, b: y, y: dx, of one shape. */
CPU_CLONES static void relu_backward_range(const Elements *e, size_t from, size_t to) {
    real *dx = e->y;
    const real *dy = e->a, *y = e->b;
    if (e->add)
        for (size_t j = from; j < to; j++) dx[j] += y[j] <= 0 ? 0 : dy[j];
    else
        for (size_t j = from; j < to; j++) dx[j] = y[j] <= 0 ? 0 : dy[j];
}

/* y = max(x, 0). x and y (N,C,H,W). */
static void relu_run_forward(const OpRun *run) {
    elementwise_run(
        (Elements){.y = run->y, .a = run->x[0], .count = activation_count(run), .range = relu_range});
}

static void relu_cells(const OpRun *run, size_t pixels) {
    relu_range(&(Elements){.y = run->y, .a = run->x[0]}, 0, pixels * (size_t)run->op->out.c);
}

/* dx = dy where y > 0, else 0; at x = 0 the derivative is taken as 0. dx, dy and y: these pixels. */
static void relu_backward_cells(const OpRun *run, size_t pixels) {
    activation_backward_cells(run, pixels, run->y, relu_backward_range);
}

static double relu_value(double x) {
    return x < 0 ? 0 : x;
}

static double relu_slope(double x) {
    return x <= 0 ? 0 : 1;
}

static void relu_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    double x = activation_arithmetic_x(cell, part), y = relu_value(x);
    part->formula = "y = max(x, 0)";
    arithmetic_write(part->worked, "max(%+.4g, 0) = %+.4g", x, y);
    arithmetic_set_value(part, y);
}

/* dx = dy where x > 0; NaN passes. */
static void relu_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    double dy = op_element_here(op_sight_dy(cell->sight), cell);
    arithmetic_add_dy(cell, part, dy);
    double x = activation_arithmetic_x(cell, part);
    bool blocks = x <= 0;
    part->formula = "dx = dy where x > 0, else 0";
    arithmetic_write(part->worked, "x = %+.4g: dy = %+.4g %s", x, dy, blocks ? "is blocked" : "passes");
    arithmetic_set_value(part, blocks ? 0 : dy);
}

static void relu_say(const OpSight *sight, Explanation *out) {
    double closed = 1 - activation_density(sight);
    explain_say(out, EXPLAIN_TEXT,
                "Keeps every number above zero and sets the others to zero. Here %.0f %% of the %zu numbers "
                "are zero now; the rest is what the next layers get to see.",
                100 * explain_number(out, "zero_share", closed), sight->y.count);
}

static void relu_say_backward(const OpSight *sight, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT,
                "It came back through %s. Where that had set a number to zero, no message passes: %.0f %% of "
                "the places are open.",
                sight->run.op->name, 100 * explain_number(out, "open_share", activation_density(sight)));
}

static void relu_say_element(const OpCell *cell, const ArithmeticPart *part, Explanation *out) {
    double before = explain_number(out, "before", op_element_here(op_sight_x(cell->sight, 0), cell));
    (void)part;
    explain_say(out, EXPLAIN_TEXT, "It came in as %.4g. That is %s.", before,
                before > 0 ? "above zero, so it stays as it is" : "not above zero, so it becomes 0");
}

static const OpActivation relu_activation = {
    .value = relu_value,
    .slope = relu_slope,
    .has_gates = true,
    .rectifies = true,
    .diagonal = {"", " > 0"},
    .second_moment = 0.5,
};

static void relu_say_torch(const OpSight *sight, Explanation *out) {
    (void)sight;
    explain_more(out, "y = torch.nn.functional.relu(x)");
}

const OpSpec op_relu_spec = {
    .name = "relu",
    .title = "ReLU",
    .word = "ReLU",
    .brief = "what is positive passes, the rest becomes 0",
    .sentence = "Keeps what is positive and sets everything else to zero; without it, all layers together "
                "would be one single layer.",
    .forward_math = "y = max(x, 0)",
    .backward_math = "dx = dy · [x > 0]",
    .source = "Nair & Hinton 2010, ICML; He et al. 2015, arXiv:1512.03385, section 3.2",
    .reads = OP_READS_CELL,
    .middle = OP_MIDDLE_CURVE,
    .activation = &relu_activation,
    .shape = activation_shape,
    .cells = relu_cells,
    .forward = relu_run_forward,
    .backward_cells = relu_backward_cells,
    .backward = op_run_backward_cells,
    .backward_reads_y = true,
    .reference = &op_relu_reference,
    .arithmetic = relu_arithmetic,
    .arithmetic_backward = relu_arithmetic_backward,
    .say = relu_say,
    .say_backward = relu_say_backward,
    .say_element = relu_say_element,
    .say_torch = relu_say_torch,
    .excerpts = {.forward = {{"core/op/relu.c", "relu_range", "y[j] ="}},
                 .backward = {{"core/op/relu.c", "relu_backward_range", "dx[j] = y[j]"}}},
};
