/* The image, normalised: the pass owner writes it straight into the output. */
#include "core/op/op.h"

static bool input_shape(Op *op, const Shape *x, Error *err) {
    (void)x;
    if (op->out.c > 0 && op->out.h > 0 && op->out.w > 0) return true;
    return error_set(err, ERROR_USAGE, "input: expected a positive size, found %dx%dx%d", op->out.c,
                     op->out.h, op->out.w);
}

static void input_nothing(const OpRun *run) {
    (void)run;
}

const OpSpec op_input_spec = {
    .name = "input",
    .title = "Input",
    .sentence = "The picture as numbers: three colour channels, each shifted and scaled to mean 0 and spread "
                "1 over the data set.",
    .forward_math = "x = (pixel/255 − mean) / std, per colour channel",
    .backward_math = "dx: how the loss would change if one pixel changed",
    .source = "He et al. 2015, arXiv:1512.03385, section 3.4",
    .shape = input_shape,
    .forward = input_nothing,
    .backward = input_nothing,
};
