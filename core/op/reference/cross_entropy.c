/* Softmax and cross-entropy. */
#include <math.h>

#include "core/op/reference/reference.h"

/* p[k] = exp(z[k]) / sum over all classes of exp(z). */
static double probability(Doubles z, int n, int k) {
    double sum = 0;
    for (int j = 0; j < z.shape.c; j++) sum += exp(*at(z, n, j, 0, 0));
    return exp(*at(z, n, k, 0, 0)) / sum;
}

/* loss = mean over n of -log p[n, target of n]. z (N,K,1,1), of magnitudes below 700, or exp overflows; the
 * loss is one number, in nats.
 * Source: Goodfellow et al. 2016, Deep Learning, section 6.2.2.3. */
static void cross_entropy_forward(const ReferenceRun *run) {
    Doubles z = run->x[0];
    double sum = 0;
    for (int n = 0; n < z.shape.n; n++) {
        sum -= log(probability(z, n, run->targets[n]));
    }
    run->y.data[0] = sum / z.shape.n;
}

/* dz[n,k] = (p[n,k] - [k is the target of n]) / N * dy. dy one number, dz (N,K,1,1). */
static void cross_entropy_backward(const ReferenceRun *run) {
    Doubles z = run->x[0], dz = run->dx[0];
    for (int n = 0; n < z.shape.n; n++)
        for (int k = 0; k < z.shape.c; k++) {
            double wanted = k == run->targets[n] ? 1 : 0;
            *at(dz, n, k, 0, 0) += (probability(z, n, k) - wanted) / z.shape.n * run->dy.data[0];
        }
}

const OpReference op_cross_entropy_reference = {
    .forward = cross_entropy_forward,
    .backward = cross_entropy_backward,
    .lines = {.forward = {{"core/op/reference/cross_entropy.c", "probability", "return"},
                          {"core/op/reference/cross_entropy.c", "cross_entropy_forward", "log("}},
              .backward = {{"core/op/reference/cross_entropy.c", "cross_entropy_backward", "+="}}},
};
