/* Maps in a grid, their legends, and bars. */
#include "tests/support/canvas_check.h"

#include <stdio.h>
#include <string.h>

#include "views/widget/widgets_detail.h"

static Canvas *canvas_of(int width, int height, unsigned flags) {
    Canvas *canvas = canvas_new(width, height, flags);
    assert_non_null(canvas);
    return canvas;
}

/* Three channels of 4x4: rising, zero everywhere, and one that has a NaN. */
enum { SMALL_SIDE = 4, SMALL_CHANNELS = 3, SMALL_COUNT = SMALL_SIDE * SMALL_SIDE * SMALL_CHANNELS };

static WidgetTensor small_tensor(real data[SMALL_COUNT]) {
    Tensor tensor = {.shape = {.n = 1, .c = SMALL_CHANNELS, .h = SMALL_SIDE, .w = SMALL_SIDE}, .data = data};
    for (int k = 0; k < SMALL_COUNT; k++) data[k] = (real)(k % SMALL_CHANNELS == 0 ? k : 0);
    data[2] = (real)NAN;
    return widget_tensor_scaled(tensor, scale_of(0, SMALL_COUNT, false));
}

static Scene gray_scene(void) {
    Scene scene = {.settings = setting_defaults()};
    scene.settings.scope = SCOPE_MAP;
    setting_set_palette(&scene.settings, PALETTE_USE_MAGNITUDE, PALETTE_GRAY);
    setting_set_palette(&scene.settings, PALETTE_USE_ACTIVATION, PALETTE_RDBU);
    setting_set_palette(&scene.settings, PALETTE_USE_GRADIENT, PALETTE_RDBU);
    return scene;
}

static void a_montage_numbers_frames_and_marks_maps_of_zeros(void **state) {
    (void)state;
    real data[SMALL_COUNT];
    WidgetTensor tensor = small_tensor(data);
    Scene scene = gray_scene();
    Canvas *canvas = canvas_of(16, 4, CANVAS_ASCII);
    WidgetPage page =
        widget_montage(canvas, canvas_area(canvas), &scene, &tensor, (WidgetMontage){.selected = 0});
    assert_int_equal(page.dead, 1);
    assert_canvas_text(canvas, "+0---+1    2\n"
                               "|**==|____ x...\n"
                               "|%$$#|     ....\n"
                               "+----+\n");
    canvas_free(canvas);
}

static void a_montage_of_nothing_is_no_montage_of_zeros(void **state) {
    (void)state;
    WidgetTensor tensor = widget_tensor_scaled((Tensor){.shape = {1, 3, 4, 4}}, scale_of(0, 1, false));
    Scene scene = gray_scene();
    Canvas *canvas = canvas_of(20, 2, 0);
    WidgetPage page =
        widget_montage(canvas, canvas_area(canvas), &scene, &tensor, (WidgetMontage){.selected = 0});
    assert_int_equal(page.dead, -1);
    assert_canvas_text(canvas, "┌0─┐1  2\n"
                               "│? │?  ?\n");
    canvas_free(canvas);
}

static void every_planned_page_fits_its_area(void **state) {
    (void)state;
    static const Shape shapes[] = {{1, 16, 32, 32}, {1, 64, 8, 8}, {1, 3, 224, 224}, {1, 2048, 7, 7}};
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        for (int w = 3; w <= 200; w += 7) {
            for (int h = 2; h <= 60; h += 5) {
                WidgetPage page = widget_montage_plan((Rect){.w = w, .h = h}, shapes[k], (WidgetMontage){0});
                assert_true(page.columns >= 1 && page.rows >= 1 && page.count >= 1);
                assert_true(page.columns * (page.map_width + 1) + 1 <= w);
                assert_true(page.rows * (page.map_height + 1) <= h);
                assert_true(page.count <= page.columns * page.rows && page.count <= shapes[k].c);
                assert_int_equal(page.total, shapes[k].c);
            }
        }
    }
}

