#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/conv/conv.h"
#include "core/kernel/kernel.h"
#include "core/pass/state.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

/* Of the largest logit: what the fast pass may differ by from the one that computes every operation. A batch norm
 * that is folded up, and a strategy that is chosen for a group instead of a batch, round differently. */
static const double TOLERANCE = 1e-5;

static void assert_same_answer(const Pass *whole, const Pass *fast) {
    const Network *network = pass_network(whole);
    Tensor logits = pass_act(whole, network_logits_op(network));
    size_t count = shape_count(logits.shape);
    pass_check_within(logits.data, pass_act(fast, network_logits_op(network)).data, count, TOLERANCE);
    const double *p = pass_probabilities(whole), *q = pass_probabilities(fast);
    double largest = 0;
    for (size_t j = 0; j < count; j++) largest = fmax(largest, fabs((double)logits.data[j]));
    /* d log p = dz - sum p dz: at most twice the change of a logit. */
    for (size_t j = 0; j < count; j++) assert_close(p[j], q[j], 2 * TOLERANCE * largest + 1e-12);
    assert_close(pass_loss(whole), pass_loss(fast), 2 * TOLERANCE * largest + 1e-6 * pass_loss(whole));
    for (int n = 0; n < pass_batch(whole); n++) assert_int_equal(pass_target(whole, n), pass_target(fast, n));
}

static Pass *run(const Network *network, PassConfig config) {
    Pass *pass = fixture_pass(network, &config, 0);
    pass_run_forward(pass);
    return pass;
}

static void compare(const Network *network, PassConfig config) {
    config.forward_only = true;
    Pass *whole = run(network, config);
    config.fast = true;
    Pass *fast = run(network, config);
    assert_same_answer(whole, fast);
    assert_true(fast->plan != NULL);
    pass_free(whole);
    pass_free(fast);
}

/* All ways of being without skips; every other block and the first one of a stage are lesioned. */
static void compare_skips(const Network *network, int batch) {
    bool *lesioned = calloc((size_t)network->block_count, sizeof *lesioned);
    for (int b = 0; b < network->block_count; b++)
        lesioned[b] = b % 2 == 1 || network->blocks[b].shortcut == SHORTCUT_PROJECTION;
    for (int mode = SKIP_NONE_REMOVED; mode <= SKIP_LESION; mode++)
        compare(network, (PassConfig){.batch = batch, .skip = (SkipMode)mode, .lesioned = lesioned});
    compare(network,
            (PassConfig){.batch = batch, .skip = SKIP_LESION, .lesioned = lesioned, .others_plain = true});
    free(lesioned);
}

static void small_networks_answer_as_op_by_op(void **state) {
    static const struct {
        const char *arch;
        char shortcut;
        int batch; /* 1; a group; several; several and a smaller one */
    } cases[] = {{"resnet20", 'A', 1},   {"resnet20", 'B', 4},      {"resnet20", 'C', 10},
                 {"plain20", 0, 3},      {"resnet20-nobn", 'A', 5}, {"resnet8-gelu", 'B', 9},
                 {"resnet8-silu", 0, 2}, {"plain8-gelu", 0, 5},     {"resnet56", 'A', 2}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        Network *network = pass_check_network(cases[k].arch, cases[k].shortcut);
        compare_skips(network, cases[k].batch);
        network_free(network);
    }
}

static void large_networks_answer_as_op_by_op(void **state) {
    static const ResnetConfig configs[] = {{.arch = "resnet18"},
                                           {.arch = "resnet18", .shortcut = 'A'},
                                           {.arch = "resnet50", .stride_in_1x1 = true},
                                           {.arch = "plain50"}};
    (void)state;
    for (size_t k = 0; k < sizeof configs / sizeof *configs; k++) {
        Network *network = fixture_network(&configs[k], 0);
        bool lesioned[16] = {[1] = true, [2] = true};
        compare(network, (PassConfig){.batch = 1});
        if (k == 0) compare(network, (PassConfig){.batch = 1, .skip = SKIP_LESION, .lesioned = lesioned});
        network_free(network);
    }
}

