#include "core/train/optim.h"

#include <math.h>

#include "core/base/cpu.h"
#include "core/base/parallel.h"

static const double STATISTICS_MOMENTUM = 0.1;

static const double ADAM_BETA2 = 0.999, ADAM_EPSILON = 1e-8;

/* Values that are stepped in one go: with gradient and velocity they fit into a second-level cache. */
enum { PART = 1 << 14 };

/* Each rounded as the values are. */
typedef struct Rates {
    real scale, lr, momentum, decay;
    bool nesterov;
    /* AdamW: what is left of a value after its decay, 1 - beta1, beta2, 1 - beta2, lr / (1 - beta1^number),
     * sqrt(1 - beta2^number). */
    real keep, enter, second_keep, second_enter, step, correction, epsilon;
} Rates;

typedef struct Sweep {
    const Network *network;
    const Pass *pass;
    real *values;
    const real *gradients;
    OptimState state;
    const OptimConfig *config;
    Rates rates, without_decay;
} Sweep;

/* `count` elements:
 *   g = scale * gradient + weight_decay * w     velocity = momentum * velocity + g
 *   w -= lr * velocity, or with Nesterov  w -= lr * (g + momentum * velocity) */
CPU_CLONES static void learn(real *restrict w, const real *restrict gradient, real *restrict velocity,
                             size_t count, const Rates *rates) {
    const Rates r = *rates;
    for (size_t j = 0; j < count; j++) {
        real g = r.scale * gradient[j] + r.decay * w[j];
        velocity[j] = r.momentum * velocity[j] + g;
        w[j] -= r.lr * (r.nesterov ? g + r.momentum * velocity[j] : velocity[j]);
    }
}

static inline real root_of(real x) {
    return sizeof(real) == sizeof(double) ? (real)sqrt((double)x) : (real)sqrtf((float)x);
}

/* `count` elements, with g = scale * gradient:
 *   w = keep * w     first += enter * (g - first)     second = second_keep * second + second_enter * g * g
 *   w -= step * first / (sqrt(second) / correction + epsilon) */
CPU_CLONES static void learn_adamw(real *restrict w, const real *restrict gradient, const OptimState *state,
                                   size_t count, const Rates *rates) {
    const Rates r = *rates;
    real *restrict first = state->first, *restrict second = state->second;
    for (size_t j = 0; j < count; j++) {
        real g = r.scale * gradient[j];
        first[j] += r.enter * (g - first[j]);
        second[j] = r.second_keep * second[j] + r.second_enter * (g * g);
        w[j] = r.keep * w[j] - r.step * first[j] / (root_of(second[j]) / r.correction + r.epsilon);
    }
}

static void learn_values(const Sweep *sweep, ParamRole role, size_t from, size_t count) {
    bool is_weight = role == PARAM_CONV_WEIGHT || role == PARAM_LINEAR_WEIGHT;
    const Rates *rates = sweep->config->no_decay_norm && !is_weight ? &sweep->without_decay : &sweep->rates;
    OptimState state = {sweep->state.first + from, NULL};
    real *w = sweep->values + from;
    if (sweep->config->kind == OPTIM_SGD) {
        learn(w, sweep->gradients + from, state.first, count, rates);
        return;
    }
    state.second = sweep->state.second + from;
    learn_adamw(w, sweep->gradients + from, &state, count, rates);
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
            learn_values(sweep, param->role, from, to - from);
        else
            follow(sweep, param, from - param->offset, to - param->offset);
    }
}

static Rates rates_of(const OptimConfig *config, const OptimStep *step, double decay) {
    double number = (double)step->number;
    return (Rates){.scale = (real)step->gradient_scale,
                   .lr = (real)step->lr,
                   .momentum = (real)step->momentum,
                   .decay = (real)decay,
                   .nesterov = config->nesterov,
                   .keep = (real)(1 - step->lr * decay),
                   .enter = (real)(1 - step->momentum),
                   .second_keep = (real)ADAM_BETA2,
                   .second_enter = (real)(1 - ADAM_BETA2),
                   .step = (real)(step->lr / (1 - pow(step->momentum, number))),
                   .correction = (real)sqrt(1 - pow(ADAM_BETA2, number)),
                   .epsilon = (real)ADAM_EPSILON};
}

void optim_step(Network *network, const Pass *pass, OptimState state, const OptimConfig *config,
                const OptimStep *step) {
    Sweep sweep = {.network = network,
                   .pass = pass,
                   .values = network_all_values(network),
                   .gradients = pass_param_grads(pass),
                   .state = state,
                   .config = config,
                   .rates = rates_of(config, step, config->weight_decay),
                   .without_decay = rates_of(config, step, 0)};
    parallel_parts((int)network->value_count, PART, step_values, &sweep);
}

double optim_gradient_norm(const Network *network, const Pass *pass) {
    double square = 0;
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (!param_role_learns(param->role) || param->frozen) continue;
        const real *gradient = pass_param_grads(pass) + param->offset;
        square += tensor_dot(gradient, gradient, param->count);
    }
    return sqrt(square);
}

double optim_clip_scale(double norm, double limit) {
    return fmin(1, limit / (norm + 1e-6));
}
