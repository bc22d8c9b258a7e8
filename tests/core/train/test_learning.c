/* Learning against PyTorch: all values of a network, running statistics included, after one step and after ten, with
 * the recipe of tests/reference/make_golden.py. */
#include <stdlib.h>

#include "core/train/optim.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/golden.h"

/* Largest |difference| from PyTorch's float64, relative to the largest magnitude in the same tensor. A step moves a
 * weight by a hundredth of a gradient that is right to 1e-5 or so; what it leaves behind grows tenfold in a few steps,
 * since every later gradient is taken somewhere else. */
static const double FIRST_TOLERANCE = sizeof(real) == sizeof(double) ? 1e-12 : 1e-5;
static const double LAST_TOLERANCE = sizeof(real) == sizeof(double) ? 1e-10 : 1e-3;

enum { LAST_STEP = 10 };

/* As make_golden.py's SGD. */
static const SgdConfig SGD = {.momentum = 0.9, .weight_decay = 5e-4, .nesterov = true};
static const double RATE = 0.01;

typedef struct Learner {
    Golden golden;
    Network *network;
    Pass *pass;
    real *velocity;
} Learner;

static Learner learner_new(void) {
    Learner l = {.golden = golden_load("tests/golden/numbers/resnet20_optiona_train_batch4_step1.golden")};
    PassConfig config = l.golden.pass;
    l.network = fixture_network(&l.golden.resnet, l.golden.salt);
    config.no_input_gradient = config.no_inspection = config.rounds_more = true;
    l.pass = fixture_pass(l.network, &config, l.golden.salt);
    l.velocity = calloc(l.network->value_count, sizeof *l.velocity);
    assert_non_null(l.velocity);
    return l;
}

static void learner_free(Learner *l) {
    pass_free(l->pass);
    network_free(l->network);
    golden_free(&l->golden);
    free(l->velocity);
}

static void learn(Learner *l, int steps) {
    for (int step = 0; step < steps; step++) {
        pass_restart(l->pass, l->golden.targets);
        pass_run_forward(l->pass);
        pass_run_backward(l->pass);
        optim_step(l->network, l->pass, l->velocity, &SGD, RATE);
    }
}

/* Value `at` of file order, (K,C,R,S) for the weights of a convolution, which lie as (R,S,C,K). */
static double value_at(const Network *network, const Param *param, size_t at) {
    size_t memory = at;
    if (param->role == PARAM_CONV_WEIGHT) {
        size_t taps = (size_t)(param->dims[2] * param->dims[3]), c_count = (size_t)param->dims[1];
        size_t tap = at % taps, c = at / taps % c_count, k = at / taps / c_count;
        memory = (tap * c_count + c) * (size_t)param->dims[0] + k;
    }
    return (double)network_const_values(network, param)[memory];
}

static void check_record(const Learner *l, const GoldenRecord *record, double tolerance) {
    const Param *param = network_find_param(l->network, record->name);
    if (!param) fail_msg("the network has no parameter %s", record->name);
    assert_int_equal(param->count, record->count);
    double square = 0, projection = 0, root = sqrt((double)record->count);
    uint64_t signs = golden_sign_seed(record);
    for (size_t at = 0; at < record->count; at++) {
        double value = value_at(l->network, param, at);
        square += value * value;
        projection += fixture_hash(signs, at) >> 63 ? -value : value;
    }
    for (int s = 0; s < record->sample_count; s++)
        assert_close(value_at(l->network, param, golden_sample_position(record, s)), record->samples[s],
                     tolerance * record->max);
    assert_close(sqrt(square), record->l2, tolerance * record->max * root);
    assert_close(projection, record->projection, tolerance * record->max * root);
}

static void check_values(const Learner *l, const Golden *golden, double tolerance) {
    assert_int_equal(golden->record_count, l->network->param_count);
    for (int k = 0; k < golden->record_count; k++) check_record(l, &golden->records[k], tolerance);
}

static void learning_is_pytorchs(void **state) {
    (void)state;
    Learner l = learner_new();
    Golden last = golden_load("tests/golden/numbers/resnet20_optiona_train_batch4_step10.golden");
    learn(&l, 1);
    check_values(&l, &l.golden, FIRST_TOLERANCE);
    learn(&l, LAST_STEP - 1);
    check_values(&l, &last, LAST_TOLERANCE);
    golden_free(&last);
    learner_free(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(learning_is_pytorchs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
