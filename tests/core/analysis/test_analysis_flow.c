#include <math.h>
#include <stdio.h>

#include "core/analysis/networks.h"
#include "tests/support/analysis_case.h"
#include "tests/support/assert_close.h"

static void norms_are_those_of_the_networks_own_pass(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet14", 3);
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_FLOW, -1);
    Error err = {0};
    Pass *pass = analysis_run_pass(&test.input, &err);
    assert_int_equal(result.table.row_count, 6);
    for (int b = 0; b < 6; b++) {
        const Block *block = &test.model->network->blocks[b];
        double expected = pass_grad_stats(pass, block->input).l2;
        assert_close(analysis_case_value(&result.table, block->name, "residual |g|"), expected,
                     1e-12 * expected);
    }
    assert_oracle_holds(&result);
    pass_free(pass);
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

/* With option A the plain twin made by leaving the additions out must be the plain network of the same
 * weights. */
static void the_plain_column_is_the_plain_mode_of_the_same_network(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 2);
    static const int targets[2] = {4, 7};
    test.input.targets = targets;
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_FLOW, -1);
    test.input.skip = SKIP_PLAIN;
    Error err = {0};
    Pass *pass = analysis_run_pass(&test.input, &err);
    for (int b = 0; b < 3; b++) {
        const Block *block = &test.model->network->blocks[b];
        double expected = pass_grad_stats(pass, block->input).l2;
        assert_close(analysis_case_value(&result.table, block->name, "plain |g|"), expected,
                     1e-6 * expected); /* the same sums; an addition of zero stands between */
    }
    pass_free(pass);
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

static void a_plain_network_gets_its_residual_twin(void **state) {
    (void)state;
    AnalysisCase plain = analysis_case_open("plain8", 2), residual = analysis_case_open("resnet8", 2);
    static const int targets[2] = {1, 2};
    plain.input.targets = residual.input.targets = targets;
    AnalysisResult a = analysis_case_run(&plain, ANALYSIS_FLOW, -1),
                   b = analysis_case_run(&residual, ANALYSIS_FLOW, -1);
    assert_int_equal(a.table.column_count, b.table.column_count);
    for (int r = 0; r < a.table.row_count; r++)
        for (int c = 0; c < a.table.column_count; c++) /* the same two networks, in the same order */
            assert_true(analysis_table_get(&a.table, r, c) == analysis_table_get(&b.table, r, c));
    analysis_result_clear(&a);
    analysis_result_clear(&b);
    analysis_case_close(&plain);
    analysis_case_close(&residual);
}

static void the_update_is_the_rate_times_the_gradient_over_the_weight(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 2);
    test.input.lr = 0.25;
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_FLOW, -1);
    const Network *network = test.model->network;
    double square = 0;
    for (int k = 1; k <= 2; k++) {
        char name[64];
        snprintf(name, sizeof name, "layer2.0.conv%d.weight", k);
        const Param *param = network_find_param(network, name);
        const real *w = network_const_values(network, param);
        square += tensor_dot(w, w, param->count);
    }
    double expected = 0.25 * analysis_case_value(&result.table, "layer2.0", "resid. |dw|") / sqrt(square);
    assert_close(analysis_case_value(&result.table, "layer2.0", "resid. update"), expected, 1e-9 * expected);
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

/* Of the same architecture with the values that the input's init gives. */
static void weights_at_the_start_have_columns_beside_the_trained_ones(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 2);
    static const int targets[2] = {4, 7};
    test.input.untrained = false;
    test.input.targets = targets;
    test.input.init = (InitConfig){.kind = INIT_HE, .seed = 11};
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_FLOW, -1);
    Error err = {0};
    Network *fresh = analysis_fresh(test.model->network, &test.input.init, &err);
    AnalysisBatch batch = {.images = test.images, .targets = targets, .count = 2, .batch_statistics = true};
    Pass *pass = analysis_run(fresh, &batch, &err);
    double square = 0;
    for (int k = 1; k <= 2; k++) {
        char name[64];
        snprintf(name, sizeof name, "layer3.0.conv%d.weight", k);
        const Param *param = network_find_param(fresh, name);
        const real *dw = pass_param_grad(pass, param);
        square += tensor_dot(dw, dw, param->count);
    }
    double expected = sqrt(square);
    assert_close(analysis_case_value(&result.table, "layer3.0", "resid. |dw| start"), expected,
                 1e-9 * expected);
    assert_true(analysis_case_value(&result.table, "layer3.0", "resid. |dw|") != expected);
    assert_true(analysis_case_value(&result.table, "layer3.0", "plain upd. start") > 0);
    pass_free(pass);
    network_free(fresh);
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

/* Activations, weights and updates are three quantities: one logarithmic axis each, for all runs. */
static void each_quantity_is_charted_on_one_axis_for_all_runs(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 1);
    test.input.untrained = false;
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_FLOW, 1);
    assert_int_equal(result.table.column_count, 12);
    for (int c = 0; c < 12; c++) {
        const AnalysisColumn *column = &result.table.columns[c];
        assert_true(column->charted && column->kind == COLUMN_LOG);
        assert_int_equal(column->same_axis, c % 4 != 0);
    }
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

static void depths_give_a_row_for_each_network_and_its_blocks_as_a_strip(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 2);
    static const int depths[] = {8, 14};
    test.input.depths = depths;
    test.input.depth_count = 2;
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_FLOW, -1);
    assert_int_equal(result.table.row_count, 4);
    int row = analysis_case_row(&result.table, "plain14");
    const double *strip = analysis_table_strip(&result.table, row);
    assert_close(strip[0], analysis_case_value(&result.table, "plain14", "|g| first"), 1e-9 * strip[0]);
    assert_true(strip[5] > 0 && isnan(strip[6]));
    analysis_result_clear(&result);
    test.input.depths = (const int[]){18};
    test.input.depth_count = 1;
    analysis_case_refuse(&test, ANALYSIS_FLOW, "resnet18 reads pictures of 224x224");
    analysis_case_close(&test);
}

static void what_is_not_done_is_left_empty(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 1);
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_FLOW, 2);
    assert_false(result.complete);
    assert_true(analysis_case_value(&result.table, "layer1.0", "residual |g|") > 0);
    assert_true(isnan(analysis_case_value(&result.table, "layer1.0", "plain |g|")));
    analysis_result_clear(&result);
    test.input.skip = SKIP_PLAIN;
    analysis_case_refuse(&test, ANALYSIS_FLOW, "expected --without-skip none");
    analysis_case_close(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(norms_are_those_of_the_networks_own_pass),
        cmocka_unit_test(the_plain_column_is_the_plain_mode_of_the_same_network),
        cmocka_unit_test(a_plain_network_gets_its_residual_twin),
        cmocka_unit_test(the_update_is_the_rate_times_the_gradient_over_the_weight),
        cmocka_unit_test(weights_at_the_start_have_columns_beside_the_trained_ones),
        cmocka_unit_test(each_quantity_is_charted_on_one_axis_for_all_runs),
        cmocka_unit_test(depths_give_a_row_for_each_network_and_its_blocks_as_a_strip),
        cmocka_unit_test(what_is_not_done_is_left_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
