#include <math.h>
#include <stdlib.h>

#include "core/analysis/networks.h"
#include "tests/support/analysis_case.h"
#include "tests/support/assert_close.h"

static AnalysisCase two_pictures(int depth) {
    static int depths[1];
    AnalysisCase test = analysis_case_open("resnet8", 2);
    depths[0] = depth;
    test.input.depths = depths;
    test.input.depth_count = 1;
    return test;
}

static void noise_has_the_correlations_that_noise_has(void **state) {
    (void)state;
    AnalysisCase test = two_pictures(8);
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_SHATTERED, -1);
    assert_oracle_holds(&result);
    /* A random walk of n steps around its mean: 1 - 4/n, where 1/n is for the ends, which have one neighbour
     * only and lie far from the mean. */
    assert_close(analysis_case_value(&result.table, "brown noise", "lag 1/64"), 1 - 4.0 / 65, 0.02);
    assert_close(analysis_case_value(&result.table, "white noise", "lag 1/64"), -1 / 64.0, 0.01);
    for (int r = 0; r < result.table.row_count; r++)
        assert_close(analysis_table_strip(&result.table, r)[0], 1, 1e-12);
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

static void depth_shatters_plain_networks_more_than_residual_ones(void **state) {
    (void)state;
    AnalysisCase test = two_pictures(20);
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_SHATTERED, -1);
    double plain = analysis_case_value(&result.table, "plain20, start", "lag 1/64");
    double residual = analysis_case_value(&result.table, "resnet20, start", "lag 1/64");
    assert_true(residual > 1.5 * fabs(plain)); /* 0.8 and 0.3 on pictures */
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

/* One and the same picture at both ends: nothing changes along the line. */
static void a_line_of_one_point_has_no_correlation_to_tell(void **state) {
    (void)state;
    AnalysisCase test = two_pictures(8);
    size_t size = shape_count(test.model->network->input);
    for (size_t j = 0; j < size; j++) test.images[size + j] = test.images[j] = 0;
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_SHATTERED, -1);
    assert_true(isnan(analysis_case_value(&result.table, "resnet8, start", "lag 1/64")));
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

static void calibrated_statistics_give_the_pass_of_the_batch(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 3);
    Error err = {0};
    AnalysisBatch batch = {.images = test.images, .count = 3, .batch_statistics = true, .forward_only = true};
    Pass *of_batch = analysis_run(test.model->network, &batch, &err);
    analysis_calibrate(test.model->network, of_batch);
    batch.batch_statistics = false;
    Pass *running = analysis_run(test.model->network, &batch, &err);
    int logits = network_logits_op(test.model->network);
    for (int k = 0; k < 30; k++) /* the same formula with the same numbers, folded differently */
        assert_close((double)pass_act(running, logits).data[k], (double)pass_act(of_batch, logits).data[k],
                     1e-4);
    pass_free(of_batch);
    pass_free(running);
    analysis_case_close(&test);
}

static void a_single_picture_fades_to_the_mean_colour(void **state) {
    (void)state;
    AnalysisCase one = analysis_case_open("resnet8", 1), two = two_pictures(8);
    size_t size = shape_count(two.model->network->input);
    for (size_t j = 0; j < size; j++) two.images[size + j] = 0;
    one.input.depths = two.input.depths;
    one.input.depth_count = 1;
    AnalysisResult a = analysis_case_run(&one, ANALYSIS_SHATTERED, -1),
                   b = analysis_case_run(&two, ANALYSIS_SHATTERED, -1);
    /* The same line; the statistics are those of one picture and of both. */
    assert_close(analysis_case_value(&a.table, "resnet8, start", "lag 1/64"),
                 analysis_case_value(&b.table, "resnet8, start", "lag 1/64"), 0.1);
    analysis_result_clear(&a);
    analysis_result_clear(&b);
    analysis_case_close(&one);
    analysis_case_close(&two);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_has_the_correlations_that_noise_has),
        cmocka_unit_test(depth_shatters_plain_networks_more_than_residual_ones),
        cmocka_unit_test(a_line_of_one_point_has_no_correlation_to_tell),
        cmocka_unit_test(calibrated_statistics_give_the_pass_of_the_batch),
        cmocka_unit_test(a_single_picture_fades_to_the_mean_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
