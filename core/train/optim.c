#include "core/train/optim.h"

#include "core/base/cpu.h"
#include "core/base/parallel.h"

static const double STATISTICS_MOMENTUM = 0.1;

/* Values that are stepped in one go: with gradient and velocity they fit into a second-level cache. */
enum { PART = 1 << 14 };

/* Each rounded as the values are. */
typedef struct Rates {
    real lr, momentum, decay;
    bool nesterov;
} Rates;

typedef struct Sweep {
    const Network *network;
    const Pass *pass;
    real *values, *velocity;
    const real *gradients;
    Rates rates;
} Sweep;

/* `count` elements:
 *   g = gradient + weight_decay * w     velocity = momentum * velocity + g
 *   w -= lr * velocity, or with Nesterov  w -= lr * (g + momentum * velocity) */
CPU_CLONES static void learn(real *restrict w, const real *restrict gradient, real *restrict velocity,
                             size_t count, const Rates *rates) {
    const Rates r = *rates;
    for (size_t j = 0; j < count; j++) {
        real g = gradient[j] + r.decay * w[j];
        velocity[j] = r.momentum * velocity[j] + g;
        w[j] -= r.lr * (r.nesterov ? g + r.momentum * velocity[j] : velocity[j]);
    }
}

/* running[c] = 0.9 * running[c] + 0.1 * batch[c] for channels first .. end-1; the variance is the unbiased one,
 * var * M / (M - 1) with M = N*H*W. */
static void follow(const Sweep *sweep, const Param *param, size_t first, size_t end) {
    const Op *op = &sweep->network->ops[param->op];
    const bool is_mean = param->role == PARAM_NORM_MEAN;
    const real *batch =
        is_mean ? pass_norm_mean(sweep->pass, param->op) : pass_norm_var(sweep->pass, param->op);
    double count = (double)pass_batch(sweep->pass) * op->in.h * op->in.w;
    double factor = is_mean ? 1 : count / (count - 1);
    real *running = sweep->values + param->offset;
    for (size_t c = first; c < end && pass_batch_statistics(sweep->pass); c++)
        running[c] = (real)((1 - STATISTICS_MOMENTUM) * (double)running[c] +
                            STATISTICS_MOMENTUM * (factor * (double)batch[c]));
}

/* The last parameter that does not begin behind the value; they lie in order. */
static int param_at(const Network *network, size_t value) {
    int low = 0, high = network->param_count - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (network->params[middle].offset <= value)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* Values begin .. end-1, those between parameters left out. */
static void step_values(void *context, int begin, int end, int worker) {
    const Sweep *sweep = context;
    const Network *network = sweep->network;
    (void)worker;
    for (int p = param_at(network, (size_t)begin); p < network->param_count; p++) {
        const Param *param = &network->params[p];
        size_t from = (size_t)begin > param->offset ? (size_t)begin : param->offset,
               to = param->offset + param->count;
        if (to > (size_t)end) to = (size_t)end;
        if (param->offset >= (size_t)end) return;
        if (from >= to || param->frozen) continue;
        if (param_role_learns(param->role))
            learn(sweep->values + from, sweep->gradients + from, sweep->velocity + from, to - from,
                  &sweep->rates);
        else
            follow(sweep, param, from - param->offset, to - param->offset);
    }
}

void optim_step(Network *network, const Pass *pass, real *velocity, const SgdConfig *config, double lr) {
    Sweep sweep = {.network = network,
                   .pass = pass,
                   .values = network_all_values(network),
                   .velocity = velocity,
                   .gradients = pass_param_grads(pass),
                   .rates = {.lr = (real)lr,
                             .momentum = (real)config->momentum,
                             .decay = (real)config->weight_decay,
                             .nesterov = config->nesterov}};
    parallel_parts((int)network->value_count, PART, step_values, &sweep);
}
