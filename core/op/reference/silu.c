/* Sigmoid linear unit. */
#include <math.h>

#include "core/op/reference/reference.h"

/* σ(x) = 1 / (1 + exp(−x)), the logistic function. */
static double logistic(double x) {
    return 1 / (1 + exp(-x));
}

/* y = x · σ(x). x, y (N,C,H,W), of any unit.
 * Source: Elfwing et al. 2017, arXiv:1702.03118, section 2. */
static void silu_forward(const ReferenceRun *run) {
    const double *x = run->x[0].data;
    double *y = run->y.data;
    size_t count = shape_count(run->y.shape);
    for (size_t j = 0; j < count; j++) y[j] = x[j] * logistic(x[j]);
}

/* dx = dy · (σ(x) + x · σ(x) · (1 − σ(x))), by the product rule. dy, x, dx (N,C,H,W). */
static void silu_backward(const ReferenceRun *run) {
    const double *x = run->x[0].data, *dy = run->dy.data;
    double *dx = run->dx[0].data;
    size_t count = shape_count(run->y.shape);
    for (size_t j = 0; j < count; j++) {
        double share = logistic(x[j]);
        dx[j] += dy[j] * (share + x[j] * share * (1 - share));
    }
}

const OpReference op_silu_reference = {
    .forward = silu_forward,
    .backward = silu_backward,
    .lines = {.forward = {{"core/op/reference/silu.c", "logistic", "return"},
                          {"core/op/reference/silu.c", "silu_forward", "y[j] ="}},
              .backward = {{"core/op/reference/silu.c", "silu_backward", "dx[j] +="}}},
};
