/* What a pass computes only when somebody asks for it: statistics, and the activations that stay open. */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/pass/state.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

static void assert_same_stats(Stats a, Stats b) {
    assert_true(a.known && b.known);
    assert_int_equal(a.count, b.count);
    assert_int_equal(a.zeros, b.zeros);
    assert_int_equal(a.negative, b.negative);
    assert_close(a.min, b.min, 0);
    assert_close(a.max, b.max, 0);
    assert_close(a.mean, b.mean, 0);
    assert_close(a.std, b.std, 0);
    assert_close(a.l2, b.l2, 0);
}

static Stats stats_of(Tensor tensor) {
    return tensor_stats(tensor.data, shape_count(tensor.shape));
}

/* Asked for after the run, again, and after another run: the figures are those of the tensors. */
static void statistics_are_those_of_the_tensors_of_this_run(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    Pass *pass = pass_check_run(network, (PassConfig){.batch = 2});
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < network->op_count; i++) {
            Stats open = pass_act_stats(pass, i);
            assert_same_stats(open, stats_of(pass_act(pass, i)));
            assert_same_stats(pass_grad_stats(pass, i), stats_of(pass_grad(pass, i)));
        }
        for (int b = 0; b < network->block_count; b++) {
            double skip_l2 = stats_of(pass_route_grad(pass, b, ROUTE_SKIP)).l2;
            assert_close(pass_junction(pass, b).skip_l2, skip_l2,
                         1e-6 * skip_l2); /* squares added as floats */
        }
        pass_input(pass)[5] += 2;
        pass_restart(pass, NULL);
        assert_false(pass_act_stats(pass, 3).known || pass_grad_stats(pass, 3).known);
        assert_false(pass_junction(pass, 2).known);
        pass_run_forward(pass);
        pass_run_backward(pass);
    }
    pass_free(pass);
    network_free(network);
}

static void assert_acts(const Pass *pass, real **acts) {
    const Network *network = pass_network(pass);
    for (int i = network->op_count - 1; i >= 0; i--)
        pass_check_bits(pass_act(pass, i).data, acts[i], pass_act_count(pass, i), network->ops[i].name);
}

static int count_open(const Pass *pass) {
    int count = 0;
    for (int i = 0; i < pass->network->op_count; i++) count += pass->nodes[i].open;
    return count;
}

/* Run through, and looked at from the last op to the first, which is the longest way back to what is kept. */
static void assert_bits_of_operators(const Network *network, const PassConfig *config) {
    Pass *pass = fixture_pass(network, config, 0);
    assert_true(count_open(pass) > network->op_count / 2);
    pass_run_forward(pass);
    real **acts = pass_check_acts(pass);
    assert_acts(pass, acts);
    pass_check_free(network, acts);
    pass_free(pass);
}

static void open_activations_have_the_bits_of_their_operators(void **state) {
    (void)state;
    /* resnet56 has more blocks than may stay open in a row. */
    static const struct {
        const char *arch;
        char shortcut;
        PassConfig config;
    } cases[] = {
        {"resnet20", 'A', {.batch = 3}},
        {"resnet20", 'B', {.skip = SKIP_PLAIN}},
        {"resnet20", 'B', {.skip = SKIP_LESION, .others_plain = true}},
        {"resnet20-gelu", 'B', {.batch = 1}},
        {"resnet20-silu", 'A', {.skip = SKIP_CUT}},
        {"plain20", 0, {.batch = 2}},
        {"resnet56", 'B', {.batch = 1, .forward_only = true}},
        {"resnet20", 'B', {.batch = 2, .batch_statistics = true}},
        {"resnet20-gelu", 'A', {.batch = 2, .batch_statistics = true, .skip = SKIP_PLAIN}},
    };
    const bool lesioned[9] = {false, true, false, true};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        Network *network = pass_check_network(cases[k].arch, cases[k].shortcut);
        PassConfig config = cases[k].config;
        if (config.skip == SKIP_LESION) config.lesioned = lesioned;
        assert_bits_of_operators(network, &config);
        network_free(network);
    }
}

static void of_many_blocks_in_a_row_some_outputs_are_kept(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet110", 'A');
    Pass *pass = fixture_pass(network, &(PassConfig){.forward_only = true}, 0);
    int kept = 0, longest = 0;
    for (int b = 0; b < network->block_count; b++)
        for (int i = network->blocks[b].branch_last + 1; i <= network->blocks[b].output; i++) {
            const Node *node = &pass->nodes[i];
            kept += !node->open;
            if (node->open && node->links > longest) longest = node->links;
        }
    assert_in_range(kept, 3, network->block_count / 6);
    assert_in_range(longest, 12, 40); /* no look costs more ops than this */
    pass_free(pass);
    network_free(network);
}

