#include "core/train/optim.h"

static const double STATISTICS_MOMENTUM = 0.1;

/* One parameter of `count` elements, each array of that length:
 *   g = gradient + weight_decay * w     velocity = momentum * velocity + g
 *   w -= lr * velocity, or with Nesterov  w -= lr * (g + momentum * velocity) */
static void step_param(real *w, const real *gradient, real *velocity, size_t count, const SgdConfig *config,
                       real lr) {
    real decay = (real)config->weight_decay, momentum = (real)config->momentum;
    for (size_t j = 0; j < count; j++) {
        real g = gradient[j] + decay * w[j];
        velocity[j] = momentum * velocity[j] + g;
        w[j] -= lr * (config->nesterov ? g + momentum * velocity[j] : velocity[j]);
    }
}

void optim_sgd_step(Network *network, const Pass *pass, real *velocity, const SgdConfig *config, double lr) {
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (!param_role_learns(param->role)) continue;
        step_param(network_values(network, param), pass_param_grad(pass, param), velocity + param->offset,
                   param->count, config, (real)lr);
    }
}

/* running = 0.9 * running + 0.1 * batch, both (C); the variance is the unbiased one, var * M / (M - 1) with M
 * = N*H*W. */
void optim_commit_statistics(Network *network, const Pass *pass) {
    for (int i = 0; i < network->op_count; i++) {
        const Op *op = &network->ops[i];
        if (!network_op_param(network, i, PARAM_NORM_MEAN)) continue;
        double count = (double)pass_batch(pass) * op->out.h * op->out.w, unbiased = count / (count - 1);
        const real *mean = pass_norm_mean(pass, i), *var = pass_norm_var(pass, i);
        for (int p = op->param_first; p < op->param_first + op->param_count; p++) {
            const Param *param = &network->params[p];
            real *running = network_values(network, param);
            for (int c = 0; c < op->out.c; c++) {
                double value = param->role == PARAM_NORM_MEAN ? (double)mean[c] : (double)var[c] * unbiased;
                if (!param_role_learns(param->role))
                    running[c] =
                        (real)((1 - STATISTICS_MOMENTUM) * (double)running[c] + STATISTICS_MOMENTUM * value);
            }
        }
    }
}