static void maps_grow_only_while_all_of_them_fit(void **state) {
    (void)state;
    Shape shape = {1, 4, 8, 8};
    WidgetPage roomy = widget_montage_plan((Rect){.w = 70, .h = 9}, shape, (WidgetMontage){0});
    assert_int_equal(roomy.map_width, 16);
    assert_int_equal(roomy.columns * roomy.rows, 4);
    WidgetPage capped = widget_montage_plan((Rect){.w = 70, .h = 9}, shape, (WidgetMontage){.side_max = 8});
    assert_int_equal(capped.map_width, 8);
    WidgetPage shrunk = widget_montage_plan((Rect){.w = 70, .h = 9}, shape, (WidgetMontage){.side_max = 4});
    assert_int_equal(shrunk.map_width, 4);
}

static void pages_are_whole_and_show_what_is_selected(void **state) {
    (void)state;
    Rect area = {.w = 40, .h = 10};
    Shape shape = {1, 64, 8, 8};
    WidgetPage page = widget_montage_plan(area, shape, (WidgetMontage){0});
    assert_int_equal(page.columns * page.rows, 8);
    assert_int_equal(widget_montage_first(&page, 0), 0);
    assert_int_equal(widget_montage_first(&page, 7), 0);
    assert_int_equal(widget_montage_first(&page, 63), 56);
    page = widget_montage_plan(area, (Shape){1, 60, 8, 8}, (WidgetMontage){.first = 56});
    assert_int_equal(page.count, 4);
}

static void the_page_says_which_channels_it_shows(void **state) {
    (void)state;
    WidgetPage page = {.first = 32, .count = 32, .total = 64, .dead = -1};
    assert_string_equal(widget_page_info(&page).text, "channels 32-63 of 64");
    page.dead = 3;
    assert_string_equal(widget_page_info(&page).text, "channels 32-63 of 64, 3 never active");
    page.padding = 2;
    assert_string_equal(widget_page_info(&page).text, "channels 32-63 of 64, 2 padding, 1 never active");
    page.count = 1;
    page.dead = page.padding = 0;
    assert_string_equal(widget_page_info(&page).text, "channel 32 of 64");
    page = (WidgetPage){.count = 8, .total = 64, .blocked = 2, .dead = 1, .order = "gradient"};
    assert_string_equal(widget_page_info(&page).text,
                        "ranks 0-7 of 64 by gradient, 1 never active, 2 no gradient");
}

static void a_legend_tells_small_ranges_apart(void **state) {
    (void)state;
    Scene scene = gray_scene();
    WidgetTensor tensor = widget_tensor_scaled((Tensor){.shape = {1, 1, 1, 1}}, scale_of(-3e-4, 1e-4, true));
    Canvas *canvas = canvas_of(50, 1, CANVAS_ASCII);
    widget_legend(canvas, canvas_area(canvas), &scene, &tensor, 0);
    char *text = canvas_export_text_string(canvas);
    assert_non_null(strstr(text, "[-3.0e-04 "));
    assert_non_null(strstr(text, " +3.0e-04] shared"));
    free(text);
    canvas_free(canvas);
}

/* What lies outside is counted, and that the steps are not equal is said. */
static void a_legend_by_quarters_counts_what_lies_outside(void **state) {
    (void)state;
    Scene scene = gray_scene();
    const double quarter[] = {0.5, 1, 2};
    Scale scale = scale_by_quarters(4, quarter, false);
    scale.clipped = true, scale.outside = 11, scale.count = 1024;
    WidgetTensor tensor = widget_tensor_scaled((Tensor){.shape = {1, 1, 1, 1}}, scale);
    tensor.scope = "map", tensor.as_is = true;
    Canvas *canvas = canvas_of(90, 4, CANVAS_ASCII);
    widget_legend(canvas, (Rect){.w = 90, .h = 1}, &scene, &tensor, 0);
    widget_legend(canvas, (Rect){.y = 1, .w = 38, .h = 1}, &scene, &tensor, 0);
    tensor.scale = scale_by_quarters(4, quarter, true);
    widget_legend(canvas, (Rect){.y = 2, .w = 90, .h = 1}, &scene, &tensor, 0);
    tensor.scale.each = true;
    widget_legend(canvas, (Rect){.y = 3, .w = 90, .h = 1}, &scene, &tensor, 0);
    char *text = canvas_export_text_string(canvas);
    assert_non_null(strstr(text, "1.00"));
    assert_non_null(strstr(text, " 4.00] map 1..99 %, 11 of 1,024 above, by quarters\n"));
    assert_non_null(strstr(text, " 4.00] map 1..99 %, 11 above\n"));
    assert_non_null(strstr(text, " +4.00] map, by quarters\n"));
    assert_non_null(strstr(text, "[-end "));
    assert_non_null(strstr(text, " +end] map, by quarters\n"));
    free(text);
    canvas_free(canvas);
}