/* Looks at something that has been computed: the activation, its statistics, a sight, a profile. */
static void look(Pass *pass, Rng *rng) {
    int op = (int)(rng_uniform(rng) * pass_forward_done(pass));
    switch ((int)(rng_uniform(rng) * 4)) {
    case 0: assert_non_null(pass_act(pass, op).data); break;
    case 1: assert_true(pass_act_stats(pass, op).known); break;
    case 2: assert_true(pass_sight(pass, op).y.known); break;
    default: assert_true(pass_profile_update(pass, op, 0)); break;
    }
}

static void looking_in_between_in_any_order_changes_nothing(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *alone = pass_check_run(network, (PassConfig){.batch = 2});
    real **acts = pass_check_acts(alone);
    Rng rng;
    rng_init(&rng, 7);
    Pass *watched = fixture_pass(network, &(PassConfig){.batch = 2}, 0);
    for (int round = 0; round < 2; round++) {
        const int targets[2] = {3, 0}; /* the fixture's */
        pass_restart(watched, targets);
        while (pass_step_forward(watched)) look(watched, &rng);
        while (pass_step_backward(watched)) look(watched, &rng);
        for (int i = network->op_count - 1; i >= 0; i--) {
            size_t count = pass_act_count(alone, i);
            pass_check_bits(pass_act(watched, i).data, acts[i], count, network->ops[i].name);
            pass_check_bits(pass_grad(watched, i).data, pass_grad(alone, i).data, count,
                            network->ops[i].name);
        }
        pass_check_bits(pass_param_grads(alone), pass_param_grads(watched), network->value_count,
                        "parameters");
    }
    pass_check_free(network, acts);
    pass_free(alone);
    pass_free(watched);
    network_free(network);
}

/* An activation is what the run made it, also when it is looked at after the weights have gone elsewhere. */
static void what_was_run_stays_when_weights_are_exchanged(void **state) {
    (void)state;
    Error err = {0};
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = fixture_pass(network, &(PassConfig){0}, 0);
    pass_run_forward(pass);
    real **acts = pass_check_acts(pass);
    assert_true(network_swap_blocks(network, 1, 2, &err));
    assert_acts(pass, acts);
    pass_restart(pass, NULL);
    pass_run_forward(pass);
    int changed = network->blocks[1].output;
    assert_memory_not_equal(pass_act(pass, changed).data, acts[changed],
                            pass_act_count(pass, changed) * sizeof(real));
    pass_check_free(network, acts);
    acts = pass_check_acts(pass);
    assert_acts(pass, acts);
    pass_check_free(network, acts);
    pass_free(pass);
    network_free(network);
}

/* A system that gives every program huge pages makes one of the memory's first page, which says whose it is. */
static void assert_untouched(const Pass *pass) {
    PassPages pages = {0};
    for (int i = 0; i < pass->network->op_count; i++)
        if (pass->nodes[i].open) pass_check_pages(&pages, pass->nodes[i].act, pass_act_count(pass, i));
    assert_true(pages.all > 100 && pages.there <= pages.all / 10);
}

static void the_memory_of_open_activations_is_not_touched(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass =
        fixture_pass(network, &(PassConfig){.batch = 16}, 0); /* large enough for a mapping of its own */
    pass_run_forward(pass);
    assert_untouched(pass);
    for (int i = 0; i < network->op_count; i++) assert_true(pass_act_stats(pass, i).known);
    assert_untouched(pass);
    int seen = network_find_op(network, "layer1.2.bn1");
    PassPages pages = {0};
    (void)pass_act(pass, seen);
    pass_check_pages(&pages, pass->nodes[seen].act, pass_act_count(pass, seen));
    assert_int_equal(pages.there, pages.all);
    pass_free(pass);
    network_free(network);
}

/* An operator that claims not to read x or y in its backward pass gets NULL there: see pass_backward_run_of. */
static void backward_passes_get_what_they_read(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = pass_check_run(network, (PassConfig){0});
    int relu = network_find_op(network, "layer1.1.relu1"), conv = network_find_op(network, "layer1.1.conv1");
    assert_true(relu > 0 && conv > 0);
    OpRun run = pass_backward_run_of(pass, relu);
    assert_true(run.y == pass->nodes[relu].act && !run.x[0]);
    run = pass_backward_run_of(pass, conv);
    assert_true(!run.y && run.x[0] == pass->nodes[run.op->inputs[0]].act);
    pass_free(pass);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_are_those_of_the_tensors_of_this_run),
        cmocka_unit_test(open_activations_have_the_bits_of_their_operators),
        cmocka_unit_test(of_many_blocks_in_a_row_some_outputs_are_kept),
        cmocka_unit_test(looking_in_between_in_any_order_changes_nothing),
        cmocka_unit_test(what_was_run_stays_when_weights_are_exchanged),
        cmocka_unit_test(the_memory_of_open_activations_is_not_touched),
        cmocka_unit_test(backward_passes_get_what_they_read),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
