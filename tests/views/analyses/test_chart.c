#include "views/analyses/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/canvas_check.h"
#include "views/analyses/chart_svg.h"

static const AnalysisColumn columns[] = {
    {.name = "norm", .unit = "L2", .kind = COLUMN_LOG, .charted = true},
    {.name = "count", .unit = "", .kind = COLUMN_COUNT},
    {.name = "other", .unit = "L2", .kind = COLUMN_LOG, .charted = true, .same_axis = true},
    {.name = "share", .unit = "of all", .kind = COLUMN_SHARE, .charted = true},
    {.name = "signed", .unit = "logit", .kind = COLUMN_SIGNED, .charted = true},
};

enum { COLUMNS = 5 };

static const AnalysisSpec spec = {.name = "try", .title = "A <try> & more"};

/* Three rows; the last one has no norm. */
static AnalysisResult result_of(void) {
    AnalysisResult result = {.complete = true,
                             .done = 3,
                             .total = 3,
                             .reading = "It <reads>.",
                             .math = "y = x",
                             .source = "nobody, \"nowhere\""};
    static const double values[3][COLUMNS] = {
        {1e-3, 3, 2e-2, 0.25, -4}, {5e-2, 20, 9, 0.75, 1}, {NAN, 0, 1e-1, 0, 0}};
    analysis_table_begin(&result.table, "block", columns, COLUMNS);
    for (int r = 0; r < 3; r++)
        memcpy(analysis_table_add(&result.table, "layer%d", r), values[r], sizeof values[r]);
    return result;
}

static void axes_span_whole_decades_round_numbers_and_both_signs(void **state) {
    (void)state;
    AnalysisResult result = result_of();
    ChartAxis share = chart_axis_of(&result.table, 3), both = chart_axis_of(&result.table, 4);
    assert_close(share.lo, 0, 0);
    assert_close(share.hi, 1, 1e-12); /* 0.75, rounded up to 1, 2 or 5 */
    assert_close(both.lo, -5, 1e-12);
    assert_close(both.hi, 5, 1e-12);
    assert_string_equal(chart_axis_text(both).text, "-5 .. +5");
    assert_string_equal(chart_axis_text(share).text, "0 .. 100.0%");
    analysis_result_clear(&result);
}

static void columns_that_are_compared_share_an_axis(void **state) {
    (void)state;
    AnalysisResult result = result_of();
    ChartAxis one = chart_axis_of(&result.table, 0), other = chart_axis_of(&result.table, 2);
    assert_close(one.lo, 1e-3, 1e-15);
    assert_close(one.hi, 10, 1e-12);
    assert_close(other.lo, one.lo, 0);
    assert_close(other.hi, one.hi, 0);
    assert_string_equal(chart_axis_text(one).text, "1e-3 .. 1e+1, log");
    /* a column of figures has nothing to do with it */
    assert_close(chart_axis_of(&result.table, 1).hi, 20, 1e-12);
    analysis_result_clear(&result);
}

static void fractions_stay_on_the_axis(void **state) {
    (void)state;
    ChartAxis decades = {.kind = COLUMN_LOG, .lo = 1e-2, .hi = 1e2},
              both = {.kind = COLUMN_SIGNED, .lo = -4, .hi = 4};
    assert_close(chart_fraction(decades, 1), 0.5, 1e-12);
    assert_close(chart_fraction(decades, 1e-9), 0, 0);
    assert_close(chart_fraction(decades, 0), 0, 0);
    assert_close(chart_fraction(decades, 1e9), 1, 0);
    assert_close(chart_fraction(both, -2), -0.5, 1e-12);
    assert_close(chart_fraction(both, -9), -1, 0);
    assert_true(isnan(chart_fraction(both, NAN)));
}

static void numbers_are_written_by_their_kind(void **state) {
    (void)state;
    assert_string_equal(chart_number(COLUMN_LOG, 0.0312).text, "3.12e-02");
    assert_string_equal(chart_number(COLUMN_SIGNED, 1.24).text, "+1.24");
    assert_string_equal(chart_number(COLUMN_SHARE, 0.123).text, "12.3%");
    assert_string_equal(chart_number(COLUMN_SHARE, -1e-6).text, "0.0%");
    assert_string_equal(chart_number(COLUMN_COUNT, 15).text, "15");
    assert_string_equal(chart_number(COLUMN_LOG, NAN).text, "-");
}

static void a_wide_chart_shows_all_a_narrow_one_a_window(void **state) {
    (void)state;
    AnalysisResult result = result_of();
    assert_int_equal(chart_columns_fit(&result.table, 200, 0), COLUMNS);
    int fit = chart_columns_fit(&result.table, 78, 0);
    assert_true(fit >= 2 && fit < COLUMNS);
    assert_int_equal(chart_columns_fit(&result.table, 10, 1), 1); /* one at least */
    assert_int_equal(chart_rows_fit(7), 5);
    assert_int_equal(chart_rows_fit(1), 0);
    analysis_result_clear(&result);
}

