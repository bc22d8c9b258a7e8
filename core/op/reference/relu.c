/* Rectified linear unit. */
#include "core/op/reference/reference.h"

/* y = max(x, 0). x, y (N,C,H,W), of any unit. NaN passes.
 * Source: Nair & Hinton 2010, ICML. */
static void relu_forward(const ReferenceRun *run) {
    const double *x = run->x[0].data;
    double *y = run->y.data;
    size_t count = shape_count(run->y.shape);
    for (size_t j = 0; j < count; j++) y[j] = x[j] < 0 ? 0 : x[j];
}

/* dx = dy where x > 0, else 0; at x = 0 the derivative is taken as 0. dy, x, dx (N,C,H,W). NaN passes. */
static void relu_backward(const ReferenceRun *run) {
    const double *x = run->x[0].data, *dy = run->dy.data;
    double *dx = run->dx[0].data;
    size_t count = shape_count(run->y.shape);
    for (size_t j = 0; j < count; j++) dx[j] += x[j] <= 0 ? 0 : dy[j];
}

const OpReference op_relu_reference = {
    .forward = relu_forward,
    .backward = relu_backward,
    .lines = {.forward = {{"core/op/reference/relu.c", "relu_forward", "y[j] ="}},
              .backward = {{"core/op/reference/relu.c", "relu_backward", "dx[j] +="}}},
};
