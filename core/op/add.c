/* The addition that makes a network residual: y = F(x) + x. Input 0 is the branch F, input 1 the shortcut.
 * The gates say which of the two count in each direction (see SkipMode in core/pass/pass.h). */
#include <math.h>
#include <string.h>

#include "core/op/arithmetic.h"
#include "core/op/explanation.h"
#include "core/tensor/elementwise.h"

static bool add_shape(Op *op, const Shape *x, Error *err) {
    if (!shape_equal(x[0], x[1]))
        return error_set(err, ERROR_USAGE, "%s: the branch is %dx%dx%d but the shortcut %dx%dx%d", op->name,
                         x[0].c, x[0].h, x[0].w, x[1].c, x[1].h, x[1].w);
    op->out = x[0];
    return true;
}

/* Stochastic depth (Huang et al. 2016, arXiv:1603.09382): the branch of a block that was not dropped counts 1/survival
 * times, so that in the mean over many steps it counts once. The shortcut is open then. */
static bool is_scaled(const OpRun *run) {
    return run->gates.branch_forward && run->gates.branch_scale != 0;
}

static void add_cells(const OpRun *run, size_t pixels) {
    size_t count = pixels * (size_t)run->op->out.c;
    const AddGates *g = &run->gates;
    if (is_scaled(run))
        elementwise_scaled_sum_alone(run->y, g->branch_scale, run->x[0], run->x[1], count);
    else if (g->branch_forward && g->skip_forward)
        elementwise_sum_alone(run->y, run->x[0], run->x[1], count);
    else
        memcpy(run->y, run->x[g->branch_forward ? 0 : 1], count * sizeof(real));
}

/* y = branch + shortcut, or one of them alone. All (N,C,H,W). */
static void add_run_forward(const OpRun *run) {
    size_t count = shape_count(op_output_shape(run->op, run->batch));
    const AddGates *g = &run->gates;
    if (is_scaled(run))
        add_cells(run, count / (size_t)run->op->out.c);
    else if (g->branch_forward && g->skip_forward)
        elementwise_sum(run->y, run->x[0], run->x[1], count);
    else
        elementwise_copy(run->y, run->x[g->branch_forward ? 0 : 1], count);
}

static void hand_down_scaled(const OpRun *run, size_t count) {
    real *dx = run->dx[0];
    if (run->dx_adds[0])
        elementwise_scaled_sum_alone(dx, run->gates.branch_scale, run->dy, dx, count);
    else
        elementwise_scale_alone(dx, run->gates.branch_scale, run->dy, count);
}

/* Both inputs receive dy unchanged, a scaled branch that many times; a closed gate receives zero. dy read, dx[0] and dx[1] overwritten or added to,
 * all of these pixels. */
static void add_backward_cells(const OpRun *run, size_t pixels) {
    size_t count = pixels * (size_t)run->op->out.c;
    const bool open[2] = {run->gates.branch_backward, run->gates.skip_backward};
    for (int k = 0; k < 2; k++) {
        if (!run->dx[k]) continue;
        if (k == 0 && is_scaled(run))
            hand_down_scaled(run, count);
        else if (run->dx_adds[k] && open[k])
            elementwise_sum_alone(run->dx[k], run->dx[k], run->dy, count);
        else if (!run->dx_adds[k] && open[k])
            memcpy(run->dx[k], run->dy, count * sizeof(real));
        else if (!run->dx_adds[k])
            memset(run->dx[k], 0, count * sizeof(real));
    }
}

static const char *forward_note(const OpSight *sight) {
    switch (sight->skip) {
    case SKIP_NONE_REMOVED: return "";
    case SKIP_PLAIN: return "plain: the skip is not added, y = F(x)";
    case SKIP_CUT: return "cut: added as built; only the gradient of the skip is dropped";
    case SKIP_LESION: break;
    }
    return sight->is_lesioned ? "lesion: the branch of this block is removed, y = x"
                              : "lesion: of other blocks; this one is as built";
}

