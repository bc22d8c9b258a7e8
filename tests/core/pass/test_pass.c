#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/pass/state.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

/* Every activation, every gradient, every parameter's gradient. */
static void assert_same_pass(const Pass *a, const Pass *b) {
    const Network *network = pass_network(a);
    for (int i = 0; i < network->op_count; i++) {
        Tensor act = pass_act(a, i), grad = pass_grad(a, i);
        pass_check_bits(act.data, pass_act(b, i).data, shape_count(act.shape), network->ops[i].name);
        pass_check_bits(grad.data, pass_grad(b, i).data, shape_count(grad.shape), network->ops[i].name);
    }
    pass_check_bits(pass_param_grads(a), pass_param_grads(b), network->value_count, "parameter gradients");
}

static void stepping_equals_running_through_bit_for_bit(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    for (int training = 0; training < 2; training++) {
        PassConfig config = {.batch = 2, .batch_statistics = training == 1};
        Pass *whole = pass_check_run(network, config), *stepped = fixture_pass(network, &config, 0);
        while (pass_step_forward(stepped)) (void)pass_act_stats(stepped, pass_forward_done(stepped) - 1);
        while (pass_step_backward(stepped)) (void)pass_junction(stepped, 0);
        assert_same_pass(whole, stepped);
        pass_free(whole);
        pass_free(stepped);
    }
    network_free(network);
}

static void repeated_passes_are_equal_bit_for_bit(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    const PassConfig config = {.batch = 3, .batch_statistics = true};
    const int targets[3] = {3, 0, 7}; /* the fixture's */
    Pass *first = pass_check_run(network, config), *again = pass_check_run(network, config);
    for (int k = 0; k < 3; k++) {
        pass_restart(again, targets);
        pass_run_forward(again);
        pass_run_backward(again);
        assert_same_pass(first, again);
    }
    pass_free(first);
    pass_free(again);
    network_free(network);
}

static void threads_change_nothing_but_the_order_of_sums(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    const PassConfig config = {.batch = 2};
    int before = parallel_threads();
    parallel_set_threads(1);
    Pass *alone = pass_check_run(network, config);
    parallel_set_threads(2);
    Pass *shared = pass_check_run(network, config);
    parallel_set_threads(before);
    /* The sums over pixels of a weight's gradient are split; twenty layers of such roundings. */
    const double tolerance = sizeof(real) == sizeof(double) ? 1e-13 : 1e-5;
    for (int i = 0; i < network->op_count; i++) {
        Tensor act = pass_act(alone, i), grad = pass_grad(alone, i);
        pass_check_within(act.data, pass_act(shared, i).data, shape_count(act.shape), tolerance);
        pass_check_within(grad.data, pass_grad(shared, i).data, shape_count(grad.shape), tolerance);
    }
    pass_check_within(pass_param_grads(alone), pass_param_grads(shared), network->value_count, tolerance);
    pass_free(alone);
    pass_free(shared);
    network_free(network);
}

static void a_pass_never_writes_the_network(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    size_t bytes = network->value_count * sizeof(real);
    real *before = malloc(bytes);
    memcpy(before, network_const_all_values(network), bytes);
    pass_free(pass_check_run(network, (PassConfig){.batch = 2, .batch_statistics = true}));
    assert_memory_equal(before, network_const_all_values(network), bytes);
    free(before);
    network_free(network);
}

static void watermarks_count_the_ops_that_have_been_run(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = fixture_pass(network, &(PassConfig){0}, 0);
    int ops = network->op_count;
    assert_false(pass_step_backward(pass)); /* not before the whole forward pass */
    for (int i = 0; i < ops; i++) {
        assert_int_equal(pass_forward_done(pass), i);
        assert_null(pass_act(pass, i).data);
        assert_false(pass_act_stats(pass, i).known);
        assert_true(isnan(pass_loss(pass)));
        assert_true(pass_step_forward(pass));
        assert_non_null(pass_act(pass, i).data);
        assert_true(pass_act_stats(pass, i).known);
    }
    assert_false(pass_step_forward(pass));
    assert_true(isfinite(pass_loss(pass)));
    for (int i = ops - 1; i >= 0; i--) {
        assert_int_equal(pass_backward_done(pass), ops - 1 - i);
        assert_true(pass_step_backward(pass));
    }
    assert_false(pass_step_backward(pass));
    pass_restart(pass, NULL);
    assert_int_equal(pass_forward_done(pass), 0);
    assert_null(pass_act(pass, 0).data);
    assert_null(pass_grad(pass, ops - 1).data);
    pass_free(pass);
    network_free(network);
}

