#include <math.h>
#include <string.h>

#include "tests/support/analysis_case.h"
#include "tests/support/assert_close.h"

static const PaperScore scores[] = {
    {.arch = "resnet20", .error = 8.5, .from = "measured here", .seen = 500},
    {.arch = "resnet20", .error = 50, .from = "as the file says"},
    {.arch = "resnet18", .error = 31, .from = "as the file says"}, /* of CIFAR pictures: no row has that */
    {.arch = "plain20", .error = 9.5, .from = "as the file says"},
};

static AnalysisResult run(int score_count, int steps) {
    AnalysisCase test = {.input = {.scores = scores, .score_count = score_count}};
    return analysis_case_run(&test, ANALYSIS_PAPER, steps);
}

static void counts_stand_beside_the_papers_with_their_distance(void **state) {
    (void)state;
    AnalysisResult result = run(0, -1);
    const AnalysisTable *table = &result.table;
    assert_int_equal(table->row_count, result.total);
    /* 853018 of 850000: a count, exact in a double */
    assert_true(analysis_case_value(table, "6 resnet56, A", "params") == 853018);
    assert_close(analysis_case_value(table, "6 resnet56, A", "off"), 3018.0 / 850000, 1e-12);
    assert_true(analysis_case_value(table, "1 resnet50, B, v1.5", "multiply-adds") == 4089184256.0);
    assert_close(analysis_case_value(table, "1 resnet50, B, v1.5", "FLOPs off"), 4089184256.0 / 3.8e9 - 1,
                 1e-12);
    assert_true(isnan(analysis_case_value(table, "1 resnet50, B, v1.5", "off")));
    assert_true(isnan(analysis_case_value(table, "6 resnet20, A", "error %")));
    assert_non_null(strstr(result.certainty, "exact, counts"));
    assert_oracle_holds(&result);
    analysis_result_clear(&result);
}

static void the_first_error_of_an_architecture_counts_and_says_what_it_is(void **state) {
    (void)state;
    AnalysisResult result = run(4, -1);
    const AnalysisTable *table = &result.table;
    assert_true(analysis_case_value(table, "6 resnet20, A", "error %") == 8.5);
    assert_true(analysis_case_value(table, "6 plain20", "error %") == 9.5);
    assert_true(isnan(analysis_case_value(table, "1 resnet18, A", "error %")));
    assert_non_null(strstr(result.reading, "resnet20: 8.5 % wrong here, 8.75 % in the paper"));
    assert_non_null(strstr(result.certainty, "1 measured here, sampled, n=500 pictures, 1 as the files say"));
    analysis_result_clear(&result);
}

static void what_is_not_counted_yet_has_no_row(void **state) {
    (void)state;
    AnalysisResult result = run(4, 3);
    assert_int_equal(result.table.row_count, 3);
    assert_false(result.complete);
    analysis_result_clear(&result);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_stand_beside_the_papers_with_their_distance),
        cmocka_unit_test(the_first_error_of_an_architecture_counts_and_says_what_it_is),
        cmocka_unit_test(what_is_not_counted_yet_has_no_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
