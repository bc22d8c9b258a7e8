/* Softmax and cross-entropy in one op, so that neither overflows: loss = log Σ exp(z) − z[target]. */
#include <math.h>

#include "core/op/arithmetic.h"
#include "core/op/explanation.h"

static bool loss_shape(Op *op, const Shape *x, Error *err) {
    (void)x, (void)err;
    op->out = (Shape){1, 1, 1, 1};
    return true;
}

static size_t loss_saved(const Op *op, int batch) {
    return (size_t)batch * (size_t)op->in.c * sizeof(double);
}

/* First index of the largest; NaN counts as largest, as in PyTorch. */
static int predicted_class(const real *z, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++)
        if (z[best] == z[best] && (z[k] > z[best] || z[k] != z[k])) best = k;
    return best;
}

/* One image: probability[k] = exp(z[k] - max z) / sum of them, returns -log of that of the target. z,
 * probability (K). */
static double softmax_loss(const real *z, int classes, int target, double *probability) {
    double largest = (double)z[predicted_class(z, classes)], sum = 0;
    for (int k = 0; k < classes; k++) sum += probability[k] = exp((double)z[k] - largest);
    for (int k = 0; k < classes; k++) probability[k] /= sum;
    return largest + log(sum) - (double)z[target];
}

/* What label smoothing e adds to the loss of one image (Szegedy et al. 2015, arXiv:1512.00567, section 7): of the loss
 * only 1 - e counts, and e of the mean over k of -log p[k], which is the loss + z[target] - mean of z. */
static double smoothing(const OpRun *run, const real *z, int target) {
    double mean = 0;
    for (int k = 0; k < run->op->in.c; k++) mean += (double)z[k] / run->op->in.c;
    return run->label_smoothing * ((double)z[target] - mean);
}

/* y = mean over n of −log softmax(z[n])[target[n]]. z (N,K), y one number; saved: the probabilities (N,K).
 * A target of -1 becomes the predicted class. */
static void loss_run_forward(const OpRun *run) {
    int classes = run->op->in.c;
    double sum = 0;
    for (int n = 0; n < run->batch; n++) {
        const real *z = run->x[0] + (size_t)n * (size_t)classes;
        if (run->targets[n] < 0) run->targets[n] = predicted_class(z, classes);
        sum += softmax_loss(z, classes, run->targets[n], (double *)run->saved + (size_t)n * (size_t)classes);
        if (run->label_smoothing > 0) sum += smoothing(run, z, run->targets[n]);
    }
    run->y[0] = (real)(sum / run->batch);
}

/* dz[n,k] = (p[n,k] − [k is the target of n]) / N · dy; label smoothing e makes (1 − e)·1 + e/K of the 1, and e/K
 * of the zeros. saved p (N,K), dy one number read, dz (N,K) overwritten or added to. In double: p − 1 of a
 * confident network would lose most digits of a float. */
static void loss_run_backward(const OpRun *run) {
    int classes = run->op->in.c;
    const double *p = run->saved, share = run->label_smoothing;
    for (int n = 0; n < run->batch && run->dx[0]; n++)
        for (int k = 0; k < classes; k++) {
            size_t j = (size_t)n * (size_t)classes + (size_t)k;
            double wanted = (1 - share) * (k == run->targets[n]) + share / classes;
            double d = (p[j] - wanted) / run->batch * (double)run->dy[0];
            run->dx[0][j] = (real)(d + (run->dx_adds[0] ? (double)run->dx[0][j] : 0));
        }
}

/* The logits of one image and what softmax makes of them. */
typedef struct Softmax {
    Tensor z;
    int n, classes, target;
    double largest, sum, loss;
} Softmax;

static double exponential(const Softmax *softmax, int k) {
    return exp(op_element(softmax->z, softmax->n, k, 0, 0) - softmax->largest);
}

static Softmax softmax_of(const OpSight *sight, int n) {
    Softmax out = {.z = op_sight_x(sight, 0),
                   .n = n,
                   .classes = sight->run.op->in.c,
                   .target = sight->run.targets[n],
                   .largest = -INFINITY};
    for (int k = 0; k < out.classes; k++) {
        double z = op_element(out.z, n, k, 0, 0);
        if (!(z <= out.largest)) out.largest = z; /* NaN stays: nothing is greater */
    }
    for (int k = 0; k < out.classes; k++) out.sum += exponential(&out, k);
    out.loss = out.largest + log(out.sum) - op_element(out.z, n, out.target, 0, 0);
    return out;
}

static void loss_numbers(ArithmeticPart *part, const Softmax *softmax, int chosen, int logits) {
    double z = op_element(softmax->z, softmax->n, chosen, 0, 0), e = exponential(softmax, chosen);
    const ArithmeticNumber numbers[] = {
        {.name = "max z", .meaning = "largest logit", .value = softmax->largest, .op = logits},
        {.name = "sum", .meaning = "of exp(z - max z), all classes", .value = softmax->sum, .op = -1},
        {.name = "z", .meaning = "logit of the class marked below", .value = z, .op = logits},
        {.name = "exp", .meaning = "exp(z - max z)", .value = e, .op = -1},
        {.name = "p", .meaning = "exp / sum", .value = e / softmax->sum, .op = -1},
    };
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) arithmetic_add_number(part, numbers[k]);
}

