/* Every operator's backward pass, and whole networks, against central differences.
 *
 * The judge is the double engine (build/double), where differences are exact to about eight digits. In the
 * float engine the same checks run with a wide step and a tolerance that catches a wrong formula, not a wrong
 * digit. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/gradient_check.h"

static const bool IS_DOUBLE = sizeof(real) == sizeof(double);

/* Double: the error of a central difference is step^2 by curvature plus 1e-16/step by rounding, both below
 * 1e-9 here; the operators' values are of order 1. Float: rounding of 1e-7 of each output over a step of
 * 2e-2. */
static const double STEP = sizeof(real) == sizeof(double) ? 1e-5 : 1e-2;
static const double TOLERANCE = sizeof(real) == sizeof(double) ? 1e-8 : 1e-2;

static void assert_gradients(OpFixture *fixture) {
    GradientError error = gradient_check_op(fixture, STEP);
    op_fixture_free(fixture);
    if (!(error.worst <= TOLERANCE))
        fail_msg("%s: error %.3g in %s, tolerance %g", fixture->spec->name, error.worst, error.where,
                 TOLERANCE);
}

static void assert_gradients_of(OpFixtureConfig config) {
    OpFixture fixture = op_fixture_new(&config);
    assert_gradients(&fixture);
}

static Op window(OpKind kind, int channels, int kernel, int stride, int pad) {
    return (Op){.kind = kind,
                .channels = channels,
                .kernel_h = kernel,
                .kernel_w = kernel,
                .stride = stride,
                .pad = pad};
}

static void assert_conv(Op op, Shape x, int batch) {
    assert_gradients_of((OpFixtureConfig){.op = op, .x = {x}, .batch = batch});
    assert_gradients_of((OpFixtureConfig){.op = op, .x = {x}, .batch = batch, .dx_adds = true});
}

/* Below and above the 1024 pixels at which core/conv changes how it shares the work. */
static void convolution_3x3_passes_on_few_and_many_pixels(void **state) {
    (void)state;
    assert_conv(window(OP_CONV2D, 6, 3, 1, 1), (Shape){1, 5, 7, 7}, 2);
    assert_conv(window(OP_CONV2D, 6, 3, 1, 1), (Shape){1, 5, 37, 33}, 1);
    assert_conv(window(OP_CONV2D, 20, 3, 1, 1), (Shape){1, 17, 9, 9}, 3);
    assert_conv(window(OP_CONV2D, 3, 3, 1, 0), (Shape){1, 2, 40, 40}, 1);
}

static void convolution_3x3_stride_2_passes_on_even_and_odd_sizes(void **state) {
    (void)state;
    assert_conv(window(OP_CONV2D, 4, 3, 2, 1), (Shape){1, 3, 8, 8}, 2);
    assert_conv(window(OP_CONV2D, 4, 3, 2, 1), (Shape){1, 3, 9, 7}, 1);
    assert_conv(window(OP_CONV2D, 4, 3, 2, 1), (Shape){1, 3, 65, 66}, 2);
}

static void convolution_1x1_passes_with_and_without_stride(void **state) {
    (void)state;
    assert_conv(window(OP_CONV2D, 20, 1, 1, 0), (Shape){1, 33, 7, 7}, 1);
    assert_conv(window(OP_CONV2D, 5, 1, 1, 0), (Shape){1, 7, 33, 32}, 1);
    assert_conv(window(OP_CONV2D, 9, 1, 2, 0), (Shape){1, 6, 8, 7}, 2);
    assert_conv(window(OP_CONV2D, 9, 1, 2, 0), (Shape){1, 4, 64, 66}, 2);
}

static void convolution_7x7_stride_2_passes(void **state) {
    (void)state;
    assert_conv(window(OP_CONV2D, 8, 7, 2, 3), (Shape){1, 3, 21, 20}, 1);
    assert_conv(window(OP_CONV2D, 8, 7, 2, 3), (Shape){1, 3, 70, 68}, 1);
}

/* Shapes of the direct kernels (float only): 16, 32 and 48 channels, several images and one. */
static void convolution_of_cifar_layers_passes(void **state) {
    (void)state;
    assert_conv(window(OP_CONV2D, 16, 3, 1, 1), (Shape){1, 16, 32, 32}, 1);
    assert_conv(window(OP_CONV2D, 32, 3, 1, 1), (Shape){1, 32, 16, 16}, 5);
    assert_conv(window(OP_CONV2D, 48, 3, 1, 1), (Shape){1, 16, 24, 16}, 3);
}

