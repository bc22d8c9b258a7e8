/* The optimisers against their formulas in double, and the running statistics. */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "core/train/optim.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

enum { STEPS = 3 };

/* Values near 1 and steps below them, each rounded a few times in a step. */
static const double TOLERANCE = sizeof(real) == sizeof(double) ? 1e-14 : 2e-6;

/* A network that learns, and the same numbers in double. */
typedef struct Site {
    Network *network;
    Pass *pass;
    real *velocity, *second;
    double *w, *v, *s;
} Site;

static void *numbers(size_t count, size_t size) {
    void *memory = calloc(count, size);
    assert_non_null(memory);
    return memory;
}

static Site site_new(void) {
    Site site = {.network = fixture_network(&(ResnetConfig){.arch = "resnet8"}, 2)};
    size_t count = site.network->value_count;
    site.pass = fixture_pass(site.network, &(PassConfig){.batch = 2, .batch_statistics = true}, 2);
    site.velocity = numbers(count, sizeof *site.velocity);
    site.second = numbers(count, sizeof *site.second);
    site.s = numbers(count, sizeof *site.s);
    site.w = numbers(count, sizeof *site.w);
    site.v = numbers(count, sizeof *site.v);
    for (size_t j = 0; j < count; j++) site.w[j] = (double)network_const_all_values(site.network)[j];
    pass_run_forward(site.pass);
    pass_run_backward(site.pass);
    return site;
}

static void site_free(Site *site) {
    pass_free(site->pass);
    network_free(site->network);
    free(site->velocity), free(site->second);
    free(site->w), free(site->v), free(site->s);
}

/* Mean and unbiased variance of channel c of what a batch norm read. */
static void moments_of(Tensor x, int c, double *mean, double *var) {
    size_t channels = (size_t)x.shape.c, count = shape_count(x.shape) / channels;
    double sum = 0, square = 0;
    for (size_t p = 0; p < count; p++) sum += (double)x.data[p * channels + (size_t)c];
    *mean = sum / (double)count;
    for (size_t p = 0; p < count; p++) square += pow((double)x.data[p * channels + (size_t)c] - *mean, 2);
    *var = square / (double)(count - 1);
}

static void sgd_by_hand(Site *site, size_t j, const OptimConfig *config, double lr, double g) {
    site->v[j] = config->momentum * site->v[j] + g;
    site->w[j] -= lr * (config->nesterov ? g + config->momentum * site->v[j] : site->v[j]);
}

static void adamw_by_hand(Site *site, size_t j, const OptimStep *step, double decay, double g) {
    double beta1 = step->momentum, beta2 = 0.999, number = (double)step->number;
    site->w[j] -= step->lr * decay * site->w[j];
    site->v[j] = beta1 * site->v[j] + (1 - beta1) * g;
    site->s[j] = beta2 * site->s[j] + (1 - beta2) * g * g;
    double mean = site->v[j] / (1 - pow(beta1, number)), square = site->s[j] / (1 - pow(beta2, number));
    site->w[j] -= step->lr * mean / (sqrt(square) + 1e-8);
}

/* The formulas of core/train/optim.h for one parameter that learns. */
static void learn_by_hand(Site *site, const Param *param, const OptimConfig *config, const OptimStep *step) {
    const real *gradient = pass_param_grad(site->pass, param);
    bool is_weight = param->role == PARAM_CONV_WEIGHT || param->role == PARAM_LINEAR_WEIGHT;
    double decay = config->no_decay_norm && !is_weight ? 0 : config->weight_decay;
    for (size_t k = 0; k < param->count; k++) {
        size_t j = param->offset + k;
        double g = step->gradient_scale * (double)gradient[k];
        if (config->kind == OPTIM_SGD)
            sgd_by_hand(site, j, config, step->lr, g + decay * site->w[j]);
        else
            adamw_by_hand(site, j, step, decay, g);
    }
}

/* And for running statistics. */
static void follow_by_hand(Site *site, const Param *param) {
    Tensor x = pass_act(site->pass, site->network->ops[param->op].inputs[0]);
    for (size_t c = 0; c < param->count; c++) {
        double mean, var, *running = &site->w[param->offset + c];
        moments_of(x, (int)c, &mean, &var);
        *running = 0.9 * *running + 0.1 * (param->role == PARAM_NORM_MEAN ? mean : var);
    }
}

static void step_by_hand(Site *site, const OptimConfig *config, const OptimStep *step) {
    for (int p = 0; p < site->network->param_count; p++) {
        const Param *param = &site->network->params[p];
        if (param_role_learns(param->role))
            learn_by_hand(site, param, config, step);
        else
            follow_by_hand(site, param);
    }
}

