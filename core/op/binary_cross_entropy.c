/* Sigmoid and binary cross-entropy of a single score in one op, so that neither overflows: loss = log(1 + exp(z)) − y·z.
 *
 * Targets are counted as classes are: 0 asks for the class (y = 1), 1 asks that it be not there (y = 0). What is
 * saved of an image are the probabilities of both. */
#include <math.h>

#include "core/op/arithmetic.h"
#include "core/op/explanation.h"

enum { ANSWERS = 2 };

static bool binary_shape(Op *op, const Shape *x, Error *err) {
    op->out = (Shape){1, 1, 1, 1};
    if (shape_count(x[0]) == 1) return true;
    return error_set(err, ERROR_FAILED, "%s: expected a single score, found %zu", op->name,
                     shape_count(x[0]));
}

static size_t binary_saved(const Op *op, int batch) {
    (void)op;
    return (size_t)batch * ANSWERS * sizeof(double);
}

/* y of a target. */
static double wanted_of(int target) {
    return target == 0 ? 1 : 0;
}

/* p[0] = sigmoid(z), p[1] = 1 − p[0], each without cancellation. Returns log(1 + exp(z)) − y·z. */
static double sigmoid_loss(double z, int target, double *p) {
    double e = exp(-fabs(z)), larger = 1 / (1 + e), smaller = e / (1 + e);
    p[0] = z < 0 ? smaller : larger;
    p[1] = z < 0 ? larger : smaller;
    double margin = target == 0 ? z : -z;
    return log1p(e) + (margin < 0 ? -margin : 0) + 0 * z; /* NaN stays */
}

/* y = mean over n of −log of the probability that is asked for. z (N,1), y one number; saved: the probabilities
 * (N,2). A target of -1 becomes the more probable answer. */
static void binary_run_forward(const OpRun *run) {
    double sum = 0;
    for (int n = 0; n < run->batch; n++) {
        double z = (double)run->x[0][n];
        if (run->targets[n] < 0) run->targets[n] = z < 0 ? 1 : 0;
        sum += sigmoid_loss(z, run->targets[n], (double *)run->saved + (size_t)n * ANSWERS);
    }
    run->y[0] = (real)(sum / run->batch);
}

/* dz[n] = (p[n] − y[n]) / N · dy; where y is 1 that is −(1 − p), of which every digit is kept. */
static void binary_run_backward(const OpRun *run) {
    const double *p = run->saved;
    for (int n = 0; n < run->batch && run->dx[0]; n++) {
        double d = run->targets[n] == 0 ? -p[ANSWERS * n + 1] : p[ANSWERS * n];
        d = d / run->batch * (double)run->dy[0];
        run->dx[0][n] = (real)(d + (run->dx_adds[0] ? (double)run->dx[0][n] : 0));
    }
}

static double logit_of(const OpSight *sight, int n) {
    return op_element(op_sight_x(sight, 0), n, 0, 0, 0);
}

static void binary_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    const OpRun *run = &cell->sight->run;
    int logits = run->op->inputs[0], target = run->targets[cell->n];
    double p[ANSWERS], z = logit_of(cell->sight, cell->n), loss = sigmoid_loss(z, target, p), e = exp(-z),
                       wanted = wanted_of(target);
    const ArithmeticNumber numbers[] = {
        {.name = "z", .meaning = "the score", .value = z, .op = logits},
        {.name = "exp", .meaning = "exp(-z)", .value = e, .op = -1},
        {.name = "p", .meaning = "1 / (1 + exp(-z))", .value = p[0], .op = -1},
        {.name = "y",
         .meaning = wanted > 0 ? "1: the class is asked for" : "0: it is asked not to be there",
         .value = wanted,
         .op = -1},
    };
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) arithmetic_add_number(part, numbers[k]);
    part->formula = "p = 1 / (1 + exp(-z)); loss = -y log p - (1 - y) log(1 - p)";
    arithmetic_write(part->worked, "p = 1 / (1 + %.4g) = %.4g, loss = -log %.4g = %.4g", e, p[0], p[target],
                     loss);
    part->note = run->batch > 1 ? "the mean over all images of the batch; the numbers are of this image"
                                : "one score alone: softmax over it would be 1 whatever it is";
    for (int n = 0; n < run->batch; n++) {
        double other = sigmoid_loss(logit_of(cell->sight, n), run->targets[n], p);
        part->value += other / run->batch;
        part->magnitude += (fabs(other) + fabs(logit_of(cell->sight, n))) / run->batch;
    }
}

