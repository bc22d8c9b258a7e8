/* Gaussian error linear unit, in its exact form. */
#include <math.h>

#include "core/op/reference/reference.h"

/* Φ(x) = (1 + erf(x/√2)) / 2, the probability that a standard normal number is below x. */
static double normal_below(double x) {
    return (1 + erf(x / sqrt(2))) / 2;
}

/* φ(x) = exp(−x²/2) / √(2π), the derivative of Φ. */
static double normal_density(double x) {
    return exp(-x * x / 2) / sqrt(2 * acos(-1));
}

/* y = x · Φ(x). x, y (N,C,H,W), of any unit.
 * Source: Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2. */
static void gelu_forward(const ReferenceRun *run) {
    const double *x = run->x[0].data;
    double *y = run->y.data;
    size_t count = shape_count(run->y.shape);
    for (size_t j = 0; j < count; j++) y[j] = x[j] * normal_below(x[j]);
}

/* dx = dy · (Φ(x) + x · φ(x)), by the product rule. dy, x, dx (N,C,H,W). */
static void gelu_backward(const ReferenceRun *run) {
    const double *x = run->x[0].data, *dy = run->dy.data;
    double *dx = run->dx[0].data;
    size_t count = shape_count(run->y.shape);
    for (size_t j = 0; j < count; j++) dx[j] += dy[j] * (normal_below(x[j]) + x[j] * normal_density(x[j]));
}

const OpReference op_gelu_reference = {
    .forward = gelu_forward,
    .backward = gelu_backward,
    .lines = {.forward = {{"core/op/reference/gelu.c", "normal_below", "return"},
                          {"core/op/reference/gelu.c", "gelu_forward", "y[j] ="}},
              .backward = {{"core/op/reference/gelu.c", "normal_density", "return"},
                           {"core/op/reference/gelu.c", "gelu_backward", "dx[j] +="}}},
};
