/* Gradients, most of which a pass computes only when they are read or looked at. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/pass/state.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

/* What the operators compute one after the other, of the same network and input. */
typedef struct Oracle {
    const Network *network;
    real **acts, **grads, *param_grads;
} Oracle;

static Oracle oracle_new(const Network *network, const PassConfig *config) {
    Pass *pass = pass_check_run(network, *config);
    Oracle oracle = {.network = network, .acts = pass_check_acts(pass)};
    oracle.param_grads = calloc(network->value_count, sizeof(real));
    assert_non_null(oracle.param_grads);
    oracle.grads = pass_check_grads(pass, oracle.acts, oracle.param_grads);
    pass_free(pass);
    return oracle;
}

static void oracle_free(Oracle *oracle) {
    pass_check_free(oracle->network, oracle->acts);
    pass_check_free(oracle->network, oracle->grads);
    free(oracle->param_grads);
}

static void assert_grad(const Pass *pass, const Oracle *oracle, int op) {
    const char *name = oracle->network->ops[op].name;
    pass_check_bits(pass_grad(pass, op).data, oracle->grads[op], pass_act_count(pass, op), name);
}

static void assert_params(const Pass *pass, const Oracle *oracle) {
    for (int p = 0; p < oracle->network->param_count; p++) {
        const Param *param = &oracle->network->params[p];
        if (!param_role_learns(param->role)) continue;
        pass_check_bits(pass_param_grad(pass, param), oracle->param_grads + param->offset, param->count,
                        param->name);
    }
}

static int count_passed_over(const Pass *pass) {
    int count = 0;
    for (int i = 0; i < pass->network->op_count; i++) count += pass->nodes[i].passed_over;
    return count;
}

/* Looked at after the whole run, from the first op, which is the longest way back to what is stored. */
static void gradients_have_the_bits_of_their_operators(void **state) {
    (void)state;
    static const struct {
        const char *arch;
        char shortcut;
        PassConfig config;
    } cases[] = {
        {"resnet20", 'B', {.batch = 2, .batch_statistics = true}},
        {"resnet20", 'B', {.skip = SKIP_PLAIN}},
        {"resnet20", 'A', {.batch = 2, .batch_statistics = true, .skip = SKIP_CUT}},
        {"resnet20", 'B', {.skip = SKIP_LESION, .others_plain = true}},
        {"resnet20-gelu", 'B', {.batch = 1, .batch_statistics = true}},
        {"resnet20-silu", 'A', {.skip = SKIP_CUT}},
        {"plain20", 0, {.batch = 2, .batch_statistics = true}},
        {"resnet20", 'A', {.no_input_gradient = true}},
    };
    const bool lesioned[9] = {false, true, false, true};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        Network *network = pass_check_network(cases[k].arch, cases[k].shortcut);
        PassConfig config = cases[k].config;
        if (config.skip == SKIP_LESION) config.lesioned = lesioned;
        Oracle oracle = oracle_new(network, &config);
        Pass *pass = pass_check_run(network, config);
        assert_true(count_passed_over(pass) > network->op_count / 2);
        for (int i = config.no_input_gradient; i < network->op_count; i++) assert_grad(pass, &oracle, i);
        assert_params(pass, &oracle);
        oracle_free(&oracle);
        pass_free(pass);
        network_free(network);
    }
}

/* Looks at one gradient that is complete, in one of the ways that there are. */
static void look(Pass *pass, Rng *rng) {
    const Network *network = pass_network(pass);
    int ops = network->op_count, done = pass_backward_done(pass);
    int op = ops - 1 - (int)(rng_uniform(rng) * done), block = network->ops[op].block;
    if (!pass_grad(pass, op).data && done > 0) assert_true(pass->nodes[op].first_consumer < ops - done);
    switch ((int)(rng_uniform(rng) * 6)) {
    case 0: (void)pass_grad(pass, op); break;
    case 1: (void)pass_grad_stats(pass, op); break;
    case 2: (void)pass_sight(pass, op); break;
    case 3: assert_true(pass_profile_update(pass, op, 0)); break;
    case 4: assert_true(pass_act_stats(pass, op).known); break;
    default:
        if (block < 0) break;
        (void)pass_junction(pass, block);
        (void)pass_route_grad(pass, block, ROUTE_SKIP);
        break;
    }
}

