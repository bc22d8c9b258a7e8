#include "core/analysis/analysis.h"

#include <math.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "tests/support/analysis_world.h"
#include "tests/support/assert_close.h"

/* Of all that may be asked of one as little as there is. */
static void ask_for_little(AnalysisWorld *world) {
    static const int depths[] = {8};
    world->input.depths = depths;
    world->input.depth_count = 1;
    world->input.samples = 1;
}

static const AnalysisId sweeps[] = {ANALYSIS_LESIONS, ANALYSIS_SLICE, ANALYSIS_REGIMES, ANALYSIS_SHATTERED,
                                    ANALYSIS_FLOW};
enum { SWEEPS = sizeof sweeps / sizeof *sweeps };

static void every_analysis_says_what_it_is_and_is_found_by_name(void **state) {
    (void)state;
    for (int k = 0; k < ANALYSIS_COUNT; k++) {
        const AnalysisSpec *spec = analysis_spec((AnalysisId)k);
        AnalysisId found;
        assert_true(*spec->name && *spec->title && *spec->math && *spec->source);
        assert_true(strlen(spec->sentence) > 20 && spec->sentence[strlen(spec->sentence) - 1] == '.');
        assert_true(analysis_find(spec->name, &found));
        assert_int_equal(found, k);
    }
    AnalysisId none;
    assert_false(analysis_find("nothing", &none));
}

/* Until so many steps are over: each may take several calls, or several of them one. */
static void work_until(Analysis *analysis, int done) {
    while (analysis_done(analysis) < done) assert_true(analysis_step(analysis));
}

static void steps_are_counted_to_the_end_and_no_further(void **state) {
    (void)state;
    Error err = {0};
    AnalysisWorld world = analysis_world_open("resnet8", 0, 1);
    Analysis *analysis = analysis_new(ANALYSIS_PATHS, &world.input, &err);
    /* the pass, and 3*4/2 products */
    assert_int_equal(analysis_total(analysis), 7);
    for (int done = 0; done < 7; done++) {
        work_until(analysis, done + 1);
        assert_int_equal(analysis_done(analysis), done + 1);
    }
    assert_false(analysis_step(analysis));
    assert_int_equal(analysis_done(analysis), 7);
    analysis_free(analysis);
    analysis_world_close(&world);
}

/* Whatever the analysis, wherever it is given up. */
static void what_is_given_up_can_be_reported_and_says_so(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 2);
    for (int k = 0; k < ANALYSIS_COUNT; k++)
        for (int stop = 0; stop < 3; stop++) {
            Error err = {0};
            AnalysisResult result;
            Analysis *analysis = analysis_new((AnalysisId)k, &world.input, &err);
            if (!analysis) fail_msg("%s", err.text);
            work_until(analysis, stop < analysis_total(analysis) ? stop : analysis_total(analysis) - 1);
            int done = analysis_done(analysis), total = analysis_total(analysis);
            assert_true(analysis_report(analysis, &result));
            assert_true(result.complete == (done == total));
            assert_int_equal(result.done, done);
            assert_int_equal(result.total, total);
            assert_true(*result.certainty && *result.reading);
            analysis_result_clear(&result);
            analysis_free(analysis);
        }
    analysis_world_close(&world);
}

/* From 0 to 1 and never back; and no step is long beside all of them, or the time left could not be told. */
static void the_share_of_the_work_grows_to_all_of_it(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 2);
    ask_for_little(&world);
    for (int k = 0; k < ANALYSIS_COUNT; k++) {
        Error err = {0};
        double before = 0;
        Analysis *analysis = analysis_new((AnalysisId)k, &world.input, &err);
        assert_close(analysis_share(analysis), 0, 0);
        while (analysis_step(analysis)) {
            double share = analysis_share(analysis);
            if (share < before - 1e-12 || share > 1)
                fail_msg("%s: %g after %g", analysis_spec((AnalysisId)k)->name, share, before);
            before = share;
        }
        assert_close(before, 1, 0);
        analysis_free(analysis);
    }
    analysis_world_close(&world);
}

static AnalysisResult run_with_threads(const AnalysisWorld *world, AnalysisId id, int threads) {
    parallel_set_threads(threads);
    return analysis_world_run(world, id);
}

/* Whoever has more threads runs more passes side by side. Pictures of one chunk, then more than one chunk. */
static void threads_change_no_figure(void **state) {
    static const struct {
        int images;
        bool batch_statistics;
    } cases[] = {{2, true}, {18, false}};
    int threads = parallel_threads();
    (void)state;
    for (int c = 0; c < 2; c++) {
        AnalysisWorld world = analysis_world_open("resnet8", 0, cases[c].images);
        world.input.batch_statistics = cases[c].batch_statistics;
        ask_for_little(&world);
        for (int k = 0; k < SWEEPS; k++) {
            AnalysisResult a = run_with_threads(&world, sweeps[k], 1),
                           b = run_with_threads(&world, sweeps[k], 3);
            assert_int_equal(a.table.row_count, b.table.row_count);
            size_t count = (size_t)a.table.row_count * (size_t)a.table.column_count;
            assert_memory_equal(a.table.values, b.table.values, count * sizeof *a.table.values);
            analysis_result_clear(&a);
            analysis_result_clear(&b);
        }
        analysis_world_close(&world);
    }
    parallel_set_threads(threads);
}