static void convolution_with_odd_windows_passes(void **state) {
    (void)state;
    Op tall = {.kind = OP_CONV2D, .channels = 3, .kernel_h = 3, .kernel_w = 2, .stride = 1, .pad = 1};
    assert_conv(tall, (Shape){1, 4, 6, 5}, 2);
    assert_conv(tall, (Shape){1, 2, 40, 41}, 1);
    assert_conv(window(OP_CONV2D, 3, 2, 3, 0), (Shape){1, 4, 10, 9}, 2);
    assert_conv(window(OP_CONV2D, 2, 5, 1, 2), (Shape){1, 1, 34, 34}, 1);
}

static void batch_norm_passes_in_evaluation(void **state) {
    (void)state;
    const OpFixtureConfig config = {.op = {.kind = OP_BATCH_NORM}, .x = {{1, 7, 9, 11}}, .batch = 3};
    assert_gradients_of(config);
}

static void batch_norm_passes_in_training_because_the_batch_is_coupled(void **state) {
    (void)state;
    OpFixtureConfig config = {
        .op = {.kind = OP_BATCH_NORM}, .x = {{1, 7, 9, 11}}, .batch = 3, .batch_statistics = true};
    assert_gradients_of(config);
    config.dx_adds = true;
    assert_gradients_of(config);
    config.x[0] = (Shape){1, 19, 1, 1};
    assert_gradients_of(config);
    config.x[0] = (Shape){1, 3, 28, 28};
    assert_gradients_of(config);
}

static void relu_passes_away_from_its_kink(void **state) {
    (void)state;
    const OpFixtureConfig config = {
        .op = {.kind = OP_RELU}, .x = {{1, 5, 40, 30}}, .batch = 2, .dx_adds = true};
    OpFixture fixture = op_fixture_new(&config);
    for (size_t j = 0; j < fixture.x_count[0]; j++) fixture.x[0][j] += fixture.x[0][j] > 0 ? 0.1f : -0.1f;
    assert_gradients(&fixture);
}

/* Values a tenth apart: no step changes which of them is largest. */
static void separate(OpFixture *fixture) {
    Rng rng;
    rng_init(&rng, 7);
    int count = (int)fixture->x_count[0], *ranks = calloc((size_t)count, sizeof *ranks);
    for (int j = 0; j < count; j++) ranks[j] = j;
    rng_shuffle(&rng, ranks, count);
    for (int j = 0; j < count; j++) fixture->x[0][j] = (real)(0.1 * (ranks[j] - count / 2));
    free(ranks);
}

static void assert_max_pool(Op op, Shape x, bool adds) {
    const OpFixtureConfig config = {.op = op, .x = {x}, .batch = 2, .dx_adds = adds};
    OpFixture fixture = op_fixture_new(&config);
    separate(&fixture);
    assert_gradients(&fixture);
}

static void max_pool_passes_with_overlap_padding_and_negative_values(void **state) {
    (void)state;
    assert_max_pool(window(OP_MAX_POOL, 0, 3, 2, 1), (Shape){1, 4, 8, 9}, false);
    assert_max_pool(window(OP_MAX_POOL, 0, 3, 2, 1), (Shape){1, 2, 7, 12}, true);
    assert_max_pool(window(OP_MAX_POOL, 0, 2, 2, 0), (Shape){1, 3, 6, 6}, false);
}

/* The gates of both directions move together, except in cut, which is no derivative. */
static void add_passes_with_every_gate(void **state) {
    (void)state;
    static const AddGates gates[4] = {{true, true, true, true, 0},
                                      {true, false, true, false, 0},
                                      {false, true, false, true, 0},
                                      {true, true, true, true, (real)1.25}};
    for (int k = 0; k < 4; k++)
        for (int adds = 0; adds < 2; adds++)
            assert_gradients_of((OpFixtureConfig){.op = {.kind = OP_ADD},
                                                  .x = {{1, 3, 5, 4}, {1, 3, 5, 4}},
                                                  .batch = 2,
                                                  .gates = &gates[k],
                                                  .dx_adds = adds == 1});
}

static void option_a_shortcut_passes_on_even_and_odd_sizes(void **state) {
    (void)state;
    assert_gradients_of((OpFixtureConfig){
        .op = {.kind = OP_SHORTCUT_A, .channels = 12, .stride = 2}, .x = {{1, 6, 8, 8}}, .batch = 2});
    assert_gradients_of((OpFixtureConfig){
        .op = {.kind = OP_SHORTCUT_A, .channels = 8, .stride = 2}, .x = {{1, 4, 7, 9}}, .dx_adds = true});
}

static void average_pool_passes(void **state) {
    (void)state;
    assert_gradients_of((OpFixtureConfig){.op = {.kind = OP_AVG_POOL}, .x = {{1, 9, 7, 5}}, .batch = 3});
    assert_gradients_of((OpFixtureConfig){.op = {.kind = OP_AVG_POOL}, .x = {{1, 3, 8, 8}}, .dx_adds = true});
}