/* The scale is named, the clipping and the pooling too, in shorter words where there is less room. */
static void a_legend_names_what_was_done_to_the_values(void **state) {
    (void)state;
    Scene scene = gray_scene();
    WidgetTensor tensor = widget_tensor_scaled((Tensor){.shape = {1, 1, 1, 1}}, scale_of(-3, 1, true));
    tensor.scale.clipped = true;
    tensor.phase = PHASE_BACKWARD;
    tensor.scope = "stage 2";
    Canvas *canvas = canvas_of(100, 4, CANVAS_ASCII);
    widget_legend(canvas, (Rect){.w = 100, .h = 1}, &scene, &tensor, 0);
    widget_legend(canvas, (Rect){.y = 1, .w = 45, .h = 1}, &scene, &tensor, 0);
    scene.settings.pooling = POOLING_MEAN;
    widget_legend(canvas, (Rect){.y = 2, .w = 100, .h = 1}, &scene, &tensor, 0);
    tensor.as_is = true;
    widget_legend(canvas, (Rect){.y = 3, .w = 100, .h = 1}, &scene, &tensor, 0);
    char *text = canvas_export_text_string(canvas);
    assert_non_null(strstr(text, " +3.00] stage 2, top 0.5% clipped, shrunk by largest |x|\n"));
    assert_non_null(strstr(text, " +3.00] stage 2, clipped, largest\n"));
    assert_non_null(strstr(text, " +3.00] stage 2, top 0.5% clipped, shrunk by mean\n"));
    assert_non_null(strstr(text, " +3.00] stage 2, top 0.5% clipped\n"));
    free(text);
    canvas_free(canvas);
}

static double bar_value(const void *context, int k) {
    return ((const double *)context)[k];
}

static const char *bar_label(const void *context, int k, WidgetText *buffer) {
    (void)context;
    snprintf(buffer->text, sizeof buffer->text, "v%d", k);
    return buffer->text;
}

static WidgetBars bars_of(double *values, int count) {
    return (WidgetBars){.count = count,
                        .selected = -1,
                        .label_width = 3,
                        .value_width = 7,
                        .context = values,
                        .value = bar_value,
                        .label = bar_label};
}

static void bars_of_both_signs_share_one_zero(void **state) {
    (void)state;
    double values[] = {2, -1, NAN};
    WidgetBars bars = bars_of(values, 3);
    bars.selected = 1;
    Canvas *canvas = canvas_of(25, 3, CANVAS_ASCII);
    widget_bars(canvas, canvas_area(canvas), &bars);
    assert_canvas_text(canvas, "  v0       |#####  +2.000\n"
                               "> v1    ###|       -1.000\n"
                               "  v2       x          nan\n");
    canvas_free(canvas);
}

static void percent_bars_are_parts_of_the_whole(void **state) {
    (void)state;
    double values[] = {0.5, 1, 0};
    WidgetBars bars = bars_of(values, 3);
    bars.percent = true;
    Canvas *canvas = canvas_of(24, 3, CANVAS_ASCII);
    widget_bars(canvas, canvas_area(canvas), &bars);
    assert_canvas_text(canvas, "  v0  #####.....     50%\n"
                               "  v1  ##########    100%\n"
                               "  v2  ..........      0%\n");
    canvas_free(canvas);
}