/* What one group's images need says nothing of fewer images: those may be computed in another way. */
static void assert_has_scratch_for_both_sizes(const Pass *pass) {
    const Network *network = pass_network(pass);
    const Plan *plan = pass->plan;
    const int sizes[] = {plan->group, pass_batch(pass) - (plan->groups - 1) * plan->group};
    for (int i = 0; i < network->op_count; i++) {
        const OpSpec *spec = op_spec(network->ops[i].kind);
        for (int k = 0; k < 2 && spec->fuses && spec->scratch_count; k++)
            assert_true(plan->scratch_count >= spec->scratch_count(&network->ops[i], sizes[k]));
    }
}

static void a_smaller_last_group_has_its_scratch(void **state) {
    const char *const archs[] = {"resnet18", "resnet50", "resnet56"};
    const int threads = parallel_threads();
    (void)state;
    for (int set = -1; set < 0 || kernel_available(set); set++) {
        assert_true(kernel_choose(set < 0 ? "openblas" : kernel_available(set)->name, NULL));
        parallel_set_threads(2);
        for (size_t k = 0; k < sizeof archs / sizeof *archs; k++) {
            Network *network = pass_check_network(archs[k], 0);
            for (int batch = 5; batch <= 33; batch++) {
                Pass *pass = pass_new(network, &(PassConfig){.batch = batch, .fast = true}, NULL);
                assert_non_null(pass);
                assert_has_scratch_for_both_sizes(pass);
                pass_free(pass);
            }
            network_free(network);
        }
    }
    parallel_set_threads(threads);
    assert_true(kernel_choose(NULL, NULL));
}

static void assert_same_bits(const Pass *a, const Pass *b) {
    const Network *network = pass_network(a);
    Tensor logits = pass_act(a, network_logits_op(network));
    pass_check_bits(logits.data, pass_act(b, network_logits_op(network)).data, shape_count(logits.shape),
                    "logits");
}

/* A hundred convolutions without a shortcut: each magnifies what those before it have rounded. */
static void deep_plain_networks_answer_as_op_by_op(void **state) {
    (void)state;
    Network *network = pass_check_network("plain110", 0);
    compare(network, (PassConfig){.batch = 10});
    network_free(network);
    network = pass_check_network("resnet110", 0);
    Pass *pass = run(network, (PassConfig){.batch = 10, .fast = true});
    assert_false(pass->plan->exact);
    pass_set_skip(pass, SKIP_PLAIN, NULL);
    assert_true(pass->plan->exact);
    pass_restart(pass, NULL);
    pass_run_forward(pass);
    Pass *fresh = run(network, (PassConfig){.batch = 10, .fast = true, .skip = SKIP_PLAIN});
    assert_same_bits(fresh, pass);
    pass_free(fresh);
    pass_free(pass);
    network_free(network);
}

static bool uses_openblas(const Pass *pass) {
    const Network *network = pass_network(pass);
    bool uses = false;
    for (int i = 0; i < network->op_count; i++) {
        const Op *op = &network->ops[i];
        const OpSpec *spec = op_spec(op->kind);
        if (spec->fuses)
            uses = uses || strcmp(spec->strategy(op, pass->plan->group, !pass->plan->exact, OP_WORK_FORWARD),
                                  "blas") == 0;
    }
    return uses;
}

/* To the bit where all products are the house's own; OpenBLAS adds up in another order when a share of rows or
 * channels has another size. */
static void assert_same_whatever_the_threads(const Pass *a, const Pass *b) {
    int logits = network_logits_op(pass_network(a));
    if (uses_openblas(a))
        pass_check_within(pass_act(a, logits).data, pass_act(b, logits).data,
                          shape_count(pass_act(a, logits).shape), TOLERANCE);
    else
        assert_same_bits(a, b);
}

