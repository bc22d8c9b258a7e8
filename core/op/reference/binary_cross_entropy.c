/* One score, sigmoid and binary cross-entropy. */
#include <math.h>

#include "core/op/reference/reference.h"

/* How probable it is that the class is there: 1 / (1 + exp(-z)). That it is not: 1 less this, which is sigmoid(-z). */
static double sigmoid(double z) {
    return 1 / (1 + exp(-z));
}

/* loss = mean over n of -log p where the class is asked for (target 0), of -log(1 - p) where it is asked that it be
 * not there (target 1); p = sigmoid(z). z (N,1,1,1), of magnitudes below 700, or exp overflows; the loss is one number,
 * in nats.
 * Source: Goodfellow et al. 2016, Deep Learning, section 6.2.2.2. */
static void binary_cross_entropy_forward(const ReferenceRun *run) {
    Doubles z = run->x[0];
    double sum = 0;
    for (int n = 0; n < z.shape.n; n++) {
        double score = *at(z, n, 0, 0, 0);
        sum -= log(run->targets[n] == 0 ? sigmoid(score) : sigmoid(-score));
    }
    run->y.data[0] = sum / z.shape.n;
}

/* dz[n] = (p[n] - [the class is asked for]) / N * dy, with p - 1 = -sigmoid(-z). dy one number, dz (N,1,1,1). */
static void binary_cross_entropy_backward(const ReferenceRun *run) {
    Doubles z = run->x[0], dz = run->dx[0];
    for (int n = 0; n < z.shape.n; n++) {
        double score = *at(z, n, 0, 0, 0), slope = run->targets[n] == 0 ? -sigmoid(-score) : sigmoid(score);
        *at(dz, n, 0, 0, 0) += slope / z.shape.n * run->dy.data[0];
    }
}

const OpReference op_binary_cross_entropy_reference = {
    .forward = binary_cross_entropy_forward,
    .backward = binary_cross_entropy_backward,
    .lines =
        {.forward = {{"core/op/reference/binary_cross_entropy.c", "sigmoid", "return"},
                     {"core/op/reference/binary_cross_entropy.c", "binary_cross_entropy_forward", "log("}},
         .backward = {{"core/op/reference/binary_cross_entropy.c", "binary_cross_entropy_backward", "+="}}},
};
