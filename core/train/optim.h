/* Stochastic gradient descent with momentum, as torch.optim.SGD does it. */
#ifndef CORE_TRAIN_OPTIM_H
#define CORE_TRAIN_OPTIM_H

#include "core/pass/pass.h"

typedef struct SgdConfig {
    double momentum;     /* 0.9 in the paper */
    double weight_decay; /* on every learnable parameter, batch norm and biases included, as in the paper's
                            code and PyTorch */
    bool nesterov;
} SgdConfig;

/* One sweep over all values, shared among the threads. What learns:
 *   g += weight_decay * w;  v = momentum * v + g;  w -= lr * v   (nesterov: w -= lr * (g + momentum * v))
 * Running statistics move towards this batch's: running = 0.9 * running + 0.1 * batch, with the unbiased variance
 * (PyTorch's momentum 0.1). `velocity` is laid out as network_all_values and starts at zero. The pass has run backward
 * and used batch statistics; with those of evaluation the running ones stay. What is frozen stays as it is, weight decay included. */
void optim_step(Network *network, const Pass *pass, real *velocity, const SgdConfig *config, double lr);

#endif
