#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/networks.h"
#include "tests/support/analysis_case.h"
#include "tests/support/assert_close.h"

static void the_middle_is_the_network_itself_and_filters_keep_their_length(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 2);
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_SLICE, -1);
    Error err = {0};
    Pass *pass = analysis_run_pass(&test.input, &err);
    assert_int_equal(result.table.row_count, 21);
    double middle = analysis_case_value(&result.table, "+0.00", "resnet8");
    assert_close(middle, pass_loss(pass), 1e-5); /* PassConfig.rounds_more */
    assert_oracle_holds(&result);
    assert_true(fabs(analysis_case_value(&result.table, "+1.00", "resnet8") - middle) > 1e-3);
    pass_free(pass);
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

/* Batch norm of the batch takes the length of the filters out: a network whose filters are all three times
 * as long has the same slice, because its steps are three times as long too. */
static void the_slice_does_not_change_when_filters_are_scaled(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("plain8", 4);
    AnalysisResult before = analysis_case_run(&test, ANALYSIS_SLICE, -1);
    Network *network = test.model->network;
    for (int p = 0; p < network->param_count; p++)
        for (size_t j = 0; network->params[p].role == PARAM_CONV_WEIGHT && j < network->params[p].count; j++)
            network_values(network, &network->params[p])[j] *= 3;
    AnalysisResult after = analysis_case_run(&test, ANALYSIS_SLICE, -1);
    for (int r = 0; r < 21; r++) /* the epsilon of batch norm and rounding remain */
        assert_close(analysis_table_get(&after.table, r, 0), analysis_table_get(&before.table, r, 0), 1e-3);
    assert_true(fabs(analysis_table_get(&before.table, 0, 0) - analysis_table_get(&before.table, 10, 0)) >
                2e-2); /* of the slice itself */
    analysis_result_clear(&before);
    analysis_result_clear(&after);
    analysis_case_close(&test);
}

static void a_plane_is_refined_from_a_coarse_grid(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 1);
    test.input.plane = true;
    AnalysisResult coarse = analysis_case_run(&test, ANALYSIS_SLICE, 1 + 3);
    assert_false(coarse.complete);
    const double *strip = analysis_table_strip(&coarse.table, 7);
    assert_true(strip[7] == strip[8] && strip[15] == strip[16]);
    assert_false(isnan(strip[15]));
    assert_true(strip[7] != strip[15]);
    analysis_result_clear(&coarse);
    analysis_case_close(&test);
}

static void the_middle_row_of_a_plane_is_the_line_of_the_same_seed(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 1);
    AnalysisResult line = analysis_case_run(&test, ANALYSIS_SLICE, -1);
    test.input.plane = true;
    AnalysisResult plane = analysis_case_run(&test, ANALYSIS_SLICE, -1);
    const double *strip = analysis_table_strip(&plane.table, 7);
    assert_true(strip[0] == analysis_table_get(&line.table, 0, 0));
    assert_true(strip[15] == analysis_table_get(&line.table, 10, 0));
    assert_true(strip[30] == analysis_table_get(&line.table, 20, 0));
    assert_oracle_holds(&plane);
    analysis_result_clear(&line);
    analysis_result_clear(&plane);
    analysis_case_close(&test);
}

static void two_networks_stand_beside_each_other(void **state) {
    (void)state;
    static const int targets[1] = {3};
    AnalysisCase test = analysis_case_open("resnet8", 1), other = analysis_case_open("plain14", 1);
    test.input.targets = other.input.targets = targets;
    test.input.twin = other.model;
    test.input.twin_label = "another network";
    AnalysisResult both = analysis_case_run(&test, ANALYSIS_SLICE, -1);
    AnalysisResult alone = analysis_case_run(&other, ANALYSIS_SLICE, -1);
    for (int r = 0; r < 21; r++)
        assert_true(analysis_table_get(&both.table, r, 1) == analysis_table_get(&alone.table, r, 0));
    analysis_result_clear(&both);
    analysis_result_clear(&alone);
    analysis_case_close(&test);
    analysis_case_close(&other);
}

static void two_planes_stand_below_each_other_on_one_scale(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 1), other = analysis_case_open("plain8", 1);
    test.input.twin = other.model;
    test.input.twin_label = "another network";
    test.input.plane = true;
    AnalysisResult both = analysis_case_run(&test, ANALYSIS_SLICE, 1 + 2 * 3);
    assert_int_equal(both.table.row_count, 30);
    assert_int_equal(analysis_case_row(&both.table, "plain8 +0.00"), 22);
    assert_true(analysis_table_strip(&both.table, 7)[15] != analysis_table_strip(&both.table, 22)[15]);
    analysis_result_clear(&both);
    analysis_case_close(&test);
    analysis_case_close(&other);
}

static void it_is_the_loss_of_what_the_pictures_show_where_that_is_known(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 2);
    static const int labels[] = {3, -1}, both[] = {3, 5};
    AnalysisResult predicted = analysis_case_run(&test, ANALYSIS_SLICE, -1);
    assert_non_null(strstr(predicted.certainty, "the classes predicted in the middle"));
    test.input.labels = labels;
    AnalysisResult mixed = analysis_case_run(&test, ANALYSIS_SLICE, -1);
    assert_non_null(strstr(mixed.certainty, "the true class of 1, of the others of the one predicted"));
    test.input.labels = both;
    AnalysisResult known = analysis_case_run(&test, ANALYSIS_SLICE, -1);
    assert_non_null(strstr(known.certainty, "loss of the true classes"));
    test.input.labels = NULL;
    test.input.targets = both;
    AnalysisResult asked = analysis_case_run(&test, ANALYSIS_SLICE, -1);
    assert_non_null(strstr(asked.certainty, "the classes asked for"));
    for (int r = 0; r < 21; r++) /* the same sums of the same numbers */
        assert_true(analysis_table_get(&known.table, r, 0) == analysis_table_get(&asked.table, r, 0));
    /* the predicted class is the likeliest, so its loss is the least */
    assert_true(analysis_table_get(&predicted.table, 10, 0) < analysis_table_get(&mixed.table, 10, 0));
    analysis_result_clear(&predicted);
    analysis_result_clear(&mixed);
    analysis_result_clear(&known);
    analysis_result_clear(&asked);
    analysis_case_close(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_loss_of_what_the_pictures_show_where_that_is_known),
        cmocka_unit_test(the_middle_is_the_network_itself_and_filters_keep_their_length),
        cmocka_unit_test(the_slice_does_not_change_when_filters_are_scaled),
        cmocka_unit_test(a_plane_is_refined_from_a_coarse_grid),
        cmocka_unit_test(the_middle_row_of_a_plane_is_the_line_of_the_same_seed),
        cmocka_unit_test(two_networks_stand_beside_each_other),
        cmocka_unit_test(two_planes_stand_below_each_other_on_one_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