/* y = F(x) + x, or one of the two. */
static void add_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    static const char *const names[2] = {"F(x)", "x"}, *const meanings[2] = {"branch", "skip"};
    const OpRun *run = &cell->sight->run;
    const bool open[2] = {run->gates.branch_forward, run->gates.skip_forward};
    double value[2];
    part->formula = "y = F(x) + x";
    part->note = forward_note(cell->sight);
    part->axis = ARITHMETIC_ROUTE;
    for (int k = 0; k < 2; k++) {
        value[k] = op_element_here(op_sight_x(cell->sight, k), cell);
        arithmetic_add_number(part, (ArithmeticNumber){.name = names[k],
                                                       .meaning = meanings[k],
                                                       .value = value[k],
                                                       .op = run->op->inputs[k],
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

static const char *closed_note(SkipMode skip) {
    switch (skip) {
    case SKIP_NONE_REMOVED: break;
    case SKIP_PLAIN: return "plain: the skip is not there, it carries no gradient";
    case SKIP_CUT: return "cut: the skip carries no gradient";
    case SKIP_LESION: return "lesion: the branch of this block is removed, it gets no gradient";
    }
    return "";
}

/* Both inputs get a copy of dy, unless their gate is closed. */
static void add_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    const OpRun *run = &cell->sight->run;
    bool skip = cell->input == 1, open = skip ? run->gates.skip_backward : run->gates.branch_backward;
    double dy = op_element_here(op_sight_dy(cell->sight), cell);
    part->formula = skip ? "dx (skip) = dy" : "dF = dy";
    part->closed = !open;
    arithmetic_add_number(
        part,
        (ArithmeticNumber){
            .name = "dy", .meaning = "gradient behind", .value = dy, .op = run->op->index, .dropped = !open});
    if (!open) part->note = closed_note(cell->sight->skip);
    arithmetic_write(part->worked, open ? "dy = %+.4g, copied" : "dy = %+.4g, dropped: 0", dy);
    arithmetic_set_value(part, open ? dy : 0);
}

/* Which of the two ways has been taken away here; NULL for none. */
static const char *closed_way(AddGates gates) {
    if (!gates.skip_forward)
        return "The skip has been taken away here, in both directions: only F(x) goes on. ";
    if (!gates.branch_forward) return "The block's own work has been taken away here: only x goes on. ";
    if (!gates.skip_backward)
        return "Forward both ways are open here; on the way back the skip's share is dropped. ";
    return NULL;
}

static void add_say(const OpSight *sight, Explanation *out) {
    const char *closed = closed_way(sight->run.gates);
    bool identity = sight->is_identity;
    if (closed) explain_say(out, EXPLAIN_TEXT, "%s", closed);
    explain_say(out, EXPLAIN_TEXT, "What came in%s and what the block worked out from it are added%s.",
                identity ? "" : ", brought into the new shape,", closed ? " in the network as built" : "");
    AdditionTerms sum = sight->terms;
    if (!sum.known) return;
    double change = 100 * explain_number(out, "change", sum.ratio);
    explain_more(out, " The block's own part F(x) is %.0f %% as large as %s; the two point %s.", change,
                 identity ? "what came in" : "what the shortcut brings",
                 explain_direction(explain_number(out, "cosine", sum.cosine)));
    if (identity && !closed)
        explain_more(
            out,
            " So this block changed its input by %.0f %%: at 100 %% the change would be as large as the "
            "input itself.",
            change);
}

static void add_say_backward(const OpSight *sight, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT,
                "It came back through %s, which hands its gradient on as it is, the same to the block's "
                "layers and to the skip.",
                sight->run.op->name);
}

static void add_say_torch(const OpSight *sight, Explanation *out) {
    const AddGates *gates = &sight->run.gates;
    if (!gates->skip_forward)
        explain_more(out, "y = f");
    else if (!gates->branch_forward)
        explain_more(out, "y = x");
    else
        explain_more(out, gates->skip_backward ? "y = f + x" : "y = f + x.detach()");
}

const OpSpec op_add_spec = {
    .name = "add",
    .title = "Addition (skip connection)",
    .word = "add",
    .brief = "what the block computed, plus what went past it",
    .sentence = "Adds what came in through the shortcut to what the block computed, so that the block only "
                "has to learn the difference.",
    .forward_math = "y = F(x) + x",
    .backward_math = "dF = dy     dx(skip) = dy",
    .source = "He et al. 2015, arXiv:1512.03385, equation 1",
    .reads = OP_READS_CELL,
    .middle = OP_MIDDLE_SUM,
    .shape = add_shape,
    .cells = add_cells,
    .forward = add_run_forward,
    .backward_cells = add_backward_cells,
    .backward = op_run_backward_cells,
    .reference = &op_add_reference,
    .arithmetic = add_arithmetic,
    .arithmetic_backward = add_arithmetic_backward,
    .say = add_say,
    .say_backward = add_say_backward,
    .say_torch = add_say_torch,
    .excerpts = {.forward = {{"core/op/add.c", "add_run_forward", "elementwise_sum"},
                             {"core/tensor/elementwise.c", "sum_range", "y[j] ="}},
                 .backward = {{"core/op/add.c", "add_backward_cells", "memcpy"}}},
};