/* The batch's moments are sums in float over stretches of 64 pixels. */
static void assert_as_by_hand(const Site *site) {
    for (size_t j = 0; j < site->network->value_count; j++) {
        assert_close(network_const_all_values(site->network)[j], site->w[j],
                     TOLERANCE * (1 + fabs(site->w[j])));
        assert_close(site->velocity[j], site->v[j], TOLERANCE * (1 + fabs(site->v[j])));
    }
}

/* What core/train/train makes of it in step `number`. */
static OptimStep step_of(const OptimConfig *config, double lr, long number) {
    return (OptimStep){.lr = lr, .momentum = config->momentum, .gradient_scale = 1, .number = number};
}

static void take_step(Site *site, const OptimConfig *config, const OptimStep *step) {
    optim_step(site->network, site->pass, (OptimState){site->velocity, site->second}, config, step);
}

/* Every step with the same gradients, the learning rate halved each time: it must stay outside of the
 * velocity. */
static void assert_steps(OptimConfig config) {
    Site site = site_new();
    double lr = 0.2;
    for (int k = 0; k < STEPS; k++, lr /= 2) {
        OptimStep step = step_of(&config, lr, k + 1);
        take_step(&site, &config, &step);
        step_by_hand(&site, &config, &step);
        assert_as_by_hand(&site);
    }
    site_free(&site);
}

static void without_momentum_a_step_follows_the_gradient(void **state) {
    (void)state;
    assert_steps((OptimConfig){0});
}

static void momentum_keeps_a_share_of_the_velocity(void **state) {
    (void)state;
    assert_steps((OptimConfig){.momentum = 0.9});
}

static void nesterov_looks_one_step_ahead(void **state) {
    (void)state;
    assert_steps((OptimConfig){.momentum = 0.9, .nesterov = true});
}

static void weight_decay_pulls_on_every_learnable_parameter(void **state) {
    (void)state;
    assert_steps((OptimConfig){.weight_decay = 0.1});
    assert_steps((OptimConfig){.momentum = 0.9, .weight_decay = 0.1, .nesterov = true});
}

static void weight_decay_can_leave_batch_norm_and_biases_out(void **state) {
    (void)state;
    assert_steps((OptimConfig){.momentum = 0.9, .weight_decay = 0.1, .no_decay_norm = true});
    assert_steps(
        (OptimConfig){.kind = OPTIM_ADAMW, .momentum = 0.9, .weight_decay = 0.1, .no_decay_norm = true});
}

static void adamw_steps_by_the_sign_at_first_and_decays_apart_from_the_gradient(void **state) {
    (void)state;
    assert_steps((OptimConfig){.kind = OPTIM_ADAMW, .momentum = 0.9, .weight_decay = 0.1});
    assert_steps((OptimConfig){.kind = OPTIM_ADAMW, .momentum = 0.85});
}

/* w = 1, g = 2, wd = 0.5, lr = 0.1. Step 1: w = 0.95, both means are corrected to g and g*g: w = 0.95 - 0.1 = 0.85.
 * Step 2 with the same gradient: w = 0.85 * 0.95 - 0.1 = 0.7075. */
static void two_steps_of_adamw_come_to_the_numbers_on_paper(void **state) {
    (void)state;
    static const double expected[2] = {0.85, 0.7075};
    Site site = site_new();
    const Param *bias = network_find_param(site.network, "fc.bias");
    OptimConfig config = {.kind = OPTIM_ADAMW, .momentum = 0.9, .weight_decay = 0.5};
    real *w = network_values(site.network, bias);
    *w = 1;
    ((real *)pass_param_grad(site.pass, bias))[0] = 2;
    for (int k = 0; k < 2; k++) {
        OptimStep step = step_of(&config, 0.1, k + 1);
        take_step(&site, &config, &step);
        assert_close(*w, expected[k], 1e-8 + TOLERANCE); /* epsilon is 1e-8 */
    }
    site_free(&site);
}

/* The norm by a plain loop in double; each of its squares is exact in double, sums of 80,000 round by 1e-13. */
static void gradients_are_clipped_by_their_norm_over_all_that_learns(void **state) {
    (void)state;
    Site site = site_new();
    double square = 0;
    for (int p = 0; p < site.network->param_count; p++) {
        const Param *param = &site.network->params[p];
        const real *gradient = pass_param_grad(site.pass, param);
        for (size_t j = 0; gradient && j < param->count; j++)
            square += (double)gradient[j] * (double)gradient[j];
    }
    double norm = optim_gradient_norm(site.network, site.pass);
    assert_close(norm, sqrt(square), 1e-12 * norm);
    assert_close(optim_clip_scale(4, 8), 1, 0);
    assert_close(optim_clip_scale(4, 1), 0.25, 1e-7); /* PyTorch adds 1e-6 to the norm */
    OptimConfig config = {.momentum = 0.9, .weight_decay = 0.1};
    OptimStep step = step_of(&config, 0.1, 1);
    step.gradient_scale = optim_clip_scale(norm, norm / 3);
    take_step(&site, &config, &step);
    step_by_hand(&site, &config, &step);
    assert_as_by_hand(&site);
    site_free(&site);
}

