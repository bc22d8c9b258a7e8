#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/regime_theory.h"
#include "tests/support/analysis_case.h"
#include "tests/support/assert_close.h"

static const double HE = 1.41421356237309504880;

static void the_plain_factors_are_those_of_the_literature(void **state) {
    (void)state;
    assert_close(regime_layer_factor(&(RegimeCell){.plain = true, .gain = 1}), 0.70711, 1e-5);
    assert_close(regime_layer_factor(&(RegimeCell){.plain = true, .gain = HE}), 1, 1e-12);
    assert_close(regime_layer_factor(&(RegimeCell){.plain = true, .norm = true, .gain = 1}), 1.21117, 1e-5);
}

/* Twelve layers in six blocks; borders and strides are the same for both, so only the gain differs. */
static void a_gain_of_1_costs_the_square_root_of_2_in_each_layer(void **state) {
    (void)state;
    double he[7], one[7];
    assert_true(regime_predict(&(RegimeCell){.plain = true, .gain = HE}, 2, he));
    assert_true(regime_predict(&(RegimeCell){.plain = true, .gain = 1}, 2, one));
    assert_close(one[0] - he[0], 12 * log10(1 / HE), 1e-12);
    /* Some of the gradient is lost at the borders and half of |g|^2 at each of the two changes of width. */
    assert_true(he[0] < -log10(2) && he[0] > -1);
}

static void zero_gamma_kills_a_plain_network_and_keeps_a_residual_one(void **state) {
    (void)state;
    double plain[10], residual[10];
    RegimeCell cell = {.plain = true, .norm = true, .zero_gamma = true, .gain = HE};
    assert_true(regime_predict(&cell, 3, plain));
    assert_true(isinf(plain[8]) && plain[8] < 0);
    cell.plain = false;
    assert_true(regime_predict(&cell, 3, residual));
    assert_close(residual[0], residual[2], 1e-9); /* a mask that was passed once is passed again */
    assert_close(residual[4], residual[5], 1e-9);
}

static void residual_networks_with_batch_norm_grow_ever_less(void **state) {
    (void)state;
    enum { N = 18 };
    double log10_grad[3 * N + 1];
    assert_true(regime_predict(&(RegimeCell){.norm = true, .gain = HE}, N, log10_grad));
    double early = log10_grad[0] - log10_grad[1], late = log10_grad[N - 2] - log10_grad[N - 1];
    /* |g|^2 through the branch is about 1.5 / (variance of the stream), which grows by about 1/2 a block */
    assert_true(early > 5 * late && late > 0);
}

static void theory_says_the_same_every_time(void **state) {
    (void)state;
    double a[7], b[7];
    RegimeCell cell = {.gain = HE};
    assert_true(regime_predict(&cell, 2, a) && regime_predict(&cell, 2, b));
    assert_memory_equal(a, b, sizeof a);
}

static void measured_factors_agree_with_theory(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet14", 4);
    test.input.samples = 4;
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_REGIMES, -1);
    assert_int_equal(result.table.row_count, 10);
    assert_oracle_holds(&result);
    assert_true(result.oracle_limit < 0.12); /* or it would say nothing */
    int factor = analysis_case_column(&result.table, "a layer"),
        theory = analysis_case_column(&result.table, "theory");
    for (int r = 0; r < 10; r++) /* batch norm of small batches is less than ideal: 8 % */
        assert_close(analysis_table_get(&result.table, r, factor),
                     analysis_table_get(&result.table, r, theory), 0.08);
    assert_true(analysis_case_value(&result.table, "14 plain, BN, zero γ: dead", "first/last") == 0);
    assert_non_null(strstr(result.reading, "Vanishes: plain, no BN, gain 1"));
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

static void growth_that_becomes_less_is_measured_and_not_assumed(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet20", 4);
    test.input.samples = 3;
    AnalysisResult result = analysis_case_run(&test, ANALYSIS_REGIMES, -1);
    int early = analysis_case_column(&result.table, "stage 1"),
        late = analysis_case_column(&result.table, "stage 3"), less = 0;
    for (int r = 0; r < result.table.row_count; r++) {
        if (!strstr(result.table.labels[r], "sub-exponential")) continue;
        assert_non_null(strstr(result.table.labels[r], "skip, BN"));
        assert_true(analysis_table_get(&result.table, r, late) < analysis_table_get(&result.table, r, early));
        less++;
    }
    assert_int_equal(less, 2); /* He and gain 1; with gamma 0 nothing grows */
    assert_true(analysis_case_row(&result.table, "20 plain, BN, He: explodes") >= 0);
    assert_true(analysis_case_row(&result.table, "20 skip, no BN, He: explodes") >= 0);
    analysis_result_clear(&result);
    analysis_case_close(&test);
}

static void other_networks_are_refused(void **state) {
    (void)state;
    AnalysisCase test = analysis_case_open("resnet8", 1);
    test.input.depths = (const int[]){20, 21};
    test.input.depth_count = 2;
    analysis_case_refuse(&test, ANALYSIS_REGIMES, "expected networks of depth 6n+2");
    analysis_case_close(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plain_factors_are_those_of_the_literature),
        cmocka_unit_test(a_gain_of_1_costs_the_square_root_of_2_in_each_layer),
        cmocka_unit_test(zero_gamma_kills_a_plain_network_and_keeps_a_residual_one),
        cmocka_unit_test(residual_networks_with_batch_norm_grow_ever_less),
        cmocka_unit_test(theory_says_the_same_every_time),
        cmocka_unit_test(measured_factors_agree_with_theory),
        cmocka_unit_test(growth_that_becomes_less_is_measured_and_not_assumed),
        cmocka_unit_test(other_networks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
