#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/analysis_world.h"
#include "tests/support/assert_close.h"

/* The network's own logits, from a pass that knows nothing of ledgers. */
static void own_logits(const AnalysisWorld *world, double *out) {
    Error err = {0};
    const Network *network = world->model->network;
    AnalysisInput one = world->input;
    one.image_count = 1;
    Pass *pass = analysis_run_pass(&one, &err);
    for (int k = 0; k < network->classes; k++)
        out[k] = (double)pass_act(pass, network_logits_op(network)).data[k];
    pass_free(pass);
}

static void the_terms_of_both_classes_add_up_to_their_logits(void **state) {
    (void)state;
    static const char shortcuts[] = "ABC";
    for (int s = 0; s < 3; s++) {
        AnalysisWorld world = analysis_world_open("resnet20", shortcuts[s], 1);
        double logits[10];
        own_logits(&world, logits);
        int best = 0;
        for (int k = 1; k < 10; k++)
            if (logits[k] > logits[best]) best = k;
        AnalysisResult result = analysis_world_run(&world, ANALYSIS_LOGITS);
        int rows = result.table.row_count;
        assert_int_equal(rows, 9 + 4); /* stem, blocks, constants, bias, the sum */
        double sum = 0;
        for (int r = 0; r < rows - 1; r++) sum += analysis_table_get(&result.table, r, 0);
        /* float32 logits against double sums of float32 products */
        assert_close(sum, logits[best], 1e-4 * (1 + fabs(logits[best])));
        assert_close(analysis_table_get(&result.table, rows - 1, 0), sum, 1e-12 * (1 + fabs(sum)));
        assert_true(result.oracle_value <= result.oracle_limit);
        char label[24];
        assert_string_equal(result.table.columns[0].name,
                            model_class_name(world.model, best, label, sizeof label));
        analysis_result_clear(&result);
        analysis_world_close(&world);
    }
}

static void identity_and_zero_pad_shortcuts_have_no_constants(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 'A', 1);
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_LOGITS);
    /* the same float32 numbers summed in two ways */
    assert_close(analysis_table_get(&result.table, analysis_world_row(&result, "constants"), 0), 0, 1e-4);
    analysis_result_clear(&result);
    analysis_world_close(&world);
    world = analysis_world_open("resnet8", 'B', 1);
    result = analysis_world_run(&world, ANALYSIS_LOGITS);
    assert_true(fabs(analysis_table_get(&result.table, analysis_world_row(&result, "constants"), 0)) > 1e-3);
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void a_class_that_is_asked_for_comes_first(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 1);
    world.input.target_class = 7;
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_LOGITS);
    assert_string_equal(result.table.columns[0].name, world.model->class_names[7]);
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void a_lesioned_block_writes_nothing(void **state) {
    (void)state;
    const bool lesioned[] = {false, true, false};
    AnalysisWorld world = analysis_world_open("resnet8", 0, 1);
    world.input.skip = SKIP_LESION;
    world.input.lesioned = lesioned;
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_LOGITS);
    assert_close(analysis_table_get(&result.table, analysis_world_row(&result, "layer2.0"), 0), 0, 0);
    assert_true(result.oracle_value <= result.oracle_limit);
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void where_the_stream_is_not_a_sum_it_says_so(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 2);
    world.input.skip = SKIP_PLAIN;
    analysis_world_refuses(&world, ANALYSIS_LOGITS, "without skips");
    analysis_world_close(&world);
}

static void with_statistics_of_the_batch_only_projections_are_refused(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 'B', 2);
    world.input.batch_statistics = true;
    analysis_world_refuses(&world, ANALYSIS_LOGITS, "--bn eval");
    analysis_world_close(&world);
    world = analysis_world_open("resnet8", 'A', 2);
    world.input.batch_statistics = true;
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_LOGITS);
    assert_close(analysis_table_get(&result.table, analysis_world_row(&result, "constants"), 0), 0, 0);
    assert_true(result.oracle_value <= result.oracle_limit);
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terms_of_both_classes_add_up_to_their_logits),
        cmocka_unit_test(identity_and_zero_pad_shortcuts_have_no_constants),
        cmocka_unit_test(a_class_that_is_asked_for_comes_first),
        cmocka_unit_test(a_lesioned_block_writes_nothing),
        cmocka_unit_test(with_statistics_of_the_batch_only_projections_are_refused),
        cmocka_unit_test(where_the_stream_is_not_a_sum_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
