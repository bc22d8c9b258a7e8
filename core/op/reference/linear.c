/* The linear layer that classifies. */
#include "core/op/reference/reference.h"

enum { WEIGHT, BIAS };

/* y[n,k] = b[k] + sum over c of w[k,c] * x[n,c]
 *   x (N,C,1,1)    w (K,C), b (K)    y (N,K,1,1), in units of b
 * Source: He et al. 2015, arXiv:1512.03385, table 1. */
static void linear_forward(const ReferenceRun *run) {
    Doubles x = run->x[0], w = run->w[WEIGHT], b = run->w[BIAS], y = run->y;
    for (int n = 0; n < y.shape.n; n++)
        for (int k = 0; k < y.shape.c; k++) {
            double sum = *at_channel(b, k);
            for (int c = 0; c < x.shape.c; c++) sum += *at(w, k, c, 0, 0) * *at(x, n, c, 0, 0);
            *at(y, n, k, 0, 0) = sum;
        }
}

/* db[k] = sum over n of dy[n,k]    dw[k,c] = sum over n of dy[n,k] * x[n,c]
 * dx[n,c] = sum over k of dy[n,k] * w[k,c]
 *   dy (N,K,1,1)    dx (N,C,1,1)    dw (K,C), db (K) */
static void linear_backward(const ReferenceRun *run) {
    Doubles x = run->x[0], w = run->w[WEIGHT];
    Doubles dx = run->dx[0], dw = run->dw[WEIGHT], db = run->dw[BIAS];
    for (int n = 0; n < x.shape.n; n++)
        for (int k = 0; k < w.shape.n; k++) {
            double dy = *at(run->dy, n, k, 0, 0);
            *at_channel(db, k) += dy;
            for (int c = 0; c < x.shape.c; c++) {
                *at(dx, n, c, 0, 0) += dy * *at(w, k, c, 0, 0);
                *at(dw, k, c, 0, 0) += dy * *at(x, n, c, 0, 0);
            }
        }
}

const OpReference op_linear_reference = {
    .forward = linear_forward,
    .backward = linear_backward,
    .lines = {.forward = {{"core/op/reference/linear.c", "linear_forward", "sum +="}},
              .backward = {{"core/op/reference/linear.c", "linear_backward", "at(dx"}}},
};