/* loss = mean over the images of -log p[target]; the terms are the exponentials of the cell's image. */
static void loss_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    Softmax softmax = softmax_of(cell->sight, cell->n);
    int images = cell->sight->run.batch;
    part->formula = "p = exp(z - max z) / sum of them; loss = -log p[target]";
    part->axis = ARITHMETIC_CLASS;
    for (int k = 0; k < softmax.classes; k++) arithmetic_add_term(part, k, exponential(&softmax, k));
    int chosen = arithmetic_choose(part, cell->wanted < 0 ? softmax.target : cell->wanted);
    loss_numbers(part, &softmax, chosen, cell->sight->run.op->inputs[0]);
    double p = exponential(&softmax, softmax.target) / softmax.sum;
    arithmetic_write(part->worked, "p[%d] = exp(%+.4g %+.4g) / %.4g = %.4g, loss = -log %.4g = %.4g",
                     softmax.target, op_element(softmax.z, softmax.n, softmax.target, 0, 0), -softmax.largest,
                     softmax.sum, p, p, softmax.loss);
    part->note = "the largest logit is taken from all of them, so that no exp overflows; p stays the same";
    if (images > 1) part->note = "the mean over all images of the batch; the terms are of this image";
    for (int n = 0; n < images; n++) {
        Softmax other = softmax_of(cell->sight, n);
        part->value += other.loss / images;
        part->magnitude += (fabs(other.largest) + fabs(other.loss) + fabs(log(other.sum))) / images;
    }
}

/* dz[k] = (p[k] - onehot[k]) / N * dy, with dy = 1 */
static void loss_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    const OpRun *run = &cell->sight->run;
    int images = run->batch, classes = run->op->in.c;
    double p = ((const double *)run->saved)[(size_t)cell->n * (size_t)classes + (size_t)cell->channel];
    double wanted = run->targets[cell->n] == cell->channel ? 1 : 0, dz = (p - wanted) / images;
    const ArithmeticNumber numbers[] = {
        {.name = "p", .meaning = "probability of this class", .value = p, .op = run->op->index},
        {.name = "onehot",
         .meaning = wanted > 0 ? "1: it is the target" : "0: it is not the target",
         .value = wanted,
         .op = -1},
        {.name = "N", .meaning = "images of the batch", .value = images, .op = -1},
    };
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) arithmetic_add_number(part, numbers[k]);
    part->formula = "dz = (p - onehot) / N";
    arithmetic_write(part->worked, "(%.4g - %.0f) / %d = %+.4g", p, wanted, images, dz);
    part->value = dz;
    part->magnitude = (p + wanted) / images;
}

/* Of the first image's target. */
static double target_probability(const OpSight *sight) {
    return ((const double *)sight->run.saved)[sight->run.targets[0]];
}

static void loss_say(const OpSight *sight, Explanation *out) {
    char buffer[32];
    explain_say(out, EXPLAIN_TEXT,
                "The scores become probabilities: %.3g %% for %s, the class that is asked for. The loss says "
                "how surprised the network is by it: %.4g. Sure and right would be 0.",
                100 * explain_number(out, "probability", target_probability(sight)),
                op_sight_class(sight, sight->run.targets[0], buffer),
                explain_number(out, "loss", (double)sight->run.y[0]));
}

static void loss_say_backward(const OpSight *sight, Explanation *out) {
    explain_say(
        out, EXPLAIN_TEXT,
        "The first message on the way back: for each class its probability, and for the class that is "
        "asked for 1 less: %.4g. The surer the network is, the less there is to learn from this "
        "picture.",
        explain_number(out, "target_gradient", target_probability(sight) - 1));
}

static void loss_say_bounds(const Op *op, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT, "Here C = %d numbers in, K = %d out", op->in.c, op->out.c);
}

static void loss_say_torch(const OpSight *sight, Explanation *out) {
    explain_more(out, "y = torch.nn.functional.cross_entropy(x, ");
    if (sight->run.targets[0] < 0) {
        explain_more(out, "x.argmax(1))");
        return;
    }
    explain_more(out, "torch.tensor([");
    for (int n = 0; n < sight->run.batch; n++)
        explain_more(out, "%s%d", n > 0 ? ", " : "", sight->run.targets[n]);
    explain_more(out, "]))");
}

const OpSpec op_cross_entropy_spec = {
    .name = "cross_entropy",
    .title = "Softmax and cross-entropy loss",
    .word = "softmax and loss",
    .brief = "scores become probabilities",
    .sentence =
        "Turns the scores into probabilities and measures how surprised the network is by the right answer.",
    .forward_math = "p = exp(z) / Σ exp(z)     loss = −log p[target], averaged over the batch",
    .backward_math = "dz = (p − onehot(target)) / N",
    .source = "Goodfellow et al. 2016, Deep Learning, section 6.2.2.3",
    .reads = OP_READS_ALL,
    .middle = OP_MIDDLE_SOFTMAX,
    .mixes_channels = true,
    .one_for_batch = true,
    .shape = loss_shape,
    .saved_bytes = loss_saved,
    .forward = loss_run_forward,
    .backward = loss_run_backward,
    .reference = &op_cross_entropy_reference,
    .arithmetic = loss_arithmetic,
    .arithmetic_backward = loss_arithmetic_backward,
    .say = loss_say,
    .say_backward = loss_say_backward,
    .say_torch = loss_say_torch,
    .say_bounds = loss_say_bounds,
    .excerpts = {.forward = {{"core/op/cross_entropy.c", "softmax_loss", "return"}},
                 .backward = {{"core/op/cross_entropy.c", "loss_run_backward", "double d ="}}},
};
