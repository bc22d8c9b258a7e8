/* Batch normalisation. */
#include <math.h>

#include "core/op/reference/reference.h"

enum { GAMMA, BETA, RUNNING_MEAN, RUNNING_VAR };

/* Numbers of one channel: one a pixel of every image. */
static size_t pixel_count(Doubles x) {
    return (size_t)x.shape.n * (size_t)x.shape.h * (size_t)x.shape.w;
}

/* Of one channel. */
typedef struct Moments {
    double mean, var, std;
} Moments;

/* Mean and variance over all images and places of x; in evaluation those kept from the training. */
static Moments moments_of(const ReferenceRun *run, int c) {
    Doubles x = run->x[0];
    size_t count = pixel_count(x);
    Moments m = {0};
    for (size_t p = 0; p < count; p++) {
        m.mean += *at_pixel(x, p, c) / (double)count;
    }
    for (size_t p = 0; p < count; p++) {
        m.var += pow(*at_pixel(x, p, c) - m.mean, 2) / (double)count;
    }
    if (!run->batch_statistics) {
        m.mean = *at_channel(run->w[RUNNING_MEAN], c);
        m.var = *at_channel(run->w[RUNNING_VAR], c);
    }
    m.std = sqrt(m.var + OP_NORM_EPSILON);
    return m;
}

/* y = gamma * (x - mean) / sqrt(var + 1e-5) + beta, with two learned numbers for each channel.
 *   x, y (N,C,H,W); y in units of gamma and beta    gamma, beta, running mean and variance (C)
 * The variance divides by the count, not by the count less one. The running numbers stay as they are.
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1. */
static void batch_norm_forward(const ReferenceRun *run) {
    Doubles x = run->x[0], y = run->y;
    for (int c = 0; c < y.shape.c; c++) {
        Moments m = moments_of(run, c);
        double gamma = *at_channel(run->w[GAMMA], c);
        double beta = *at_channel(run->w[BETA], c);
        for (size_t p = 0; p < pixel_count(x); p++) {
            double xhat = (*at_pixel(x, p, c) - m.mean) / m.std;
            *at_pixel(y, p, c) = gamma * xhat + beta;
        }
    }
}

/* Over all images and places. */
typedef struct Sums {
    double dy, dy_xhat;
} Sums;

static Sums sums_of(const ReferenceRun *run, int c, Moments m) {
    Sums sum = {0};
    for (size_t p = 0; p < pixel_count(run->dy); p++) {
        double dy = *at_pixel(run->dy, p, c);
        sum.dy += dy;
        sum.dy_xhat += dy * (*at_pixel(run->x[0], p, c) - m.mean) / m.std;
    }
    return sum;
}

/* dbeta = sum of dy    dgamma = sum of dy * xhat, with xhat = (x - mean) / std
 * training    dx = gamma/std * (dy - dbeta/M - xhat * dgamma/M): the mean and std of M numbers hang on x
 * evaluation  dx = gamma/std * dy
 *   dy, dx (N,C,H,W)    dgamma, dbeta (C) */
static void batch_norm_backward(const ReferenceRun *run) {
    Doubles x = run->x[0], dx = run->dx[0];
    double count = (double)pixel_count(x);
    for (int c = 0; c < x.shape.c; c++) {
        Moments m = moments_of(run, c);
        Sums sum = sums_of(run, c, m);
        double gamma = *at_channel(run->w[GAMMA], c);
        *at_channel(run->dw[GAMMA], c) += sum.dy_xhat;
        *at_channel(run->dw[BETA], c) += sum.dy;
        for (size_t p = 0; p < pixel_count(x); p++) {
            double xhat = (*at_pixel(x, p, c) - m.mean) / m.std;
            double dy = *at_pixel(run->dy, p, c);
            if (run->batch_statistics) dy -= (sum.dy + xhat * sum.dy_xhat) / count;
            *at_pixel(dx, p, c) += gamma / m.std * dy;
        }
    }
}

const OpReference op_batch_norm_reference = {
    .forward = batch_norm_forward,
    .backward = batch_norm_backward,
    .lines = {.forward = {{"core/op/reference/batch_norm.c", "batch_norm_forward", "gamma * xhat"},
                          {"core/op/reference/batch_norm.c", "moments_of", "m.var +="}},
              .backward = {{"core/op/reference/batch_norm.c", "batch_norm_backward", "gamma / m.std"},
                           {"core/op/reference/batch_norm.c", "sums_of", "sum.dy_xhat +="}}},
};
