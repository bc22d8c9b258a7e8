/* Where a network ends without a classifier: one of its features, so that there is a number to go back from. */
#include "core/op/arithmetic.h"
#include "core/op/explanation.h"

static bool feature_shape(Op *op, const Shape *x, Error *err) {
    (void)x, (void)err;
    op->out = (Shape){1, 1, 1, 1};
    return true;
}

/* First index of the largest; NaN counts as largest. */
static int largest_feature(const real *z, int count) {
    int best = 0;
    for (int k = 1; k < count; k++)
        if (z[best] == z[best] && (z[k] > z[best] || z[k] != z[k])) best = k;
    return best;
}

/* y = mean over n of z[n,target[n]]. z (N,K), y one number. A target of -1 becomes the largest feature. */
static void feature_run_forward(const OpRun *run) {
    int count = run->op->in.c;
    double sum = 0;
    for (int n = 0; n < run->batch; n++) {
        const real *z = run->x[0] + (size_t)n * (size_t)count;
        if (run->targets[n] < 0) run->targets[n] = largest_feature(z, count);
        sum += (double)z[run->targets[n]];
    }
    run->y[0] = (real)(sum / run->batch);
}

/* dz[n,k] = [k is the target of n] / N · dy. dy one number read, dz (N,K) overwritten or added to. */
static void feature_run_backward(const OpRun *run) {
    int count = run->op->in.c;
    for (int n = 0; n < run->batch && run->dx[0]; n++)
        for (int k = 0; k < count; k++) {
            size_t j = (size_t)n * (size_t)count + (size_t)k;
            real d = k == run->targets[n] ? run->dy[0] / (real)run->batch : 0;
            run->dx[0][j] = d + (run->dx_adds[0] ? run->dx[0][j] : 0);
        }
}

static double feature_of(const OpSight *sight, int n) {
    return op_element(op_sight_x(sight, 0), n, sight->run.targets[n], 0, 0);
}

static void feature_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    const OpRun *run = &cell->sight->run;
    double z = feature_of(cell->sight, cell->n);
    arithmetic_add_number(
        part, (ArithmeticNumber){
                  .name = "z", .meaning = "the feature asked for", .value = z, .op = run->op->inputs[0]});
    part->formula = "y = z[target]";
    arithmetic_write(part->worked, "z[%d] = %.4g", run->targets[cell->n], z);
    if (run->batch > 1) part->note = "the mean over all images of the batch; the number is of this image";
    for (int n = 0; n < run->batch; n++) {
        part->value += feature_of(cell->sight, n) / run->batch;
        part->magnitude +=
            (feature_of(cell->sight, n) < 0 ? -1 : 1) * feature_of(cell->sight, n) / run->batch;
    }
}

/* dz = onehot / N * dy, with dy = 1 */
static void feature_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    const OpRun *run = &cell->sight->run;
    double wanted = run->targets[cell->n] == cell->channel ? 1 : 0;
    const ArithmeticNumber numbers[] = {
        {.name = "onehot",
         .meaning = wanted > 0 ? "1: it is the feature asked for" : "0: it is another feature",
         .value = wanted,
         .op = -1},
        {.name = "N", .meaning = "images of the batch", .value = run->batch, .op = -1},
    };
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) arithmetic_add_number(part, numbers[k]);
    part->formula = "dz = onehot / N";
    arithmetic_write(part->worked, "%.0f / %d = %.4g", wanted, run->batch, wanted / run->batch);
    part->value = wanted / run->batch;
    part->magnitude = part->value;
}

static void feature_say(const OpSight *sight, Explanation *out) {
    explain_say(
        out, EXPLAIN_TEXT,
        "There is no classifier behind this network. So that there is a number to ask about, one feature "
        "is looked at: feature %d, which is %.4g here.",
        sight->run.targets[0], explain_number(out, "feature", (double)sight->run.y[0]));
}

static void feature_say_backward(const OpSight *sight, Explanation *out) {
    explain_say(
        out, EXPLAIN_TEXT,
        "The first message on the way back: 1 for feature %d, which is asked for, and 0 for all others. What "
        "comes back further down says what would make this feature larger.",
        sight->run.targets[0]);
}

static void feature_say_element(const OpCell *cell, const ArithmeticPart *part, Explanation *out) {
    (void)part;
    explain_say(out, EXPLAIN_TEXT, "The only number here: the feature that is asked for, %.4g.",
                (double)cell->sight->run.y[0]);
}

static void feature_say_bounds(const Op *op, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT, "Here C = %d numbers in, K = %d out", op->in.c, op->out.c);
}

static void feature_say_torch(const OpSight *sight, Explanation *out) {
    if (sight->run.targets[0] < 0) {
        explain_more(out, "y = x.max(1).values.mean()");
        return;
    }
    explain_more(out, "y = x.gather(1, torch.tensor([");
    for (int n = 0; n < sight->run.batch; n++)
        explain_more(out, "%s[%d]", n > 0 ? ", " : "", sight->run.targets[n]);
    explain_more(out, "])).mean()");
}

const OpSpec op_feature_spec = {
    .name = "feature",
    .title = "One feature",
    .word = "one feature",
    .brief = "the feature that is asked for",
    .sentence = "The network ends without a classifier; one of its features is asked for.",
    .forward_math = "y = z[target], averaged over the batch",
    .backward_math = "dz = onehot(target) / N",
    .source = "Olah et al. 2017, Feature Visualization, doi:10.23915/distill.00007",
    .reads = OP_READS_ALL,
    .middle = OP_MIDDLE_CHOICE,
    .mixes_channels = true,
    .one_for_batch = true,
    .shape = feature_shape,
    .forward = feature_run_forward,
    .backward = feature_run_backward,
    .reference = &op_feature_reference,
    .arithmetic = feature_arithmetic,
    .arithmetic_backward = feature_arithmetic_backward,
    .say = feature_say,
    .say_backward = feature_say_backward,
    .say_element = feature_say_element,
    .say_torch = feature_say_torch,
    .say_bounds = feature_say_bounds,
    .excerpts = {.forward = {{"core/op/feature.c", "feature_run_forward", "sum +="}},
                 .backward = {{"core/op/feature.c", "feature_run_backward", "real d ="}}},
};
