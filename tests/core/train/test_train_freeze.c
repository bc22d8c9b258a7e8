/* What is frozen stays, what is not learns as it would, and its gradients are those of an evaluation where all batch
 * norms are fixed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/network/freeze.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/train_site.h"

static real *copy_values(const Network *network) {
    real *copy = malloc(network->value_count * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, network_const_all_values(network), network->value_count * sizeof *copy);
    return copy;
}

/* Trains some steps with that frozen, on values that the first steps have moved away from their start. */
static Site trained(TempDir *dir, const char *patterns, real **before) {
    Error err = {0};
    Site site = site_new(dir, small_config());
    run_steps(&site, 1);
    train_free(site.trainer);
    if (patterns && !network_freeze(site.model->network, patterns, &err)) fail_msg("%s", err.text);
    TrainConfig config = small_config();
    site.trainer = train_new(site.model, site.dataset, &config, &err);
    if (!site.trainer) fail_msg("%s", err.text);
    *before = copy_values(site.model->network);
    run_steps(&site, 2);
    return site;
}

static void what_is_frozen_stays_to_the_bit_and_the_rest_moves(void **state) {
    static const char *const lists[] = {"conv1,bn1,layer1", "*.running_mean,*.running_var,fc.bias",
                                        "*.weight"};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        real *before;
        Site site = trained(*state, lists[k], &before);
        const Network *network = site.model->network;
        for (int p = 0; p < network->param_count; p++) {
            const Param *param = &network->params[p];
            bool same = memcmp(network_const_values(network, param), before + param->offset,
                               param->count * sizeof(real)) == 0;
            if (same != param->frozen) fail_msg("%s with %s frozen", param->name, lists[k]);
        }
        free(before);
        site_free(&site);
    }
}

static void nothing_frozen_is_the_usual_training(void **state) {
    real *before;
    Site a = trained(*state, NULL, &before), b = site_of(*state, small_config());
    free(before);
    for (int p = 0; p < a.model->network->param_count; p++) assert_false(a.model->network->params[p].frozen);
    run_steps(&b, 1);
    TrainConfig config = small_config();
    train_free(b.trainer);
    b.trainer = train_new(b.model, b.dataset, &config, NULL);
    run_steps(&b, 2);
    assert_same_values(&a, &b);
    site_free(&a);
    site_free(&b);
}

static Pass *run_pass(const Site *site, PassConfig config) {
    Error err = {0};
    int targets[BATCH];
    config.batch = BATCH;
    Pass *pass = pass_new(site->model->network, &config, &err);
    if (!pass) fail_msg("%s", err.text);
    for (int n = 0; n < BATCH; n++) {
        dataset_to_input(site->dataset, n, &site->model->preprocess.normalise, pass_input(pass) + n * DATASET_PIXELS);
        targets[n] = dataset_label(site->dataset, n);
    }
    pass_restart(pass, targets);
    pass_run_forward(pass);
    pass_run_backward(pass);
    return pass;
}

static const PassConfig training = {
    .batch_statistics = true, .no_input_gradient = true, .no_inspection = true, .rounds_more = true};

/* With the statistics frozen and nothing else, a training's gradients are those of the explained pass in evaluation. */
static void fixed_batch_norms_have_the_gradients_of_evaluation(void **state) {
    Site site = site_new(*state, small_config());
    Network *network = site.model->network;
    run_steps(&site, 1);
    Pass *evaluation = run_pass(&site, (PassConfig){.batch_statistics = false});
    assert_true(network_freeze(network, "*.running_mean,*.running_var", NULL));
    Pass *pass = run_pass(&site, training);
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (!param_role_learns(param->role)) continue;
        const real *a = pass_param_grads(pass) + param->offset,
                   *b = pass_param_grads(evaluation) + param->offset;
        double largest = 0, error = 0;
        for (size_t j = 0; j < param->count; j++) {
            largest = fmax(largest, fabs((double)b[j]));
            error = fmax(error, fabs((double)a[j] - (double)b[j]));
        }
        /* The training pass may take F(4x4,3x3), which is 2e-5 of the largest number off in a layer; seven follow each other. */
        if (error > 1e-4 * largest) fail_msg("%s: %g of %g", param->name, error, largest);
    }
    pass_free(pass);
    pass_free(evaluation);
    site_free(&site);
}

/* The way back ends there: nothing below is computed. */
static void what_lies_below_all_that_learns_costs_no_gradients(void **state) {
    Site site = site_new(*state, small_config());
    Network *network = site.model->network;
    Pass *whole = run_pass(&site, training);
    assert_true(network_freeze(network, "conv1,bn1.weight,bn1.bias,layer1.*.weight,layer1.*.bias", NULL));
    Pass *part = run_pass(&site, training);
    assert_true(pass_backward_done(part) < pass_backward_done(whole));
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        const real *a = pass_param_grads(part) + param->offset, *b = pass_param_grads(whole) + param->offset;
        if (!param_role_learns(param->role)) continue;
        if (!param->frozen) assert_memory_equal(a, b, param->count * sizeof *a);
        for (size_t j = 0; j < param->count && param->frozen; j++) assert_close(a[j], 0, 0);
    }
    pass_free(part);
    pass_free(whole);
    site_free(&site);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(what_is_frozen_stays_to_the_bit_and_the_rest_moves),
        IN_TEMP_DIR(nothing_frozen_is_the_usual_training),
        IN_TEMP_DIR(fixed_batch_norms_have_the_gradients_of_evaluation),
        IN_TEMP_DIR(what_lies_below_all_that_learns_costs_no_gradients),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
