#include <math.h>

#include "core/tensor/gemm.h"
#include "tests/support/analysis_world.h"
#include "tests/support/assert_close.h"

static void the_parts_of_every_gradient_make_up_the_whole(void **state) {
    (void)state;
    static const char shortcuts[] = "ABC";
    for (int s = 0; s < 3; s++) {
        AnalysisWorld world = analysis_world_open("resnet8", shortcuts[s], 2);
        world.input.batch_statistics = s > 0;
        AnalysisResult result = analysis_world_run(&world, ANALYSIS_JUNCTIONS);
        assert_int_equal(result.table.row_count, 3);
        for (int b = 0; b < 3; b++) {
            const char *name = world.model->network->blocks[b].name;
            double skip = analysis_world_value(&result, name, "via skip"),
                   branch = analysis_world_value(&result, name, "via F"),
                   in = analysis_world_value(&result, name, "|g| at x"),
                   cosine = analysis_world_value(&result, name, "cos");
            /* the parts are summed in float32 and measured in double */
            assert_close(skip * skip + branch * branch + 2 * skip * branch * cosine, in * in, 1e-6 * in * in);
            assert_close(analysis_world_value(&result, name, "skip part") +
                             analysis_world_value(&result, name, "F part"),
                         1, 1e-6);
            if (b > 0)
                assert_close(
                    in, analysis_world_value(&result, world.model->network->blocks[b - 1].name, "|g| at y"),
                    0);
        }
        assert_true(result.oracle_value <= result.oracle_limit);
        analysis_result_clear(&result);
        analysis_world_close(&world);
    }
}

static void the_relu_after_the_addition_is_counted(void **state) {
    (void)state;
    Error err = {0};
    AnalysisWorld world = analysis_world_open("resnet8", 0, 1);
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_JUNCTIONS);
    Pass *pass = analysis_run_pass(&world.input, &err);
    for (int b = 0; b < 3; b++) {
        const Block *block = &world.model->network->blocks[b];
        Stats stats = pass_act_stats(pass, block->output);
        double open = (double)(stats.count - stats.zeros) / (double)stats.count; /* none is negative */
        assert_close(analysis_world_value(&result, block->name, "ReLU open"), open, 1e-15);
        assert_true(open > 0.05 && open < 0.95);
    }
    pass_free(pass);
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void a_cut_skip_brings_nothing_and_a_plain_network_has_none(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 1);
    world.input.skip = SKIP_CUT;
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_JUNCTIONS);
    assert_close(analysis_world_value(&result, "layer2.0", "via skip"), 0, 0);
    assert_close(analysis_world_value(&result, "layer2.0", "F part"), 1, 1e-12);
    analysis_result_clear(&result);
    analysis_world_close(&world);
    world = analysis_world_open("plain8", 0, 1);
    analysis_world_refuses(&world, ANALYSIS_JUNCTIONS, "adds nothing");
    analysis_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_of_every_gradient_make_up_the_whole),
        cmocka_unit_test(the_relu_after_the_addition_is_counted),
        cmocka_unit_test(a_cut_skip_brings_nothing_and_a_plain_network_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