/* A block's input is read by the branch and by the shortcut: half a gradient is none. */
static void a_gradient_appears_when_its_last_reader_has_run(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    const Block *block = &network->blocks[network_find_block(network, "layer2.0")];
    const Param *gamma = network_find_param(network, "layer2.0.bn1.weight");
    Pass *pass = fixture_pass(network, &(PassConfig){0}, 0);
    pass_run_forward(pass);
    for (int i = network->op_count - 1; i >= block->branch_first; i--) {
        assert_null(pass_grad(pass, block->input).data);
        assert_false(pass_grad_stats(pass, block->input).known);
        assert_false(pass_junction(pass, 3).known);
        assert_int_equal(pass_param_grad(pass, gamma) != NULL, i < gamma->op);
        pass_step_backward(pass);
    }
    assert_non_null(pass_grad(pass, block->input).data);
    assert_true(pass_grad_stats(pass, block->input).known);
    assert_true(pass_junction(pass, 3).known);
    assert_null(pass_param_grad(pass, network_find_param(network, "layer2.0.bn1.running_mean")));
    pass_free(pass);
    network_free(network);
}

static void without_inspection_the_gradients_are_the_same(void **state) {
    (void)state;
    static const SkipMode modes[] = {SKIP_NONE_REMOVED, SKIP_PLAIN, SKIP_CUT};
    Network *network = pass_check_network("resnet20", 'B');
    for (int k = 0; k < 3; k++) {
        PassConfig config = {.batch = 2, .batch_statistics = true, .skip = modes[k]};
        Pass *inspected = pass_check_run(network, config);
        config.no_inspection = true;
        Pass *fast = pass_check_run(network, config);
        /* Gradients of inputs by the strategies that round more: 2e-6 in each of twenty. */
        pass_check_within(pass_param_grads(inspected), pass_param_grads(fast), network->value_count, 5e-6);
        Tensor dx = pass_grad(inspected, 0);
        pass_check_within(dx.data, pass_grad(fast, 0).data, shape_count(dx.shape), 5e-6);
        assert_false(pass_act_stats(fast, 3).known || pass_junction(fast, 0).known);
        assert_null(pass_route_grad(fast, 0, ROUTE_SKIP).data);
        assert_true(arena_bytes(fast->arena) < arena_bytes(inspected->arena));
        pass_free(inspected);
        pass_free(fast);
    }
    network_free(network);
}

/* A network without kinks: where a ReLU's input is within rounding of 0, gradients may differ by much more. */
static void what_rounds_more_learns_the_same(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20-gelu", 'B');
    PassConfig config = {.batch = 2, .batch_statistics = true, .no_inspection = true};
    Pass *exact = pass_check_run(network, config);
    config.rounds_more = true;
    Pass *fast = pass_check_run(network, config);
    /* ConvShape.fast: 2e-5 in each convolution, most of which evens out. */
    pass_check_within(pass_param_grads(exact), pass_param_grads(fast), network->value_count, 1e-5);
    pass_free(exact);
    pass_free(fast);
    network_free(network);
}

static void without_the_input_gradient_the_parameters_get_theirs(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *full = pass_check_run(network, (PassConfig){0});
    Pass *training = pass_check_run(network, (PassConfig){.no_input_gradient = true});
    assert_null(pass_grad(training, 0).data);
    pass_check_bits(pass_param_grads(full), pass_param_grads(training), network->value_count,
                    "parameter gradients");
    pass_free(full);
    pass_free(training);
    network_free(network);
}

static void forward_only_never_goes_back(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = fixture_pass(network, &(PassConfig){.forward_only = true}, 0);
    pass_run_forward(pass);
    assert_false(pass_step_backward(pass));
    assert_null(pass_param_grads(pass));
    assert_null(pass_grad(pass, 5).data);
    assert_false(pass_junction(pass, 0).known);
    pass_free(pass);
    network_free(network);
}