static void linear_layer_passes(void **state) {
    (void)state;
    const Op op = {.kind = OP_LINEAR, .channels = 130};
    assert_gradients_of((OpFixtureConfig){.op = op, .x = {{1, 33, 1, 1}}, .batch = 3});
    assert_gradients_of((OpFixtureConfig){.op = op, .x = {{1, 5, 1, 1}}, .dx_adds = true});
}

static void cross_entropy_passes(void **state) {
    (void)state;
    const OpFixtureConfig config = {.op = {.kind = OP_CROSS_ENTROPY}, .x = {{1, 11, 1, 1}}, .batch = 4};
    OpFixture fixture = op_fixture_new(&config);
    for (size_t j = 0; j < fixture.x_count[0]; j++) fixture.x[0][j] *= 3;
    assert_gradients(&fixture);
}

/* The evaluation formula in training: mean and variance taken for constants. */
static void backward_without_coupling(const OpRun *run) {
    OpRun uncoupled = *run;
    uncoupled.batch_statistics = false;
    op_spec(OP_BATCH_NORM)->backward(&uncoupled);
}

static void backward_with_one_wrong_element(const OpRun *run) {
    op_spec(OP_CONV2D)->backward(run);
    run->dx[0][17] *= (real)1.001;
}

static void backward_without_one_weight(const OpRun *run) {
    op_spec(OP_CONV2D)->backward(run);
    run->dw[0][3] = 0;
}

static double error_with(OpFixtureConfig config, void (*backward)(const OpRun *run)) {
    OpFixture fixture = op_fixture_new(&config);
    OpSpec broken = *fixture.spec;
    broken.backward = backward;
    fixture.spec = &broken;
    GradientError error = gradient_check_op(&fixture, STEP);
    op_fixture_free(&fixture);
    return error.worst;
}

static void the_check_fails_when_batch_norm_forgets_the_coupling(void **state) {
    (void)state;
    const OpFixtureConfig config = {
        .op = {.kind = OP_BATCH_NORM}, .x = {{1, 4, 3, 3}}, .batch = 2, .batch_statistics = true};
    assert_true(error_with(config, backward_without_coupling) > 5 * TOLERANCE);
}

static void the_check_fails_when_one_element_is_wrong(void **state) {
    (void)state;
    if (!IS_DOUBLE) skip(); /* float differences cannot see a thousandth of one element */
    const OpFixtureConfig config = {.op = window(OP_CONV2D, 4, 3, 1, 1), .x = {{1, 3, 6, 6}}, .batch = 2};
    assert_true(error_with(config, backward_with_one_wrong_element) > 100 * TOLERANCE);
    assert_true(error_with(config, backward_without_one_weight) > 1e5 * TOLERANCE);
}

/* --- whole networks --- */

/* A network and a direction for all of its parameters or for its input. */
typedef struct Whole {
    Network *network;
    Pass *pass;
    real *values; /* what moves */
    double *base, *direction;
    size_t count;
} Whole;

static double loss_at(Whole *w, double t) {
    for (size_t j = 0; j < w->count; j++) w->values[j] = (real)(w->base[j] + t * w->direction[j]);
    int targets[4];
    for (int n = 0; n < pass_batch(w->pass); n++) targets[n] = fixture_target(n, w->network->classes);
    pass_restart(w->pass, targets);
    pass_run_forward(w->pass);
    return pass_loss(w->pass);
}

/* Along directions of length 1: so near that hardly any of the 200,000 ReLU inputs changes its sign on the
 * way. A loss of about 2 is rounded to 4e-16, which leaves an uncertainty of 4e-9 in the quotient. */
static const double WHOLE_STEP = 1e-7, WHOLE_ROUNDING = 4e-9;

static void assert_directional_derivative(Whole *w, const real *gradient, const char *what) {
    w->base = calloc(w->count, sizeof *w->base);
    double expected = 0;
    for (size_t j = 0; j < w->count; j++) {
        w->base[j] = (double)w->values[j];
        expected += (double)gradient[j] * w->direction[j];
    }
    double difference = (loss_at(w, WHOLE_STEP) - loss_at(w, -WHOLE_STEP)) / (2 * WHOLE_STEP);
    for (size_t j = 0; j < w->count; j++) w->values[j] = (real)w->base[j];
    free(w->base);
    if (!(fabs(difference - expected) <= 1e-6 * fabs(expected) + WHOLE_ROUNDING))
        fail_msg("%s: the gradient says %.12g, central differences %.12g", what, expected, difference);
}

static real *copy(const real *values, size_t count) {
    real *result = malloc(count * sizeof *result);
    assert_non_null(result);
    memcpy(result, values, count * sizeof *result);
    return result;
}

static double length_of(const double *v, size_t count) {
    double square = 0;
    for (size_t j = 0; j < count; j++) square += v[j] * v[j];
    return sqrt(square);
}