static void threads_change_nothing(void **state) {
    (void)state;
    static const int batches[] = {1, 4, 10, 23};
    Network *network = pass_check_network("resnet20", 'B');
    int before = parallel_threads();
    for (size_t k = 0; k < sizeof batches / sizeof *batches; k++) {
        PassConfig config = {.batch = batches[k], .fast = true};
        parallel_set_threads(1);
        Pass *alone = run(network, config);
        for (int threads = 2; threads <= 3; threads++) {
            parallel_set_threads(threads);
            Pass *shared = run(network, config);
            assert_same_whatever_the_threads(alone, shared);
            pass_free(shared);
        }
        pass_free(alone);
    }
    parallel_set_threads(before);
    network_free(network);
}

static void other_values_give_another_answer(void **state) {
    static const char *const names[] = {"layer2.0.conv1.weight", "layer1.1.bn2.running_var", "bn1.weight",
                                        "fc.bias"};
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    PassConfig config = {.batch = 5, .fast = true};
    Pass *fast = run(network, config);
    config.fast = false;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const Param *param = network_find_param(network, names[k]);
        real *values = network_values(network, param);
        for (size_t j = 0; j < param->count; j += 3) values[j] *= (real)1.5;
        Pass *whole = run(network, config);
        int targets[5];
        for (int n = 0; n < 5; n++) targets[n] = pass_target(whole, n);
        pass_restart(fast, targets);
        pass_run_forward(fast);
        assert_same_answer(whole, fast);
        pass_free(whole);
    }
    pass_free(fast);
    network_free(network);
}

static void skips_can_be_taken_out_of_the_same_pass(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    bool lesioned[9] = {[0] = true, [3] = true};
    Pass *pass = run(network, (PassConfig){.batch = 2, .fast = true});
    for (int mode = SKIP_LESION; mode >= SKIP_NONE_REMOVED; mode--) {
        PassConfig config = {.batch = 2, .fast = true, .skip = (SkipMode)mode, .lesioned = lesioned};
        Pass *fresh = run(network, config);
        pass_set_skip(pass, (SkipMode)mode, lesioned);
        pass_restart(pass, NULL);
        pass_run_forward(pass);
        assert_same_bits(fresh, pass);
        pass_free(fresh);
    }
    pass_free(pass);
    network_free(network);
}

static void a_target_of_minus_one_is_the_prediction_each_time(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet8", 'A');
    Pass *pass = run(network, (PassConfig){.batch = 2, .fast = true});
    for (int k = 0; k < 2; k++) {
        pass_restart(pass, NULL);
        assert_int_equal(pass_target(pass, 1), -1);
        pass_run_forward(pass);
        const double *p = pass_probabilities(pass) + network->classes;
        for (int c = 0; c < network->classes; c++) assert_true(p[c] <= p[pass_target(pass, 1)]);
        fixture_fill_input(pass, (uint64_t)k + 1);
    }
    pass_free(pass);
    network_free(network);
}

/* For networks whose steps are taken one by one, and for those whose groups are. */
static void progress_grows_to_all_operations(void **state) {
    static const int batches[] = {1, 10};
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    int logits = network_logits_op(network);
    for (int k = 0; k < 2; k++) {
        Pass *pass = fixture_pass(network, &(PassConfig){.batch = batches[k], .fast = true}, 0);
        int last = 0, steps = 0;
        while (pass_step_forward(pass)) {
            assert_true(pass_forward_done(pass) >= last);
            last = pass_forward_done(pass);
            steps++;
            assert_int_equal(pass_act(pass, logits).data != NULL, last == network->op_count);
            assert_int_equal(isnan(pass_loss(pass)), last < network->op_count);
        }
        assert_int_equal(last, network->op_count);
        assert_true(steps >= 3); /* the body, fc, loss */
        assert_non_null(pass_act(pass, 0).data);
        assert_null(pass_act(pass, 5).data);
        assert_false(pass_step_backward(pass));
        pass_free(pass);
    }
    network_free(network);
}

