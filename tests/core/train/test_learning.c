/* Learning against PyTorch: all values of a network, running statistics included, after one step and after ten, with
 * each setting of tests/reference/settings.py. */
#include <stdio.h>
#include <stdlib.h>

#include "core/train/depth.h"
#include "core/train/ema.h"
#include "core/train/optim.h"
#include "core/train/schedule.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/golden.h"

/* Largest |difference| from PyTorch's float64, relative to the largest magnitude in the same tensor. A step moves a
 * weight by a hundredth of a gradient that is right to 1e-5 or so; what it leaves behind grows tenfold in a few steps,
 * since every later gradient is taken somewhere else. */
static const double FIRST_TOLERANCE = sizeof(real) == sizeof(double) ? 1e-12 : 1e-5;
static const double LAST_TOLERANCE = sizeof(real) == sizeof(double) ? 1e-10 : 1e-3;

enum { LAST_STEP = 10, BLOCKS_MAX = 9 };

#define GOLDEN_NAME "tests/golden/numbers/%s_optiona_train_batch4%s_step%d.golden"

typedef struct Setting {
    const char *arch, *name; /* of the golden file; "" or "_NAME" */
    OptimConfig optim;
    double lr, label_smoothing, clip, ema, drop;
    bool one_cycle;
} Setting;

#define SGD                                                                                                  \
    { .momentum = 0.9, .weight_decay = 5e-4, .nesterov = true }
static const Setting SETTINGS[] = {
    {.arch = "resnet20", .name = "", .optim = SGD, .lr = 0.01},
    {.arch = "resnet8", .name = "_classical", .optim = {.momentum = 0.9, .weight_decay = 5e-4}, .lr = 0.01},
    {.arch = "resnet8",
     .name = "_adamw",
     .optim = {.kind = OPTIM_ADAMW, .momentum = 0.9, .weight_decay = 1},
     .lr = 1e-4},
    {.arch = "resnet8",
     .name = "_no_decay_norm",
     .optim = {.momentum = 0.9, .weight_decay = 0.5, .nesterov = true, .no_decay_norm = true},
     .lr = 0.01},
    {.arch = "resnet8", .name = "_one_cycle", .optim = SGD, .lr = 0.01, .one_cycle = true},
    {.arch = "resnet8", .name = "_label_smoothing", .optim = SGD, .lr = 0.01, .label_smoothing = 0.1},
    {.arch = "resnet8", .name = "_clip", .optim = SGD, .lr = 0.01, .clip = 0.5},
    {.arch = "resnet8", .name = "_ema", .optim = SGD, .lr = 0.01, .ema = 0.9},
    {.arch = "resnet20", .name = "_stochastic_depth", .optim = SGD, .lr = 0.01, .drop = 0.5},
};

typedef struct Learner {
    const Setting *setting;
    Golden golden;
    Network *network;
    Pass *pass;
    OptimState state;
    real *average;
} Learner;

static Golden load(const Setting *setting, int step) {
    char path[160];
    snprintf(path, sizeof path, GOLDEN_NAME, setting->arch, setting->name, step);
    return golden_load(path);
}

static real *zeros(const Network *network) {
    real *values = calloc(network->value_count, sizeof *values);
    assert_non_null(values);
    return values;
}

static Learner learner_new(const Setting *setting) {
    Learner l = {.setting = setting, .golden = load(setting, 1)};
    PassConfig config = l.golden.pass;
    l.network = fixture_network(&l.golden.resnet, l.golden.salt);
    config.no_input_gradient = config.no_inspection = config.rounds_more = true;
    config.label_smoothing = setting->label_smoothing;
    l.pass = fixture_pass(l.network, &config, l.golden.salt);
    l.state = (OptimState){zeros(l.network), zeros(l.network)};
    l.average = zeros(l.network);
    return l;
}

static void learner_free(Learner *l) {
    pass_free(l->pass);
    network_free(l->network);
    golden_free(&l->golden);
    free(l->state.first), free(l->state.second);
    free(l->average);
}

static OptimStep step_of(const Learner *l, int step) {
    const Setting *setting = l->setting;
    Schedule cycle = {
        .kind = SCHEDULE_ONE_CYCLE, .peak = setting->lr, .steps = LAST_STEP, .steps_per_epoch = 1};
    OptimStep out = {
        .lr = setting->lr, .momentum = setting->optim.momentum, .gradient_scale = 1, .number = step + 1};
    if (setting->one_cycle) {
        out.lr = schedule_rate(&cycle, step);
        out.momentum = schedule_cycled_momentum(&cycle, step);
    }
    if (setting->clip > 0)
        out.gradient_scale = optim_clip_scale(optim_gradient_norm(l->network, l->pass), setting->clip);
    return out;
}

/* Steps first .. end-1, counted from 0. */
static void learn(Learner *l, int first, int end) {
    const Setting *setting = l->setting;
    real scales[BLOCKS_MAX];
    for (int step = first; step < end; step++) {
        if (setting->drop > 0) {
            depth_choose(l->network, (DepthChoice){.drop = setting->drop, .step = step}, scales);
            pass_set_branch_scales(l->pass, scales);
        }
        pass_restart(l->pass, l->golden.targets);
        pass_run_forward(l->pass);
        pass_run_backward(l->pass);
        OptimStep taken = step_of(l, step);
        optim_step(l->network, l->pass, l->state, &setting->optim, &taken);
        if (setting->ema > 0) ema_follow(l->average, l->network, setting->ema, step + 1);
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

/* What is judged is the average, where there is one. */
static void exchange(Learner *l) {
    if (l->setting->ema > 0) ema_exchange(l->average, l->network);
}

static void learning_is_pytorchs(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof SETTINGS / sizeof SETTINGS[0]; k++) {
        Learner l = learner_new(&SETTINGS[k]);
        Golden last = load(&SETTINGS[k], LAST_STEP);
        subject_note(SUBJECT_NETWORK, "%s%s", SETTINGS[k].arch, SETTINGS[k].name);
        learn(&l, 0, 1);
        exchange(&l);
        check_values(&l, &l.golden, FIRST_TOLERANCE);
        exchange(&l);
        learn(&l, 1, LAST_STEP);
        exchange(&l);
        check_values(&l, &last, LAST_TOLERANCE);
        golden_free(&last);
        learner_free(&l);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(learning_is_pytorchs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