static void every_analysis_holds_its_own_check(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 2);
    for (int k = 0; k < ANALYSIS_COUNT; k++) {
        AnalysisResult result = analysis_world_run(&world, (AnalysisId)k);
        if (*result.oracle && !(result.oracle_value <= result.oracle_limit))
            fail_msg("%s: %s is %g", analysis_spec((AnalysisId)k)->name, result.oracle, result.oracle_value);
        assert_true(result.table.row_count > 0 && *result.reading && *result.certainty);
        analysis_result_clear(&result);
    }
    analysis_world_close(&world);
}

static void every_certainty_begins_with_one_of_four_words(void **state) {
    (void)state;
    static const char *const words[] = {"exact,", "bound,", "sampled, n=", "one batch of "};
    AnalysisWorld world = analysis_world_open("resnet8", 0, 2);
    for (int k = 0; k < ANALYSIS_COUNT; k++) {
        AnalysisResult result = analysis_world_run(&world, (AnalysisId)k);
        bool known = false;
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            known = known || strncmp(result.certainty, words[w], strlen(words[w])) == 0;
        if (!known) fail_msg("%s: '%s'", analysis_spec((AnalysisId)k)->name, result.certainty);
        analysis_result_clear(&result);
    }
    analysis_world_close(&world);
}

static void the_same_seed_gives_the_same_figures(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 2);
    for (int k = 0; k < ANALYSIS_COUNT; k++) {
        AnalysisResult a = analysis_world_run(&world, (AnalysisId)k),
                       b = analysis_world_run(&world, (AnalysisId)k);
        assert_int_equal(a.table.row_count, b.table.row_count);
        size_t count = (size_t)a.table.row_count * (size_t)a.table.column_count;
        assert_memory_equal(a.table.values, b.table.values, count * sizeof *a.table.values);
        analysis_result_clear(&a);
        analysis_result_clear(&b);
    }
    analysis_world_close(&world);
}

static void a_table_begins_empty_and_its_rows_as_nan(void **state) {
    (void)state;
    static const AnalysisColumn columns[] = {{.name = "a", .unit = ""}, {.name = "b", .unit = ""}};
    AnalysisResult result = {0};
    analysis_table_begin(&result.table, "row", columns, 2);
    for (int r = 0; r < 100; r++) analysis_table_add(&result.table, "row %d", r)[1] = r;
    assert_int_equal(result.table.row_count, 100);
    assert_string_equal(result.table.labels[99], "row 99");
    assert_true(isnan(analysis_table_get(&result.table, 70, 0)));
    assert_close(analysis_table_get(&result.table, 70, 1), 70, 0);
    analysis_result_clear(&result);
}

static void assert_check(double value, double limit, const char *expected) {
    AnalysisResult result = {.oracle = "|a - b|", .oracle_value = value, .oracle_limit = limit};
    char text[128];
    analysis_format_check(&result, text, sizeof text);
    assert_string_equal(text, expected);
}

/* With two digits even where the second is a zero: another length would move what follows. */
static void a_check_is_said_in_one_length(void **state) {
    (void)state;
    assert_check(3.3e-7, 1e-5, "holds: |a - b| = 3.3e-07, at most 1e-05");
    assert_check(3e-7, 1e-5, "holds: |a - b| = 3.0e-07, at most 1e-05");
    assert_check(2e-4, 1e-5, "DOES NOT HOLD: |a - b| = 2.0e-04, at most 1e-05");
    assert_check(0, 0, "holds: |a - b| = 0, must be 0");
    assert_check(1, 0, "DOES NOT HOLD: |a - b| = 1.0e+00, must be 0");
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_check_is_said_in_one_length),
        cmocka_unit_test(every_analysis_says_what_it_is_and_is_found_by_name),
        cmocka_unit_test(steps_are_counted_to_the_end_and_no_further),
        cmocka_unit_test(the_share_of_the_work_grows_to_all_of_it),
        cmocka_unit_test(threads_change_no_figure),
        cmocka_unit_test(what_is_given_up_can_be_reported_and_says_so),
        cmocka_unit_test(every_analysis_holds_its_own_check),
        cmocka_unit_test(every_certainty_begins_with_one_of_four_words),
        cmocka_unit_test(the_same_seed_gives_the_same_figures),
        cmocka_unit_test(a_table_begins_empty_and_its_rows_as_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
