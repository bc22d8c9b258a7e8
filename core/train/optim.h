/* One step of what learns, as torch.optim.SGD and torch.optim.AdamW make it. */
#ifndef CORE_TRAIN_OPTIM_H
#define CORE_TRAIN_OPTIM_H

#include "core/pass/pass.h"

typedef enum OptimKind {
    OPTIM_SGD,   /* stochastic gradient descent with momentum */
    OPTIM_ADAMW, /* Loshchilov & Hutter 2019, arXiv:1711.05101, with PyTorch's beta2 0.999 and epsilon 1e-8 */
} OptimKind;

typedef struct OptimConfig {
    OptimKind kind;
    double momentum; /* SGD: 0.9 in the paper; AdamW: beta1 */
    double weight_decay;
    bool nesterov;      /* SGD */
    bool no_decay_norm; /* weight decay leaves batch norm and biases out; else it is on every learnable
                           parameter, as in the paper's code and PyTorch */
} OptimConfig;

/* What differs from step to step. */
typedef struct OptimStep {
    double lr, momentum;   /* momentum: of this step, whatever OptimConfig says */
    double gradient_scale; /* what every gradient is multiplied by first: below 1 where it is clipped */
    long number;           /* 1 is the first */
} OptimStep;

/* What is kept from step to step, laid out as network_all_values, zero before the first one. SGD has the velocity
 * alone. */
typedef struct OptimState {
    real *first;  /* SGD: the velocity; AdamW: the mean of the gradients */
    real *second; /* AdamW: of their squares */
} OptimState;

/* One sweep over all values, shared among the threads. With g = gradient_scale * gradient, what learns:
 *   SGD:    g += weight_decay * w;  v = momentum * v + g;  w -= lr * v   (nesterov: w -= lr * (g + momentum * v))
 *   AdamW:  w -= lr * weight_decay * w;  m += (1 - beta1) (g - m);  s = beta2 * s + (1 - beta2) g*g
 *           w -= lr / (1 - beta1^number) * m / (sqrt(s / (1 - beta2^number)) + epsilon)
 * Running statistics move towards this batch's: running = 0.9 * running + 0.1 * batch, with the unbiased variance
 * (PyTorch's momentum 0.1). The pass has run backward and used batch statistics; with those of evaluation the running
 * ones stay. What is frozen stays as it is, weight decay included. */
void optim_step(Network *network, const Pass *pass, OptimState state, const OptimConfig *config,
                const OptimStep *step);

/* The L2 norm of the gradients of all that learns and is not frozen: one sum in one order, whatever the number of
 * threads. */
double optim_gradient_norm(const Network *network, const Pass *pass);
/* What clipping to `limit` multiplies them by: min(1, limit / (norm + 1e-6)), as
 * torch.nn.utils.clip_grad_norm_. */
double optim_clip_scale(double norm, double limit);

#endif
