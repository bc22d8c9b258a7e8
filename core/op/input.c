/* The image, normalised: the pass owner writes it straight into the output. */
#include <math.h>

#include "core/op/arithmetic.h"
#include "core/op/explanation.h"

/* x is a float: a whole pixel comes back with an error of some 255 float roundings. */
static const double PIXEL_ROUNDING = 1e-3;

static bool input_shape(Op *op, const Shape *x, Error *err) {
    (void)x;
    if (op->out.c > 0 && op->out.h > 0 && op->out.w > 0) return true;
    return error_set(err, ERROR_USAGE, "input: expected a positive size, found %dx%dx%d", op->out.c,
                     op->out.h, op->out.w);
}

static void input_nothing(const OpRun *run) {
    (void)run;
}

/* x = (pixel / 255 - mean) / std. The pixel is found backwards from x; without a normalisation x is simply
 * given. */
static void input_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    double x = op_element_here(op_sight_y(cell->sight), cell);
    part->formula = "x = (pixel / 255 - mean) / std, per colour";
    arithmetic_set_value(part, x);
    if (!cell->sight->mean || cell->channel >= 3) return;
    double mean = (double)cell->sight->mean[cell->channel], std = (double)cell->sight->std[cell->channel];
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

/* It reads nothing that a gradient could be passed down to. */
static void input_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    (void)cell;
    (void)part;
}

static void input_say(const OpSight *sight, Explanation *out) {
    Shape shape = sight->run.op->out;
    explain_say(
        out, EXPLAIN_TEXT,
        "The picture itself, as numbers: %d colours of %dx%d pixels. Each colour has been shifted and "
        "scaled so that over all training pictures its mean is 0 and its spread 1; here the numbers "
        "run from %.2f to %.2f.",
        shape.c, shape.h, shape.w, explain_number(out, "min", sight->y.min),
        explain_number(out, "max", sight->y.max));
}

static void input_say_backward(const OpSight *sight, Explanation *out) {
    (void)sight;
    (void)out;
}

static void input_say_element(const OpCell *cell, const ArithmeticPart *part, Explanation *out) {
    (void)cell;
    (void)part;
    explain_say(out, EXPLAIN_TEXT,
                "It is the brightness of one colour of one pixel, shifted and scaled as all pictures are.");
}

static void say_colours(const float *colours, Explanation *out) {
    explain_more(out, "torch.tensor([%.4g, %.4g, %.4g]).view(3, 1, 1)", (double)colours[0],
                 (double)colours[1], (double)colours[2]);
}

static void input_say_torch(const OpSight *sight, Explanation *out) {
    explain_more(out, "y = (picture / 255 - mean) / std");
    if (!sight->mean) return;
    explain_more(out, " with mean = ");
    say_colours(sight->mean, out);
    explain_more(out, " and std = ");
    say_colours(sight->std, out);
}

const OpSpec op_input_spec = {
    .name = "input",
    .title = "Input",
    .word = "image",
    .brief = "the picture as numbers, one map for each colour",
    .sentence = "The picture as numbers: three colour channels, each shifted and scaled to mean 0 and spread "
                "1 over the data set.",
    .forward_math = "x = (pixel/255 − mean) / std, per colour channel",
    .backward_math = "dx: how the loss would change if one pixel changed",
    .source = "He et al. 2015, arXiv:1512.03385, section 3.4",
    .reads = OP_READS_NOTHING,
    .middle = OP_MIDDLE_NOTHING,
    .shape = input_shape,
    .forward = input_nothing,
    .backward = input_nothing,
    .reference = &op_input_reference,
    .arithmetic = input_arithmetic,
    .arithmetic_backward = input_arithmetic_backward,
    .say = input_say,
    .say_backward = input_say_backward,
    .say_element = input_say_element,
    .say_torch = input_say_torch,
    .excerpts = {.forward = {{"core/image/normalise.h", "normalise_byte", "->std["},
                             {"core/image/preprocess.c", "normalise_pixels", "normalise_byte("}}},
};