/* A direction of length about 1 along which the loss changes: the gradient with each element stretched at
 * random, and as much again of pure chance. */
static double *direction_for(const real *gradient, size_t count, uint64_t seed) {
    Rng rng;
    rng_init(&rng, seed);
    double *direction = calloc(count, sizeof *direction), *chance = calloc(count, sizeof *chance);
    assert_true(direction && chance);
    for (size_t j = 0; j < count; j++) {
        direction[j] = (double)gradient[j] * (0.5 + rng_uniform(&rng));
        chance[j] = 2 * rng_uniform(&rng) - 1;
    }
    double along = length_of(direction, count), across = length_of(chance, count);
    for (size_t j = 0; j < count; j++) direction[j] = direction[j] / along + chance[j] / across;
    free(chance);
    return direction;
}

static void check_whole(const char *arch, PassConfig config) {
    ResnetConfig resnet = {0};
    snprintf(resnet.arch, sizeof resnet.arch, "%s", arch);
    if (!IS_DOUBLE) skip(); /* in float the rounding of the loss alone is as large as its change */
    Network *network = fixture_network(&resnet, 0);
    Pass *pass = fixture_pass(network, &config, 0);
    pass_run_forward(pass);
    pass_run_backward(pass);
    size_t inputs = shape_count(network->input) * (size_t)pass_batch(pass);
    real *dx = copy(pass_grad(pass, 0).data, inputs);
    real *dw = copy(pass_param_grads(pass), network->value_count);
    Whole w = {.network = network,
               .pass = pass,
               .values = network_all_values(network),
               .count = network->value_count};
    w.direction = direction_for(dw, w.count, 1);
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (!param_role_learns(param->role))
            memset(w.direction + param->offset, 0, param->count * sizeof(double));
    }
    assert_directional_derivative(&w, dw, "all parameters");
    free(w.direction);
    w.values = pass_input(pass);
    w.count = inputs;
    w.direction = direction_for(dx, inputs, 2);
    assert_directional_derivative(&w, dx, "the input");
    free(w.direction), free(dx), free(dw);
    pass_free(pass);
    network_free(network);
}

static void resnet20_passes_in_evaluation(void **state) {
    (void)state;
    check_whole("resnet20", (PassConfig){.batch = 2});
}

static void resnet20_passes_in_training(void **state) {
    (void)state;
    check_whole("resnet20", (PassConfig){.batch = 2, .batch_statistics = true});
}

static void plain20_passes_in_evaluation(void **state) {
    (void)state;
    check_whole("plain20", (PassConfig){.batch = 2});
}

static void plain20_passes_in_training(void **state) {
    (void)state;
    check_whole("plain20", (PassConfig){.batch = 2, .batch_statistics = true});
}

static void resnet20_without_its_skips_passes(void **state) {
    (void)state;
    check_whole("resnet20", (PassConfig){.batch = 2, .skip = SKIP_PLAIN});
}

static void resnet20_with_lesions_passes(void **state) {
    (void)state;
    const bool lesioned[9] = {false, true, false, true, false, false, false, false, true};
    check_whole("resnet20", (PassConfig){.batch = 2, .skip = SKIP_LESION, .lesioned = lesioned});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolution_3x3_passes_on_few_and_many_pixels),
        cmocka_unit_test(convolution_3x3_stride_2_passes_on_even_and_odd_sizes),
        cmocka_unit_test(convolution_1x1_passes_with_and_without_stride),
        cmocka_unit_test(convolution_7x7_stride_2_passes),
        cmocka_unit_test(convolution_of_cifar_layers_passes),
        cmocka_unit_test(convolution_with_odd_windows_passes),
        cmocka_unit_test(batch_norm_passes_in_evaluation),
        cmocka_unit_test(batch_norm_passes_in_training_because_the_batch_is_coupled),
        cmocka_unit_test(relu_passes_away_from_its_kink),
        cmocka_unit_test(max_pool_passes_with_overlap_padding_and_negative_values),
        cmocka_unit_test(add_passes_with_every_gate),
        cmocka_unit_test(option_a_shortcut_passes_on_even_and_odd_sizes),
        cmocka_unit_test(average_pool_passes),
        cmocka_unit_test(linear_layer_passes),
        cmocka_unit_test(cross_entropy_passes),
        cmocka_unit_test(the_check_fails_when_batch_norm_forgets_the_coupling),
        cmocka_unit_test(the_check_fails_when_one_element_is_wrong),
        cmocka_unit_test(resnet20_passes_in_evaluation),
        cmocka_unit_test(resnet20_passes_in_training),
        cmocka_unit_test(plain20_passes_in_evaluation),
        cmocka_unit_test(plain20_passes_in_training),
        cmocka_unit_test(resnet20_without_its_skips_passes),
        cmocka_unit_test(resnet20_with_lesions_passes),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