static void looking_in_between_in_any_order_changes_nothing(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    Rng rng;
    rng_init(&rng, 11);
    for (int training = 0; training < 2; training++) {
        const PassConfig config = {.batch = 2, .batch_statistics = training == 1};
        Oracle oracle = oracle_new(network, &config);
        Pass *pass = fixture_pass(network, &config, 0);
        for (int round = 0; round < 2 - training; round++) {
            const int targets[2] = {3, 0}; /* the fixture's */
            pass_restart(pass, targets);
            pass_run_forward(pass);
            while (pass_step_backward(pass))
                for (int k = 0; k < 2; k++) look(pass, &rng);
            for (int i = 0; i < network->op_count; i++)
                assert_grad(pass, &oracle, round ? i : network->op_count - 1 - i);
            assert_params(pass, &oracle);
        }
        oracle_free(&oracle);
        pass_free(pass);
    }
    network_free(network);
}

static void the_parts_of_a_route_make_the_gradient(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = pass_check_run(network, (PassConfig){.batch = 2});
    for (int b = 0; b < network->block_count; b++) {
        Junction junction = pass_junction(pass, b); /* before the parts are there */
        Tensor skip = pass_route_grad(pass, b, ROUTE_SKIP), branch = pass_route_grad(pass, b, ROUTE_BRANCH);
        Tensor whole = pass_grad(pass, network->blocks[b].input);
        for (size_t j = 0; j < shape_count(whole.shape); j++)
            assert_close(whole.data[j], skip.data[j] + branch.data[j], 0);
        assert_close(junction.skip_l2, sqrt(tensor_dot(skip.data, skip.data, shape_count(skip.shape))), 0);
    }
    pass_free(pass);
    network_free(network);
}

/* A gradient is what the run made it, also when it is looked at after the weights have gone elsewhere. */
static void what_was_run_stays_when_weights_are_exchanged(void **state) {
    (void)state;
    Error err = {0};
    Network *network = pass_check_network("resnet20", 'A');
    const PassConfig config = {.batch = 2, .batch_statistics = true};
    Oracle oracle = oracle_new(network, &config);
    Pass *pass = pass_check_run(network, config);
    assert_true(network_swap_blocks(network, 1, 2, &err));
    for (int i = 0; i < network->op_count; i++) assert_grad(pass, &oracle, i);
    oracle_free(&oracle);
    pass_free(pass);
    network_free(network);
}

/* Large enough for mappings of their own. */
static void the_memory_of_gradients_in_passing_is_not_touched(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = pass_check_run(network, (PassConfig){.batch = 16});
    PassPages pages = {0};
    for (int i = 0; i < network->op_count; i++) (void)pass_grad_stats(pass, network->op_count - 1 - i);
    for (int i = 0; i + 1 < network->op_count; i++)
        if (pass->nodes[pass->nodes[i].first_consumer].passed_over && network->ops[i].input_count == 1)
            pass_check_pages(&pages, pass->nodes[i].grad, pass_act_count(pass, i));
    assert_true(pages.all > 100 && pages.there <= pages.all / 10);
    pass_free(pass);
    network_free(network);
}

/* They have a few places by turns, whatever the number of layers. */
static void without_inspection_few_gradients_have_memory(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    PassConfig config = {.batch = 2, .batch_statistics = true, .no_inspection = true};
    Pass *pass = pass_check_run(network, config);
    for (int i = 0; i < network->op_count; i++) {
        bool kept = i == 0 || i == network_loss_op(network);
        assert_int_equal(pass->nodes[i].grad != NULL, kept);
        assert_int_equal(pass_grad(pass, i).data != NULL, kept);
    }
    pass_free(pass);
    network_free(network);
}

static void without_gradients_of_parameters_the_others_are_the_same(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    PassConfig config = {.batch = 2, .batch_statistics = true};
    Oracle oracle = oracle_new(network, &config);
    config.no_param_gradients = true;
    Pass *pass = pass_check_run(network, config);
    for (int i = 0; i < network->op_count; i++) assert_grad(pass, &oracle, i);
    assert_null(pass_param_grads(pass));
    assert_null(pass_param_grad(pass, &network->params[0]));
    oracle_free(&oracle);
    pass_free(pass);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_have_the_bits_of_their_operators),
        cmocka_unit_test(looking_in_between_in_any_order_changes_nothing),
        cmocka_unit_test(the_parts_of_a_route_make_the_gradient),
        cmocka_unit_test(what_was_run_stays_when_weights_are_exchanged),
        cmocka_unit_test(the_memory_of_gradients_in_passing_is_not_touched),
        cmocka_unit_test(without_inspection_few_gradients_have_memory),
        cmocka_unit_test(without_gradients_of_parameters_the_others_are_the_same),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