static void a_pass_begun_again_halfway_answers_the_same(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = fixture_pass(network, &(PassConfig){.batch = 2, .fast = true}, 0);
    Pass *whole = run(network, (PassConfig){.batch = 2, .fast = true});
    const int targets[2] = {3, 0}; /* the fixture's */
    for (int k = 0; k < 7; k++) pass_step_forward(pass);
    pass_restart(pass, targets);
    pass_run_forward(pass);
    assert_same_bits(whole, pass);
    pass_free(pass);
    pass_free(whole);
    network_free(network);
}

static int steps_of(const Network *network, const bool *lesioned) {
    PassConfig config = {
        .skip = lesioned ? SKIP_LESION : SKIP_NONE_REMOVED, .lesioned = lesioned, .fast = true};
    Pass *pass = fixture_pass(network, &config, 0);
    int steps = pass->plan->step_count;
    pass_free(pass);
    return steps;
}

/* conv, bn and relu are one step; an addition is done by the convolution before it. */
static void a_step_does_all_that_follows_a_convolution(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    const bool one[9] = {[4] = true}, projected[9] = {[3] = true};
    int all = steps_of(network, NULL);
    assert_int_equal(all, 19 + 2 + 3); /* convolutions, those of shortcuts, avgpool, fc, loss */
    assert_int_equal(steps_of(network, one), all - 2 + 1); /* relu alone */
    assert_int_equal(steps_of(network, projected), all - 2);
    network_free(network);
}

/* Step by step, what is said to come next: every convolution once, each for the whole batch of one group. */
static void what_comes_next_is_known(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet8", 'B');
    Pass *fast = pass_new(network, &(PassConfig){.batch = 2, .fast = true}, NULL);
    Pass *whole = pass_new(network, &(PassConfig){.batch = 2, .forward_only = true}, NULL);
    int convolutions = 0, seen = 0;
    for (int op = 0; op < network->op_count; op++) {
        convolutions += network->ops[op].kind == OP_CONV2D;
        assert_int_equal(pass_next(whole).op, op);
        assert_int_equal(pass_next(whole).images, 2);
        pass_step_forward(whole);
    }
    assert_int_equal(pass_next(whole).op, -1);
    for (PassNext next = pass_next(fast); next.op >= 0; next = pass_next(fast)) {
        seen += network->ops[next.op].kind == OP_CONV2D;
        assert_int_equal(next.images, 2);
        pass_step_forward(fast);
    }
    assert_int_equal(seen, convolutions);
    assert_int_equal(pass_forward_done(fast), network->op_count);
    pass_free(fast);
    pass_free(whole);
    network_free(network);
}

static void memory_stays_small(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *whole = fixture_pass(network, &(PassConfig){.batch = 128, .forward_only = true}, 0);
    Pass *fast = fixture_pass(network, &(PassConfig){.batch = 128, .fast = true}, 0);
    /* Some sixty results of 128 images against three of four images for each of a few threads, scratch beside it. */
    assert_true(arena_bytes(fast->arena) < arena_bytes(whole->arena) / 4);
    pass_free(whole);
    pass_free(fast);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_networks_answer_as_op_by_op),
        cmocka_unit_test(large_networks_answer_as_op_by_op),
        cmocka_unit_test(a_smaller_last_group_has_its_scratch),
        cmocka_unit_test(deep_plain_networks_answer_as_op_by_op),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(other_values_give_another_answer),
        cmocka_unit_test(skips_can_be_taken_out_of_the_same_pass),
        cmocka_unit_test(a_target_of_minus_one_is_the_prediction_each_time),
        cmocka_unit_test(progress_grows_to_all_operations),
        cmocka_unit_test(a_pass_begun_again_halfway_answers_the_same),
        cmocka_unit_test(a_step_does_all_that_follows_a_convolution),
        cmocka_unit_test(what_comes_next_is_known),
        cmocka_unit_test(memory_stays_small),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
