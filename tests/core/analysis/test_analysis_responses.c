#include <math.h>

#include "core/tensor/gemm.h"
#include "tests/support/analysis_world.h"
#include "tests/support/assert_close.h"

/* 20 pictures are two chunks: they must count as one set. */
static void the_deviation_is_that_of_all_pictures_together(void **state) {
    (void)state;
    Error err = {0};
    AnalysisWorld world = analysis_world_open("resnet8", 0, 20);
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_RESPONSES);
    Pass *pass = analysis_run_pass(&world.input, &err);
    static const char *const layers[] = {"conv1", "layer1.0.conv1", "layer2.0.conv2", "layer3.0.conv2"};
    for (int k = 0; k < 4; k++) {
        int norm = network_find_op(world.model->network, layers[k]) + 1;
        /* the same values summed in another order */
        assert_close(analysis_world_value(&result, layers[k], "resnet8"), pass_act_stats(pass, norm).std,
                     1e-6);
    }
    assert_int_equal(result.table.row_count, 7); /* 6n+1 layers of 3x3 */
    pass_free(pass);
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void sorted_columns_fall_and_hold_the_same_numbers(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 3);
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_RESPONSES);
    static const char *const names[] = {"resnet8", "plain8"}, *const sorted[] = {"resnet8 sorted",
                                                                                 "plain8 sorted"};
    for (int s = 0; s < 2; s++) {
        double sum = 0, sum_sorted = 0, before = INFINITY;
        for (int r = 0; r < result.table.row_count; r++) {
            double value = analysis_table_get(&result.table, r, analysis_world_column(&result, sorted[s]));
            sum += analysis_table_get(&result.table, r, analysis_world_column(&result, names[s]));
            sum_sorted += value;
            assert_true(value <= before);
            before = value;
        }
        assert_close(sum, sum_sorted, 1e-12);
    }
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

/* A bottleneck has one 3x3 convolution, the stem of an ImageNet network none. */
static void only_layers_of_three_by_three_are_rows(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet50", 0, 1);
    world.input.twin = NULL;
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_RESPONSES);
    assert_int_equal(result.table.row_count, 16);
    assert_string_equal(result.table.labels[0], "layer1.0.conv2");
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void batch_norm_itself_says_the_same(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 'B', 20);
    for (int training = 0; training < 2; training++) {
        world.input.batch_statistics = training;
        AnalysisResult result = analysis_world_run(&world, ANALYSIS_RESPONSES);
        assert_true(*result.oracle && result.oracle_value <= result.oracle_limit);
        analysis_result_clear(&result);
    }
    analysis_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_deviation_is_that_of_all_pictures_together),
        cmocka_unit_test(sorted_columns_fall_and_hold_the_same_numbers),
        cmocka_unit_test(only_layers_of_three_by_three_are_rows),
        cmocka_unit_test(batch_norm_itself_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
