/* The feature that is asked for, of a network without a classifier. */
#include "core/op/reference/reference.h"

/* y = mean over n of z[n, target of n]. z (N,K,1,1), y one number. */
static void feature_forward(const ReferenceRun *run) {
    Doubles z = run->x[0];
    double sum = 0;
    for (int n = 0; n < z.shape.n; n++) {
        sum += *at(z, n, run->targets[n], 0, 0);
    }
    run->y.data[0] = sum / z.shape.n;
}

/* dz[n,k] = [k is the target of n] / N * dy. dy one number, dz (N,K,1,1). */
static void feature_backward(const ReferenceRun *run) {
    Doubles dz = run->dx[0];
    for (int n = 0; n < dz.shape.n; n++) {
        *at(dz, n, run->targets[n], 0, 0) += run->dy.data[0] / dz.shape.n;
    }
}

const OpReference op_feature_reference = {
    .forward = feature_forward,
    .backward = feature_backward,
    .lines = {.forward = {{"core/op/reference/feature.c", "feature_forward", "sum +="}},
              .backward = {{"core/op/reference/feature.c", "feature_backward", "+="}}},
};
