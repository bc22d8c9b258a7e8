/* The fast pass with a batch's own statistics, and begun again in the middle. */
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

static Pass *run(const Network *network, PassConfig config) {
    Pass *pass = fixture_pass(network, &config, 0);
    pass_run_forward(pass);
    return pass;
}

static void assert_same_bits(const Pass *a, const Pass *b) {
    const Network *network = pass_network(a);
    Tensor logits = pass_act(a, network_logits_op(network));
    pass_check_bits(logits.data, pass_act(b, network_logits_op(network)).data, shape_count(logits.shape),
                    "logits");
}

/* With a batch's own statistics the cells run after the convolution, by the same code: to the bit, and on one thread
 * as on two. */
static void batch_statistics_answer_as_op_by_op(void **state) {
    static const char *const archs[][2] = {
        {"resnet20", "B"}, {"resnet8", "A"}, {"resnet8-gelu", "C"}, {"plain8", ""}};
    bool lesioned[9] = {[0] = true, [1] = true, [4] = true};
    (void)state;
    for (size_t k = 0; k < sizeof archs / sizeof *archs; k++) {
        Network *network = pass_check_network(archs[k][0], *archs[k][1]);
        for (int mode = SKIP_NONE_REMOVED; mode <= SKIP_LESION; mode++) {
            PassConfig config = {.batch = 3,
                                 .batch_statistics = true,
                                 .forward_only = true,
                                 .skip = (SkipMode)mode,
                                 .lesioned = lesioned};
            Pass *whole = run(network, config);
            config.fast = true;
            Pass *fast = run(network, config);
            assert_same_bits(whole, fast);
            for (int i = 0; i < network->op_count && mode == SKIP_NONE_REMOVED; i++)
                if (network_op_param(network, i, PARAM_NORM_MEAN))
                    pass_check_bits(pass_norm_var(whole, i), pass_norm_var(fast, i),
                                    (size_t)network->ops[i].out.c, network->ops[i].name);
            pass_free(whole);
            pass_free(fast);
        }
        network_free(network);
    }
}

/* A bottleneck's addition waits for its shortcut's own batch norm. */
static void batch_statistics_of_a_large_network(void **state) {
    (void)state;
    Network *network = fixture_network(&(ResnetConfig){.arch = "resnet50"}, 0);
    PassConfig config = {.batch = 1, .batch_statistics = true, .forward_only = true};
    Pass *whole = run(network, config);
    config.fast = true;
    Pass *fast = run(network, config);
    assert_same_bits(whole, fast);
    pass_free(whole);
    pass_free(fast);
    network_free(network);
}

/* Lesions one after the other, each from the first block that it changes, against passes of their own. */
static void a_pass_begun_again_at_a_block_answers_the_same(void **state) {
    static const int first_lost[] = {9, 8, 5, 4, 0};
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    for (int variant = 0; variant < 4; variant++) {
        bool lesioned[9] = {false};
        PassConfig config = {.batch = 6,
                             .fast = true,
                             .skip = SKIP_LESION,
                             .lesioned = lesioned,
                             .others_plain = variant == 1,
                             .batch_statistics = variant == 2};
        PassConfig kept = config;
        kept.keep_every = variant == 3 ? 4 : 1;
        Pass *again = run(network, kept);
        for (size_t k = 0; k < sizeof first_lost / sizeof *first_lost; k++) {
            int block = first_lost[k];
            if (block < 9) lesioned[block] = true;
            Pass *fresh = run(network, config);
            pass_set_skip(again, SKIP_LESION, lesioned);
            pass_restart_at(again, block < 9 ? block : 8, NULL);
            int steps = 0;
            while (pass_step_forward(again)) steps++;
            assert_true(steps > 0);
            assert_int_equal(pass_forward_done(again), network->op_count);
            assert_same_bits(fresh, again);
            pass_free(fresh);
        }
        pass_free(again);
    }
    network_free(network);
}

/* What lies before the block is not computed again: changed images are not noticed. */
static void a_pass_begun_again_leaves_out_what_comes_before(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = run(network, (PassConfig){.batch = 6, .fast = true, .keep_every = 1});
    Pass *before = run(network, (PassConfig){.batch = 6, .fast = true});
    fixture_fill_input(pass, 7);
    pass_restart_at(pass, 1, NULL);
    pass_run_forward(pass);
    assert_same_bits(before, pass);
    pass_free(before);
    pass_free(pass);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_statistics_answer_as_op_by_op),
        cmocka_unit_test(batch_statistics_of_a_large_network),
        cmocka_unit_test(a_pass_begun_again_at_a_block_answers_the_same),
        cmocka_unit_test(a_pass_begun_again_leaves_out_what_comes_before),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
