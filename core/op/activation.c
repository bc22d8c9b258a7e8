#include "core/op/activation.h"

#include <math.h>

bool activation_shape(Op *op, const Shape *x, Error *err) {
    (void)err;
    op->out = x[0];
    return true;
}

size_t activation_count(const OpRun *run) {
    return shape_count(op_output_shape(run->op, run->batch));
}

/* Where f has gates, f' is 1 exactly where y is not 0. */
static double open_share(const Stats *y) {
    return y->known ? 1 - (double)y->zeros / (double)y->count : NAN;
}

double activation_density(const OpSight *sight) {
    const OpActivation *f = op_spec(sight->run.op->kind)->activation;
    size_t count = activation_count(&sight->run);
    double sum = 0;
    if (f->has_gates || !sight->y.known) return open_share(&sight->y);
    for (size_t j = 0; j < count; j++) sum += f->slope((double)sight->run.x[0][j]);
    return sum / (double)count;
}

const ActivationWords *activation_words(const OpSpec *spec) {
    static const ActivationWords gates = {.verb = "keeps",
                                          .noun = "mask",
                                          .state = " open",
                                          .of_sum = " of the sum",
                                          .column = "open",
                                          .unit = "units"};
    static const ActivationWords smooth = {.verb = "has a mean slope of",
                                           .noun = "slope",
                                           .state = " in the mean",
                                           .of_sum = "",
                                           .column = "slope",
                                           .unit = "mean"};
    return spec->activation->has_gates ? &gates : &smooth;
}

double activation_arithmetic_x(const OpCell *cell, ArithmeticPart *part) {
    double x = op_element_here(op_sight_x(cell->sight, 0), cell);
    arithmetic_add_number(part,
                          (ArithmeticNumber){.name = "x",
                                             .meaning = cell->backward ? "input on the way forward" : "input",
                                             .value = x,
                                             .op = cell->sight->run.op->inputs[0]});
    return x;
}

void activation_run_forward(const OpRun *run, ElementsRange range) {
    elementwise_run((Elements){.y = run->y, .a = run->x[0], .count = activation_count(run), .range = range});
}

void activation_backward_cells(const OpRun *run, size_t pixels, const real *of, ElementsRange range) {
    Elements e = {.y = run->dx[0], .a = run->dy, .b = of, .add = run->dx_adds[0]};
    range(&e, 0, pixels * (size_t)run->op->out.c);
}

double activation_arithmetic_slope(const OpCell *cell, ArithmeticPart *part, const char *slope_formula) {
    double dy = op_element_here(op_sight_dy(cell->sight), cell);
    arithmetic_add_dy(cell, part, dy);
    double x = activation_arithmetic_x(cell, part);
    double slope = op_spec(cell->sight->run.op->kind)->activation->slope(x);
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "slope", .meaning = slope_formula, .value = slope, .op = -1});
    arithmetic_write(part->worked, "%+.4g × %+.4g = %+.4g", dy, slope, dy * slope);
    part->value = dy * slope;
    part->magnitude = fabs(dy);
    return x;
}

void activation_say_element(const OpCell *cell, const ArithmeticPart *part, Explanation *out) {
    double before = explain_number(out, "before", op_element_here(op_sight_x(cell->sight, 0), cell));
    explain_say(out, EXPLAIN_TEXT, "It came in as %.4g. %.3g %% of that is kept.", before,
                100 * explain_number(out, "kept", before != 0 ? part->value / before : 0.5));
}