static void the_chart_is_figures_and_bars(void **state) {
    (void)state;
    AnalysisResult result = result_of();
    Canvas *canvas = canvas_new(62, 5, CANVAS_ASCII);
    chart_draw(canvas, canvas_area(canvas), &result.table, (ChartWindow){.column = 3, .selected = 1});
    assert_canvas_text(canvas, "  block      share  of all             signed  logit\n"
                               "                    0 .. 100.0%                -5 .. +5\n"
                               "  layer0     25.0%  ####                   -4   ::::::|\n"
                               "> layer1     75.0%  ###########            +1         |::\n"
                               "  layer2      0.0%                         +0         |\n");
    canvas_free(canvas);
    analysis_result_clear(&result);
}

/* Rows are as high as all of them fit; a bar fills its rows, and high ones stand apart. */
static void bars_fill_the_height(void **state) {
    (void)state;
    AnalysisResult result = result_of();
    assert_int_equal(chart_row_height(&result.table, 5), 1);
    assert_int_equal(chart_row_height(&result.table, 2 + 3 * 3), 3);
    assert_int_equal(chart_row_height(&result.table, 1), 1);
    Canvas *canvas = canvas_new(62, 11, CANVAS_ASCII);
    chart_draw(canvas, canvas_area(canvas), &result.table,
               (ChartWindow){.column = 3, .selected = -1, .row_height = 3});
    for (int r = 0; r < 2; r++)
        for (int y = 0; y < 3; y++) {
            bool bar = y < 2;
            assert_int_equal(canvas_get(canvas, 20, 2 + 3 * r + y)->glyph, bar ? '#' : ' ');
        }
    canvas_free(canvas);
    analysis_result_clear(&result);
}

static void a_chart_never_leaves_its_area(void **state) {
    (void)state;
    AnalysisResult result = result_of();
    for (int w = 1; w < 90; w += 4)
        for (int h = 1; h < 7; h += 2) {
            Canvas *canvas = canvas_new(120, 12, 0);
            Rect area = {4, 2, w, h};
            Rect old = canvas_clip(canvas, area);
            chart_draw(canvas, area, &result.table, (ChartWindow){.selected = 0});
            canvas_unclip(canvas, old);
            for (int y = 0; y < 12; y++)
                for (int x = 0; x < 120; x++)
                    if (x < 4 || x >= 4 + w || y < 2 || y >= 2 + h)
                        assert_int_equal(canvas_get(canvas, x, y)->glyph, ' ');
            canvas_free(canvas);
        }
    analysis_result_clear(&result);
}

/* Tags nest and close, and nothing but tags has angle brackets: enough to call these files well formed. */
static void assert_well_formed(const char *xml) {
    int depth = 0;
    for (const char *at = strchr(xml, '<'); at; at = strchr(at, '<')) {
        const char *end = strchr(at, '>');
        assert_non_null(end);
        assert_null(memchr(at + 1, '<', (size_t)(end - at - 1)));
        if (at[1] == '/')
            depth--;
        else if (at[1] != '?' && end[-1] != '/')
            depth++;
        assert_true(depth >= 0);
        at = end;
    }
    assert_int_equal(depth, 0);
}

static void the_svg_is_well_formed_and_says_everything(void **state) {
    (void)state;
    AnalysisResult result = result_of();
    size_t size = 0;
    char *svg = chart_svg(&spec, &result, &size);
    assert_int_equal(strlen(svg), size);
    assert_well_formed(svg);
    static const char *const parts[] = {"A &lt;try&gt; &amp; more", "It &lt;reads&gt;.", "Formula: y = x",
                                        "&quot;nowhere&quot;",      ">layer2</text>",    "-5 .. +5",
                                        ">5.00e-02</text>",         "1e-3 .. 1e+1, log"};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        if (!strstr(svg, parts[k])) fail_msg("no '%s' in the SVG", parts[k]);
    assert_null(strstr(svg, "INCOMPLETE"));
    assert_null(strstr(svg, "nan"));
    free(svg);
    result.complete = false;
    svg = chart_svg(&spec, &result, &size);
    assert_non_null(strstr(svg, "INCOMPLETE: given up after 3 of 3 steps"));
    free(svg);
    analysis_result_clear(&result);
}

static void many_charts_stand_in_bands_of_one_axis_and_few_side_by_side(void **state) {
    (void)state;
    AnalysisColumn six[6] = {{.charted = true}, {.charted = true, .same_axis = true}, {.name = "a figure"},
                             {.charted = true}, {.charted = true, .same_axis = true}, {.charted = true}};
    AnalysisTable table = {.columns = six, .column_count = 6};
    assert_int_equal(chart_band_end(&table, 0), 3);
    assert_int_equal(chart_band_end(&table, 3), 5);
    assert_int_equal(chart_band_end(&table, 5), 6);
    six[5].charted = false;
    assert_int_equal(chart_band_end(&table, 0), 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_charts_stand_in_bands_of_one_axis_and_few_side_by_side),
        cmocka_unit_test(axes_span_whole_decades_round_numbers_and_both_signs),
        cmocka_unit_test(columns_that_are_compared_share_an_axis),
        cmocka_unit_test(fractions_stay_on_the_axis),
        cmocka_unit_test(numbers_are_written_by_their_kind),
        cmocka_unit_test(a_wide_chart_shows_all_a_narrow_one_a_window),
        cmocka_unit_test(the_chart_is_figures_and_bars),
        cmocka_unit_test(bars_fill_the_height),
        cmocka_unit_test(a_chart_never_leaves_its_area),
        cmocka_unit_test(the_svg_is_well_formed_and_says_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
