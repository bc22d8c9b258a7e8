/* The addition that makes a network residual: y = F(x) + x. Input 0 is the branch F, input 1 the shortcut.
 * The gates say which of the two count in each direction (see SkipMode in core/pass/pass.h). */
#include "core/op/op.h"
#include "core/tensor/elementwise.h"

static bool add_shape(Op *op, const Shape *x, Error *err) {
    if (!shape_equal(x[0], x[1]))
        return error_set(err, ERROR_USAGE, "%s: the branch is %dx%dx%d but the shortcut %dx%dx%d", op->name,
                         x[0].c, x[0].h, x[0].w, x[1].c, x[1].h, x[1].w);
    op->out = x[0];
    return true;
}

/* y = branch + shortcut, or one of them alone. All (N,C,H,W). */
static void add_run_forward(const OpRun *run) {
    size_t count = shape_count(op_output_shape(run->op, run->batch));
    const AddGates *g = &run->gates;
    if (g->branch_forward && g->skip_forward)
        elementwise_sum(run->y, run->x[0], run->x[1], count);
    else
        elementwise_copy(run->y, run->x[g->branch_forward ? 0 : 1], count);
}

/* Both inputs receive dy unchanged; a closed gate receives zero. */
static void add_run_backward(const OpRun *run) {
    size_t count = shape_count(op_output_shape(run->op, run->batch));
    const bool open[2] = {run->gates.branch_backward, run->gates.skip_backward};
    for (int k = 0; k < 2; k++) {
        if (!run->dx[k]) continue;
        if (open[k])
            elementwise_pass(run->dx[k], run->dy, count, run->dx_adds[k]);
        else if (!run->dx_adds[k])
            elementwise_zero(run->dx[k], count);
    }
}

const OpSpec op_add_spec = {
    .name = "add",
    .title = "Addition (skip connection)",
    .sentence = "Adds what came in through the shortcut to what the block computed, so that the block only "
                "has to learn the difference.",
    .forward_math = "y = F(x) + x",
    .backward_math = "dF = dy     dx(skip) = dy",
    .source = "He et al. 2015, arXiv:1512.03385, equation 1",
    .shape = add_shape,
    .forward = add_run_forward,
    .backward = add_run_backward,
};