static void tall_bars_share_the_rows_among_all_values(void **state) {
    (void)state;
    double values[] = {1, 0.5};
    WidgetBars bars = bars_of(values, 2);
    bars.tall = true;
    Canvas *canvas = canvas_of(24, 6, 0);
    widget_bars(canvas, canvas_area(canvas), &bars);
    assert_canvas_text(canvas, "  v0  ██████████  +1.000\n"
                               "      ██████████\n"
                               "\n"
                               "  v1  █████       +0.500\n"
                               "      █████\n"
                               "\n");
    canvas_clear(canvas);
    widget_bars(canvas, (Rect){.w = 24, .h = 3}, &bars);
    assert_canvas_text(canvas, "  v0  ██████████  +1.000\n"
                               "      ▀▀▀▀▀▀▀▀▀▀\n"
                               "  v1  █████       +0.500\n\n\n\n");
    canvas_free(canvas);
    /* Of three columns the values fill six of seven rows, of two only five. */
    double many[9];
    WidgetBars nine = bars_of(many, 9);
    nine.tall = true;
    WidgetBarsPlan plan = widget_bars_plan((Rect){.w = 120, .h = 7}, &nine);
    assert_int_equal(plan.columns, 3);
    assert_int_equal(plan.rows * plan.height, 6);
}

static void bars_turn_pages_with_the_selection(void **state) {
    (void)state;
    double values[100];
    for (int k = 0; k < 100; k++) values[k] = k;
    WidgetBars bars = bars_of(values, 100);
    Rect area = {.w = 60, .h = 5};
    for (bars.selected = 0; bars.selected < 100; bars.selected++) {
        WidgetBarsPlan plan = widget_bars_plan(area, &bars);
        assert_int_equal(plan.columns * plan.rows, 10);
        assert_true(bars.selected >= plan.first && bars.selected < plan.first + plan.count);
    }
}

static void tiny_values_keep_their_digits(void **state) {
    (void)state;
    double values[] = {1.25e-7, 2.5e-7};
    WidgetBars bars = bars_of(values, 2);
    bars.value_width = 9;
    Canvas *canvas = canvas_of(29, 2, CANVAS_ASCII);
    widget_bars(canvas, canvas_area(canvas), &bars);
    char *text = canvas_export_text_string(canvas);
    assert_non_null(strstr(text, "+1.25e-07"));
    assert_non_null(strstr(text, "+2.50e-07"));
    free(text);
    canvas_free(canvas);
}

static void draw_figures(Canvas *canvas, Rect row, const Stats *stats) {
    WidgetFigures figures = {.stats = *stats};
    widget_figures(canvas, row, &figures, 1);
}

static void empty_areas_draw_nothing(void **state) {
    (void)state;
    real data[SMALL_COUNT];
    double values[] = {1};
    WidgetTensor tensor = small_tensor(data);
    WidgetBars bars = bars_of(values, 1);
    Scene scene = gray_scene();
    Stats stats = tensor_stats(data, SMALL_COUNT);
    Canvas *canvas = canvas_of(9, 2, 0);
    Rect areas[] = {{.w = 0, .h = 2}, {.w = 9, .h = 0}, {.x = 3, .w = -4, .h = -1}};
    for (size_t k = 0; k < sizeof areas / sizeof areas[0]; k++) {
        widget_heading(canvas, areas[k], style_role(ROLE_TITLE), "Title");
        assert_int_equal(widget_field(canvas, areas[k], 3, "a", "b"), 0);
        draw_figures(canvas, areas[k], &stats);
        widget_montage(canvas, areas[k], &scene, &tensor, (WidgetMontage){.selected = 0});
        widget_bars(canvas, areas[k], &bars);
    }
    assert_canvas_text(canvas, "\n\n");
    canvas_free(canvas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_montage_numbers_frames_and_marks_maps_of_zeros),
        cmocka_unit_test(a_montage_of_nothing_is_no_montage_of_zeros),
        cmocka_unit_test(every_planned_page_fits_its_area),
        cmocka_unit_test(maps_grow_only_while_all_of_them_fit),
        cmocka_unit_test(pages_are_whole_and_show_what_is_selected),
        cmocka_unit_test(the_page_says_which_channels_it_shows),
        cmocka_unit_test(a_legend_tells_small_ranges_apart),
        cmocka_unit_test(a_legend_by_quarters_counts_what_lies_outside),
        cmocka_unit_test(a_legend_names_what_was_done_to_the_values),
        cmocka_unit_test(bars_of_both_signs_share_one_zero),
        cmocka_unit_test(percent_bars_are_parts_of_the_whole),
        cmocka_unit_test(tall_bars_share_the_rows_among_all_values),
        cmocka_unit_test(bars_turn_pages_with_the_selection),
        cmocka_unit_test(tiny_values_keep_their_digits),
        cmocka_unit_test(empty_areas_draw_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
