/* Softmax and cross-entropy in one op, so that neither overflows: loss = log Σ exp(z) − z[target]. */
#include <math.h>

#include "core/op/op.h"

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

/* Writes the probabilities and returns the loss of one image. */
static double softmax_loss(const real *z, int classes, int target, double *probability) {
    real largest = z[predicted_class(z, classes)];
    double sum = exp((double)z[0] - (double)largest);
    for (int k = 1; k < classes; k++) sum += exp((double)z[k] - (double)largest);
    for (int k = 0; k < classes; k++) probability[k] = exp((double)z[k] - (double)largest) / sum;
    return (double)largest + log(sum) - (double)z[target];
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
    }
    run->y[0] = (real)(sum / run->batch);
}

/* dz = (p − onehot(target)) / N · dy. In double: p − 1 of a confident network would lose most digits of a
 * float. */
static void loss_run_backward(const OpRun *run) {
    int classes = run->op->in.c;
    const double *p = run->saved;
    for (int n = 0; n < run->batch && run->dx[0]; n++)
        for (int k = 0; k < classes; k++) {
            size_t j = (size_t)n * (size_t)classes + (size_t)k;
            double d = (p[j] - (k == run->targets[n])) / run->batch * (double)run->dy[0];
            run->dx[0][j] = (real)(d + (run->dx_adds[0] ? (double)run->dx[0][j] : 0));
        }
}

const OpSpec op_cross_entropy_spec = {
    .name = "cross_entropy",
    .title = "Softmax and cross-entropy loss",
    .sentence =
        "Turns the scores into probabilities and measures how surprised the network is by the right answer.",
    .forward_math = "p = exp(z) / Σ exp(z)     loss = −log p[target], averaged over the batch",
    .backward_math = "dz = (p − onehot(target)) / N",
    .source = "Goodfellow et al. 2016, Deep Learning, section 6.2.2.3",
    .shape = loss_shape,
    .saved_bytes = loss_saved,
    .forward = loss_run_forward,
    .backward = loss_run_backward,
};