/* dz = (p - y) / N * dy, with dy = 1 */
static void binary_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    const OpRun *run = &cell->sight->run;
    double p = ((const double *)run->saved)[(size_t)cell->n * ANSWERS],
           wanted = wanted_of(run->targets[cell->n]), dz = (p - wanted) / run->batch;
    const ArithmeticNumber numbers[] = {
        {.name = "p", .meaning = "probability of the class", .value = p, .op = run->op->index},
        {.name = "y",
         .meaning = wanted > 0 ? "1: the class is asked for" : "0: it is asked not to be there",
         .value = wanted,
         .op = -1},
        {.name = "N", .meaning = "images of the batch", .value = run->batch, .op = -1},
    };
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) arithmetic_add_number(part, numbers[k]);
    part->formula = "dz = (p - y) / N";
    arithmetic_write(part->worked, "(%.4g - %.0f) / %d = %+.4g", p, wanted, run->batch, dz);
    part->value = dz;
    part->magnitude = (p + wanted) / run->batch;
}

/* Of what the first image is asked for. */
static double target_probability(const OpSight *sight) {
    return ((const double *)sight->run.saved)[sight->run.targets[0]];
}

static void binary_say(const OpSight *sight, Explanation *out) {
    char buffer[32];
    explain_say(
        out, EXPLAIN_TEXT,
        "The score becomes a probability: %.3g %% that the picture %s %s, which is what is asked for. "
        "The loss says how surprised the network is by it: %.4g. Sure and right would be 0.",
        100 * explain_number(out, "probability", target_probability(sight)),
        sight->run.targets[0] == 0 ? "shows" : "does not show", op_sight_class(sight, 0, buffer),
        explain_number(out, "loss", (double)sight->run.y[0]));
}

static void binary_say_backward(const OpSight *sight, Explanation *out) {
    explain_say(
        out, EXPLAIN_TEXT,
        "The first message on the way back: the probability of the class less 1 where it is asked for, less "
        "nothing where it is not: %.4g. The surer the network is, the less there is to learn from "
        "this picture.",
        explain_number(out, "target_gradient",
                       ((const double *)sight->run.saved)[0] - wanted_of(sight->run.targets[0])));
}

static void binary_say_element(const OpCell *cell, const ArithmeticPart *part, Explanation *out) {
    (void)part;
    explain_say(out, EXPLAIN_TEXT, "The only number here: how surprised the network is, %.4g.",
                (double)cell->sight->run.y[0]);
}

static void binary_say_bounds(const Op *op, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT, "Here C = %d number in, K = %d out", op->in.c, op->out.c);
}

static void binary_say_torch(const OpSight *sight, Explanation *out) {
    explain_more(out, "y = torch.nn.functional.binary_cross_entropy_with_logits(x, ");
    if (sight->run.targets[0] < 0) {
        explain_more(out, "(x > 0).float())");
        return;
    }
    explain_more(out, "torch.tensor([");
    for (int n = 0; n < sight->run.batch; n++)
        explain_more(out, "%s[%.1f]", n > 0 ? ", " : "", wanted_of(sight->run.targets[n]));
    explain_more(out, "]))");
}

const OpSpec op_binary_cross_entropy_spec = {
    .name = "binary_cross_entropy",
    .title = "Sigmoid and binary cross-entropy loss",
    .word = "sigmoid and loss",
    .brief = "the score becomes a probability",
    .sentence = "Turns the only score into a probability and measures how surprised the network is by the "
                "right answer.",
    .forward_math = "p = 1 / (1 + exp(−z))     loss = −y·log p − (1 − y)·log(1 − p), averaged over the batch",
    .backward_math = "dz = (p − y) / N",
    .source = "Goodfellow et al. 2016, Deep Learning, section 6.2.2.2",
    .reads = OP_READS_ALL,
    .middle = OP_MIDDLE_SOFTMAX,
    .mixes_channels = true,
    .one_for_batch = true,
    .shape = binary_shape,
    .saved_bytes = binary_saved,
    .forward = binary_run_forward,
    .backward = binary_run_backward,
    .reference = &op_binary_cross_entropy_reference,
    .arithmetic = binary_arithmetic,
    .arithmetic_backward = binary_arithmetic_backward,
    .say = binary_say,
    .say_backward = binary_say_backward,
    .say_element = binary_say_element,
    .say_torch = binary_say_torch,
    .say_bounds = binary_say_bounds,
    .excerpts = {.forward = {{"core/op/binary_cross_entropy.c", "sigmoid_loss", "return"}},
                 .backward = {{"core/op/binary_cross_entropy.c", "binary_run_backward", "double d ="}}},
};