static void targets_default_to_the_prediction_and_can_be_changed(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = fixture_pass(network, &(PassConfig){.batch = 2}, 0);
    const int targets[2] = {-1, 4};
    pass_restart(pass, targets);
    assert_int_equal(pass_target(pass, 0), -1);
    pass_run_forward(pass);
    const real *logits = pass_act(pass, network_logits_op(network)).data;
    for (int k = 0; k < 10; k++) assert_true(logits[k] <= logits[pass_target(pass, 0)]);
    assert_int_equal(pass_target(pass, 1), 4);
    const double *p = pass_probabilities(pass);
    assert_close(pass_loss(pass), -(log(p[pass_target(pass, 0)]) + log(p[10 + 4])) / 2,
                 1e-6); /* stored as float */
    const int other[2] = {1, 1};
    pass_restart(pass, other);
    pass_run_forward(pass);
    assert_int_equal(pass_target(pass, 0), 1);
    pass_free(pass);
    network_free(network);
}

static void batch_norm_shows_the_statistics_it_used(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    int bn = network_find_op(network, "layer1.0.bn1");
    const Param *running = network_find_param(network, "layer1.0.bn1.running_mean");
    Pass *pass = fixture_pass(network, &(PassConfig){0}, 0);
    assert_null(pass_norm_mean(pass, bn));
    pass_run_forward(pass);
    for (int c = 0; c < 16; c++) {
        assert_close(pass_norm_mean(pass, bn)[c], network_const_values(network, running)[c], 0);
        assert_close(pass_norm_inv_std(pass, bn)[c], 1 / sqrt((double)pass_norm_var(pass, bn)[c] + 1e-5),
                     1e-6);
    }
    pass_free(pass);
    network_free(network);
}

static Network *network_of_one_pixel(void) {
    Error err = {0};
    NetworkBuilder *builder = network_build_begin("pixel", (Shape){1, 3, 1, 1}, &err);
    network_build_op(builder, (Op){.kind = OP_INPUT, .block = -1, .out = {1, 3, 1, 1}}, "input");
    network_build_op(builder, (Op){.kind = OP_BATCH_NORM, .block = -1, .input_count = 1}, "bn1");
    network_build_op(
        builder, (Op){.kind = OP_LINEAR, .block = -1, .inputs = {1}, .input_count = 1, .channels = 2}, "fc");
    network_build_op(builder, (Op){.kind = OP_CROSS_ENTROPY, .block = -1, .inputs = {2}, .input_count = 1},
                     "loss");
    return network_build_end(builder, &err);
}

static void one_value_per_channel_cannot_be_normalised_in_training(void **state) {
    (void)state;
    Error err = {0};
    Network *network = network_of_one_pixel();
    assert_non_null(network);
    assert_null(pass_new(network, &(PassConfig){.batch_statistics = true}, &err));
    assert_string_equal(err.text,
                        "bn1: batch norm in training mode expects more than 1 value per channel, found a "
                        "batch of 1 on a 1x1 map");
    pass_free(pass_check_run(network, (PassConfig){.batch = 2, .batch_statistics = true}));
    pass_free(pass_check_run(network, (PassConfig){0}));
    network_free(network);
}

static void absurd_batches_are_refused(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Error err = {0};
    assert_null(pass_new(network, &(PassConfig){.batch = -1}, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_null(pass_new(network, &(PassConfig){.batch = 1000000000}, &err));
    assert_string_equal(err.text, "a batch of 1000000000 images of resnet20 is too large");
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stepping_equals_running_through_bit_for_bit),
        cmocka_unit_test(repeated_passes_are_equal_bit_for_bit),
        cmocka_unit_test(threads_change_nothing_but_the_order_of_sums),
        cmocka_unit_test(a_pass_never_writes_the_network),
        cmocka_unit_test(watermarks_count_the_ops_that_have_been_run),
        cmocka_unit_test(a_gradient_appears_when_its_last_reader_has_run),
        cmocka_unit_test(without_inspection_the_gradients_are_the_same),
        cmocka_unit_test(what_rounds_more_learns_the_same),
        cmocka_unit_test(without_the_input_gradient_the_parameters_get_theirs),
        cmocka_unit_test(forward_only_never_goes_back),
        cmocka_unit_test(targets_default_to_the_prediction_and_can_be_changed),
        cmocka_unit_test(batch_norm_shows_the_statistics_it_used),
        cmocka_unit_test(one_value_per_channel_cannot_be_normalised_in_training),
        cmocka_unit_test(absurd_batches_are_refused),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
