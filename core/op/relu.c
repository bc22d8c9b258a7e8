/* Rectified linear unit. NaN passes in both directions, as in PyTorch: a network that breaks must be seen to
 * break. */
#include "core/op/op.h"
#include "core/tensor/elementwise.h"

static bool relu_shape(Op *op, const Shape *x, Error *err) {
    (void)err;
    op->out = x[0];
    return true;
}

static size_t relu_count(const OpRun *run) {
    return shape_count(op_output_shape(run->op, run->batch));
}

/* y = max(x, 0). x and y (N,C,H,W). */
static void relu_run_forward(const OpRun *run) {
    elementwise_relu(run->y, run->x[0], relu_count(run));
}

/* dx = dy where y > 0, else 0; at x = 0 the derivative is taken as 0. */
static void relu_run_backward(const OpRun *run) {
    if (run->dx[0]) elementwise_relu_backward(run->dx[0], run->dy, run->y, relu_count(run), run->dx_adds[0]);
}

const OpSpec op_relu_spec = {
    .name = "relu",
    .title = "ReLU",
    .sentence = "Keeps what is positive and sets everything else to zero; without it, all layers together "
                "would be one single layer.",
    .forward_math = "y = max(x, 0)",
    .backward_math = "dx = dy · [x > 0]",
    .source = "Nair & Hinton 2010, ICML; He et al. 2015, arXiv:1512.03385, section 3.2",
    .shape = relu_shape,
    .forward = relu_run_forward,
    .backward = relu_run_backward,
};