/* Three numbers by hand, without the loop above: w = 1, g = 2, wd = 0.5, m = 0.9, lr = 0.1.
 *   step 1: g' = 2.5, v = 2.5, w = 0.75            nesterov: w = 1 - 0.1 * (2.5 + 2.25) = 0.525
 *   step 2: g' = 2.375, v = 4.625, w = 0.2875      nesterov: g' = 2.2625, v = 4.5125, w = -0.107375 */
static void two_steps_come_to_the_numbers_on_paper(void **state) {
    (void)state;
    static const double expected[2][2] = {{0.75, 0.2875}, {0.525, -0.107375}};
    for (int nesterov = 0; nesterov < 2; nesterov++) {
        Site site = site_new();
        const Param *bias = network_find_param(site.network, "fc.bias");
        OptimConfig config = {.momentum = 0.9, .weight_decay = 0.5, .nesterov = nesterov == 1};
        real *w = network_values(site.network, bias);
        *w = 1;
        ((real *)pass_param_grad(site.pass, bias))[0] = 2;
        for (int k = 0; k < 2; k++) {
            OptimStep step = step_of(&config, 0.1, k + 1);
            take_step(&site, &config, &step);
            assert_close(*w, expected[nesterov][k], TOLERANCE);
        }
        site_free(&site);
    }
}

static void every_parameter_moves_and_running_statistics_a_tenth(void **state) {
    (void)state;
    Site site = site_new();
    OptimConfig config = {.momentum = 0.9, .weight_decay = 0.1};
    OptimStep step = step_of(&config, 0.1, 1);
    take_step(&site, &config, &step);
    for (int p = 0; p < site.network->param_count; p++) {
        const Param *param = &site.network->params[p];
        const real *now = network_const_all_values(site.network) + param->offset;
        bool moved = false, faster = false;
        for (size_t j = 0; j < param->count; j++) {
            moved = moved || (double)now[j] != site.w[param->offset + j];
            faster = faster || site.velocity[param->offset + j] != 0;
        }
        assert_true(moved);
        assert_int_equal(faster, param_role_learns(param->role));
    }
    step_by_hand(&site, &config, &step);
    assert_as_by_hand(&site);
    site_free(&site);
}

/* In evaluation nothing of this batch was used. */
static void without_batch_statistics_the_running_ones_stay(void **state) {
    (void)state;
    Site site = site_new();
    pass_free(site.pass);
    site.pass = fixture_pass(site.network, &(PassConfig){.batch = 2}, 2);
    pass_run_forward(site.pass);
    pass_run_backward(site.pass);
    OptimConfig config = {.momentum = 0.9};
    OptimStep step = step_of(&config, 0.1, 1);
    take_step(&site, &config, &step);
    for (int p = 0; p < site.network->param_count; p++) {
        const Param *param = &site.network->params[p];
        for (size_t j = 0; !param_role_learns(param->role) && j < param->count; j++)
            assert_close(network_const_all_values(site.network)[param->offset + j], site.w[param->offset + j],
                         0);
    }
    site_free(&site);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_momentum_a_step_follows_the_gradient),
        cmocka_unit_test(momentum_keeps_a_share_of_the_velocity),
        cmocka_unit_test(nesterov_looks_one_step_ahead),
        cmocka_unit_test(weight_decay_pulls_on_every_learnable_parameter),
        cmocka_unit_test(weight_decay_can_leave_batch_norm_and_biases_out),
        cmocka_unit_test(adamw_steps_by_the_sign_at_first_and_decays_apart_from_the_gradient),
        cmocka_unit_test(two_steps_of_adamw_come_to_the_numbers_on_paper),
        cmocka_unit_test(gradients_are_clipped_by_their_norm_over_all_that_learns),
        cmocka_unit_test(two_steps_come_to_the_numbers_on_paper),
        cmocka_unit_test(every_parameter_moves_and_running_statistics_a_tenth),
        cmocka_unit_test(without_batch_statistics_the_running_ones_stay),
    };
    gemm_init();
    parallel_set_threads(2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
