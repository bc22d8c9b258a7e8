#include "tests/support/canvas_check.h"

#include <string.h>

#include "views/plot/plot.h"

static const Style bar_style = {.fg = COLOR_DEFAULT, .bg = COLOR_KEEP};

static Color gray(int level) {
    return color_map(PALETTE_GRAY, level);
}

static PlotHeatmap gray_heatmap(const real *data, int width, int height) {
    return (PlotHeatmap){.map = {.data = data, .width = width, .height = height, .stride = 1},
                         .scale = scale_of(0, 1, false),
                         .palette = PALETTE_GRAY};
}

static void a_cell_shows_two_pixels_as_foreground_and_background(void **state) {
    (void)state;
    const real data[] = {0, 1, 1, 1, 0.5, 0};
    Canvas *canvas = canvas_new(3, 2, 0);
    PlotHeatmap heatmap = gray_heatmap(data, 2, 3);
    PlotGrid grid = plot_heatmap(canvas, (Rect){.x = 1, .w = 2, .h = 2}, &heatmap);
    assert_canvas_text(canvas, " ▀\n ▀▀\n");
    assert_int_equal(grid.cells.h, 2);
    assert_int_equal(canvas_get(canvas, 1, 0)->fg, gray(0));
    assert_int_equal(canvas_get(canvas, 1, 0)->bg, gray(63));
    assert_int_equal(canvas_get(canvas, 2, 0)->glyph, ' ');
    assert_int_equal(canvas_get(canvas, 2, 0)->bg, gray(63));
    assert_int_equal(canvas_get(canvas, 1, 1)->fg, gray(32));
    assert_int_equal(canvas_get(canvas, 1, 1)->bg, COLOR_DEFAULT);
    canvas_free(canvas);
}

static void channels_last_maps_step_over_other_channels(void **state) {
    (void)state;
    real data[2 * 2 * 3];
    for (int k = 0; k < 12; k++) data[k] = (real)(k % 3 == 1);
    Tensor tensor = {.shape = {.n = 1, .c = 3, .h = 2, .w = 2}, .data = data};
    Canvas *canvas = canvas_new(2, 1, 0);
    PlotHeatmap heatmap = gray_heatmap(data, 2, 2);
    heatmap.map = plot_map_of(tensor, 0, 1);
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_int_equal(canvas_get(canvas, 0, 0)->bg, gray(63));
    assert_int_equal(canvas_get(canvas, 1, 0)->bg, gray(63));
    canvas_free(canvas);
}

static void a_part_of_a_map_steps_over_the_rest_of_each_row(void **state) {
    (void)state;
    const real data[] = {0, 0, 0, 0, /**/ 0, 1, 1, 0, /**/ 0, 1, 1, 0};
    Canvas *canvas = canvas_new(2, 1, 0);
    PlotHeatmap heatmap = gray_heatmap(data + 5, 2, 2);
    heatmap.map.pitch = 4;
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_int_equal(canvas_get(canvas, 0, 0)->bg, gray(63));
    assert_int_equal(canvas_get(canvas, 1, 0)->bg, gray(63));
    canvas_free(canvas);
}

static void a_table_fills_its_area_whatever_its_sides(void **state) {
    (void)state;
    PlotGrid grid = plot_grid_fill((Rect){.w = 10, .h = 4}, 20, 2000);
    assert_int_equal(grid.px_width, 10);
    assert_int_equal(grid.px_height, 8);
    assert_int_equal(grid.cells.h, 4);
    grid = plot_grid_fill((Rect){.w = 10, .h = 4}, 3, 5);
    assert_int_equal(grid.px_width, 3);
    assert_int_equal(grid.px_height, 5);
    assert_int_equal(grid.cells.h, 3);
    assert_true(rect_is_empty(plot_grid_fill((Rect){.w = 0, .h = 4}, 3, 5).cells));
    /* One hot number survives, whichever row and column it is in. */
    real data[40 * 6] = {[17 * 6 + 4] = 1};
    Canvas *canvas = canvas_new(3, 2, 0);
    PlotHeatmap heatmap = gray_heatmap(data, 6, 40);
    heatmap.fill = true;
    heatmap.pooling = PLOT_LARGEST;
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    /* Row 17 of 40 is in the second of four pixel rows, column 4 of 6 in the third of three. */
    assert_int_equal(canvas_get(canvas, 2, 0)->bg, gray(63));
    assert_int_equal(canvas_get(canvas, 2, 0)->fg, gray(0));
    canvas_free(canvas);
}

static void shrinking_averages_by_area_or_keeps_the_largest(void **state) {
    (void)state;
    real data[16] = {0};
    data[5] = 1;
    Canvas *canvas = canvas_new(2, 1, 0);
    PlotHeatmap heatmap = gray_heatmap(data, 4, 4);
    PlotGrid grid = plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_int_equal(grid.px_width, 2);
    assert_int_equal(grid.px_height, 2);
    assert_int_equal(canvas_get(canvas, 0, 0)->fg, gray(16));
    assert_int_equal(canvas_get(canvas, 0, 0)->bg, gray(0));
    heatmap.pooling = PLOT_LARGEST;
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_int_equal(canvas_get(canvas, 0, 0)->fg, gray(63));
    canvas_free(canvas);
}

static void shrinking_to_a_fraction_preserves_the_mean(void **state) {
    (void)state;
    const real data[] = {0.9f, 0.3f, 0.6f};
    Canvas *canvas = canvas_new(2, 1, 0);
    PlotHeatmap heatmap = gray_heatmap(data, 3, 1);
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    /* (0.9 + 0.3/2) / 1.5 = 0.7 and (0.3/2 + 0.6) / 1.5 = 0.5, as levels of 64. */
    assert_int_equal(canvas_get(canvas, 0, 0)->fg, gray(44));
    assert_int_equal(canvas_get(canvas, 1, 0)->fg, gray(32));
    canvas_free(canvas);
}

static void aspect_is_kept_and_enlarging_is_by_whole_numbers(void **state) {
    (void)state;
    PlotGrid grid = plot_grid_fit((Rect){.w = 40, .h = 20}, 56, 56, 1);
    assert_int_equal(grid.px_width, 40);
    assert_int_equal(grid.px_height, 40);
    grid = plot_grid_fit((Rect){.w = 80, .h = 20}, 8, 8, 16);
    assert_int_equal(grid.zoom, 5);
    assert_int_equal(grid.cells.w, 40);
    assert_int_equal(grid.cells.h, 20);
    grid = plot_grid_fit((Rect){.w = 80, .h = 20}, 8, 8, 1);
    assert_int_equal(grid.cells.w, 8);
    assert_int_equal(grid.cells.h, 4);
    grid = plot_grid_fit((Rect){.w = 3, .h = 20}, 1000, 4, 1);
    assert_int_equal(grid.px_height, 1);
    int x, y;
    grid = plot_grid_fit((Rect){.x = 5, .y = 2, .w = 28, .h = 14}, 56, 56, 1);
    plot_grid_cell(&grid, 55, 55, &x, &y);
    assert_int_equal(x, 5 + 27);
    assert_int_equal(y, 2 + 13);
}

static void ascii_shows_one_character_for_two_pixels(void **state) {
    (void)state;
    const real data[] = {0, 1, 0.5, 0, 1, 0.5};
    Canvas *canvas = canvas_new(3, 1, CANVAS_ASCII | CANVAS_MONO);
    PlotHeatmap heatmap = gray_heatmap(data, 3, 2);
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_canvas_text(canvas, ".@n\n");
    const real both[] = {-1, 0, 1, -1, 0, 1};
    heatmap = gray_heatmap(both, 3, 2);
    heatmap.scale = scale_of(-1, 1, true);
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_canvas_text(canvas, "M.@\n");
    canvas_free(canvas);
}

static void invalid_numbers_are_crosses_everywhere(void **state) {
    (void)state;
    const real data[] = {NAN, 1, 0, 1, (real)INFINITY, 0};
    PlotHeatmap heatmap = gray_heatmap(data, 3, 2);
    Canvas *color = canvas_new(3, 1, 0), *ascii = canvas_new(3, 1, CANVAS_ASCII);
    plot_heatmap(color, canvas_area(color), &heatmap);
    plot_heatmap(ascii, canvas_area(ascii), &heatmap);
    assert_canvas_text(color, "××\n");
    assert_canvas_text(ascii, "xx.\n");
    assert_int_equal(canvas_get(color, 0, 0)->fg, color_role(ROLE_INVALID));
    canvas_free(color);
    canvas_free(ascii);
}

static void nothing_is_drawn_outside_area_and_clip(void **state) {
    (void)state;
    real data[100];
    for (int k = 0; k < 100; k++) data[k] = 1;
    PlotHeatmap heatmap = gray_heatmap(data, 10, 10);
    heatmap.zoom_max = 9;
    for (int w = -1; w < 14; w++) {
        for (int h = -1; h < 7; h++) {
            Canvas *canvas = canvas_new(8, 5, 0);
            Rect area = {.x = 1, .y = 1, .w = w, .h = h};
            plot_heatmap(canvas, area, &heatmap);
            for (int k = 0; k < 40; k++) {
                if (!rect_contains(area, k % 8, k / 8)) assert_int_equal(canvas->cells[k].bg, COLOR_DEFAULT);
            }
            canvas_free(canvas);
        }
    }
    Canvas *canvas = canvas_new(8, 5, 0);
    heatmap.map.data = NULL;
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_canvas_text(canvas, "\n\n\n\n\n");
    canvas_free(canvas);
}

static void photos_use_true_colours_or_their_lightness(void **state) {
    (void)state;
    const real data[] = {-1, -1, -1, 1, 1, 1, 1, -1, -1, 1, 1, 1};
    PlotImage image = {
        .data = data, .width = 2, .height = 2, .mean = {0.5, 0.5, 0.5}, .std = {0.5, 0.5, 0.5}};
    Canvas *color = canvas_new(2, 1, 0), *mono = canvas_new(2, 1, CANVAS_MONO);
    plot_image(color, canvas_area(color), &image);
    assert_int_equal(canvas_get(color, 0, 0)->fg, color_rgb(0, 0, 0));
    assert_int_equal(canvas_get(color, 0, 0)->bg, color_rgb(255, 0, 0));
    assert_int_equal(canvas_get(color, 1, 0)->bg, color_rgb(255, 255, 255));
    plot_image(mono, canvas_area(mono), &image);
    assert_canvas_text(mono, " @\n");
    canvas_free(color);
    canvas_free(mono);
}

static void bars_have_eighths(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(8, 6, 0);
    const double fractions[] = {1, 0.5, 0.0625, 1e-9, 0, NAN};
    for (int k = 0; k < 6; k++)
        plot_bar(canvas, (PlotBar){.y = k, .width = 4, .style = bar_style}, fractions[k]);
    assert_canvas_text(canvas, "████\n██\n▎\n▏\n\n×\n");
    canvas_free(canvas);
    canvas = canvas_new(8, 2, CANVAS_ASCII);
    plot_bar(canvas, (PlotBar){.width = 4, .style = bar_style}, 0.6);
    plot_bar(canvas, (PlotBar){.y = 1, .width = 4, .style = bar_style, .hatched = true}, 0.01);
    assert_canvas_text(canvas, "##\n:\n");
    canvas_free(canvas);
}

static void signed_bars_grow_from_the_middle(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(9, 4, 0);
    const double fractions[] = {1, -0.5, 0.125, -3};
    for (int k = 0; k < 4; k++) {
        plot_bar_signed(canvas, (PlotBar){.y = k, .width = 9, .style = bar_style}, fractions[k]);
    }
    assert_canvas_text(canvas, "    │████\n  ██│\n    │▌\n████│\n");
    canvas_free(canvas);
}

static void equal_factors_are_equal_lengths_on_a_log_axis(void **state) {
    (void)state;
    const double values[] = {0, 0.02, 3, NAN, -1, 0.5};
    PlotLogAxis axis = plot_log_axis_fit(values, 6);
    assert_int_equal(axis.lo, -2);
    assert_int_equal(axis.hi, 1);
    /* log10 is exact to a few units in the last place. */
    assert_close(plot_log_fraction(axis, 1) - plot_log_fraction(axis, 0.1), 1.0 / 3, 1e-12);
    assert_close(plot_log_fraction(axis, 0), 0, 0);
    assert_close(plot_log_fraction(axis, 1e9), 1, 0);
    assert_true(isnan(plot_log_fraction(axis, NAN)));
    PlotLogAxis one = plot_log_axis_fit((const double[]){1}, 1);
    assert_int_equal(one.hi - one.lo, 1);
    Canvas *canvas = canvas_new(30, 2, 0);
    plot_log_ticks(canvas, (PlotBar){.width = 30, .style = bar_style}, axis);
    plot_log_ticks(canvas, (PlotBar){.y = 1, .width = 12, .style = bar_style}, axis);
    assert_canvas_text(canvas, "╵1e-2     ╵1e-1     ╵1e0  1e1╵\n╵1e-2   1e1╵\n");
    canvas_free(canvas);
}

static void progress_fills_the_rest_with_dots(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(10, 4, 0);
    plot_progress(canvas, (PlotBar){.width = 10, .style = bar_style}, 45, 100);
    plot_progress(canvas, (PlotBar){.y = 1, .width = 5, .style = bar_style}, 9, 3);
    plot_progress(canvas, (PlotBar){.y = 2, .width = 5, .style = bar_style}, 0, 0);
    plot_progress(canvas, (PlotBar){.y = 3, .width = 0, .style = bar_style}, 1, 2);
    assert_canvas_text(canvas, "████▌·····\n█████\n·····\n\n");
    canvas_free(canvas);
}

static void the_legend_names_range_and_scope(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(60, 2, CANVAS_ASCII | CANVAS_MONO);
    plot_legend(canvas, (Rect){.w = 32, .h = 1}, scale_of(-1.32, 2.1, true), PALETTE_RDBU, "layer");
    plot_legend(canvas, (Rect){.y = 1, .w = 30, .h = 1}, scale_of(0, 3.5, false), PALETTE_GRAY, "map");
    assert_canvas_text(canvas, "[-2.10 Mwz=;0+v%$@ +2.10] layer\n[0 .:**==vvnn%$$##@@ 3.50] map\n");
    canvas_free(canvas);
    canvas = canvas_new(60, 1, 0);
    plot_legend(canvas, canvas_area(canvas), scale_of(-1, 1, true), PALETTE_RDBU, "stage");
    assert_int_equal(canvas_get(canvas, 7, 0)->bg, color_map(PALETTE_RDBU, 2));
    assert_int_equal(canvas_get(canvas, 7 + 16, 0)->glyph, '0');
    assert_int_equal(canvas_get(canvas, 7 + 32, 0)->bg, color_map(PALETTE_RDBU, 62));
    canvas_free(canvas);
}

/* A gradient's ends in the width of a small map. */
static void a_narrow_legend_rounds_its_numbers_and_cuts_none(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(30, 2, CANVAS_ASCII | CANVAS_MONO);
    Scale scale = scale_of(-6.2e-4, 6.2e-4, true);
    int least = plot_legend_least(scale);
    plot_legend(canvas, (Rect){.w = least, .h = 1}, scale, PALETTE_RDBU, "layer");
    plot_legend(canvas, (Rect){.y = 1, .w = least - 1, .h = 1}, scale, PALETTE_RDBU, "layer");
    assert_canvas_text(canvas, "[-6.2e-04 m=0v# +6.2e-04]\n[-6e-04 m=0v# +6e-04]\n");
    canvas_free(canvas);
}

/* Every position that a cell is said to show is drawn in that cell, and every cell shows one. */
static void a_cell_and_the_position_it_shows_agree(void **state) {
    (void)state;
    static const int sides[][2] = {{32, 32}, {8, 8}, {112, 56}, {7, 5}, {1, 1}, {3, 224}};
    for (size_t k = 0; k < sizeof sides / sizeof sides[0]; k++)
        for (int w = 1; w < 70; w += 6) {
            PlotGrid grid =
                plot_grid_fit((Rect){.x = 3, .y = 2, .w = w, .h = 1 + w / 3}, sides[k][0], sides[k][1], 8);
            for (int cy = 0; cy < grid.cells.h; cy++)
                for (int cx = 0; cx < grid.cells.w; cx++) {
                    int x, y, first_x, first_y;
                    plot_grid_at(&grid, grid.cells.x + cx, grid.cells.y + cy, &x, &y);
                    assert_true(x >= 0 && x < grid.width && y >= 0 && y < grid.height);
                    plot_grid_cell(&grid, x, y, &first_x, &first_y);
                    int dx = grid.cells.x + cx - first_x, dy = grid.cells.y + cy - first_y;
                    assert_true(dx >= 0 && dx < grid.zoom);
                    assert_true(dy >= 0 && 2 * dy < grid.zoom + grid.zoom % 2);
                }
        }
}

static PlotImage gray_image(const real *data, int width, int height) {
    PlotImage image = {.data = data, .width = width, .height = height, .zoom_max = 1};
    for (int c = 0; c < 3; c++) image.std[c] = 1;
    return image;
}

static void heat_colours_a_gray_picture_the_more_the_higher_it_is(void **state) {
    (void)state;
    const real red[6] = {1, 0, 0, 1, 0, 0}, values[2] = {0, 1};
    Canvas *canvas = canvas_new(2, 1, 0);
    PlotHeatmap heat = gray_heatmap(values, 2, 1);
    heat.palette = PALETTE_VIRIDIS;
    PlotImage image = gray_image(red, 2, 1);
    image.heat = &heat;
    plot_image(canvas, canvas_area(canvas), &image);
    uint8_t light = 54; /* 0.2126 * 255, the light of red */
    assert_int_equal(canvas_get(canvas, 0, 0)->fg, color_rgb(light, light, light));
    Rgb hot = color_to_rgb(canvas_get(canvas, 1, 0)->fg), top = palette_rgb(PALETTE_VIRIDIS, 63);
    assert_close(hot.r, 0.85 * top.r + 0.15 * light, 0.6); /* rounded to a byte, and light before that */
    assert_close(hot.b, 0.85 * top.b + 0.15 * light, 0.6);
    canvas_free(canvas);
    /* Characters cannot show two things: the heat alone. */
    canvas = canvas_new(2, 1, CANVAS_MONO);
    plot_image(canvas, canvas_area(canvas), &image);
    assert_canvas_text(canvas, ".@\n");
    canvas_free(canvas);
}

static void a_frame_encloses_exactly_its_pixels(void **state) {
    (void)state;
    real data[6 * 6] = {0};
    Canvas *canvas = canvas_new(6, 3, 0);
    PlotHeatmap heatmap = gray_heatmap(data, 6, 6);
    PlotGrid grid = plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    plot_frame(canvas, &grid,
               (PlotFrame){.first_x = 1, .last_x = 3, .first_y = 1, .last_y = 4, .role = ROLE_MARK});
    for (int y = 0; y < 6; y++)
        for (int x = 0; x < 6; x++) {
            const Cell *cell = canvas_get(canvas, x, y / 2);
            Color shown = y % 2 == 0 && cell->glyph == U'▀' ? cell->fg : cell->bg;
            bool inside = x >= 1 && x <= 3 && y >= 1 && y <= 4;
            bool edge = inside && (x == 1 || x == 3 || y == 1 || y == 4);
            assert_int_equal(shown, edge ? color_role(ROLE_MARK) : gray(0));
        }
    canvas_free(canvas);
}

static void frames_have_characters_of_their_own(void **state) {
    (void)state;
    real data[8 * 8] = {0};
    Canvas *canvas = canvas_new(8, 4, CANVAS_ASCII);
    PlotHeatmap heatmap = gray_heatmap(data, 8, 8);
    PlotGrid grid = plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    plot_frame(canvas, &grid, (PlotFrame){.last_x = 7, .first_y = 0, .last_y = 7});
    plot_frame(canvas, &grid,
               (PlotFrame){.first_x = 3, .last_x = 4, .first_y = 3, .last_y = 4, .second = true});
    assert_canvas_text(canvas, "/~~~~~~\\\n|..oo..|\n|..oo..|\n\\______/\n");
    plot_frame(canvas, &grid, (PlotFrame){.first_x = 1, .last_x = 3, .first_y = 3, .last_y = 3});
    plot_frame(canvas, &grid, (PlotFrame){.first_x = 5, .last_x = 5, .first_y = 3, .last_y = 3});
    assert_canvas_text(canvas, "/~~~~~~\\\n|[~]oO.|\n|..oo..|\n\\______/\n");
    canvas_free(canvas);
    canvas = canvas_new(4, 2, CANVAS_MONO);
    plot_frame(canvas,
               &(PlotGrid){.cells = {.w = 4, .h = 2}, .width = 8, .height = 8, .px_width = 4, .px_height = 4},
               (PlotFrame){.first_x = 1, .last_x = 6, .first_y = 1, .last_y = 6});
    assert_canvas_text(canvas, "┏━━┓\n┗━━┛\n"); /* shrunk: every pixel that shows something of it */
    canvas_free(canvas);
}

static void an_empty_frame_draws_nothing(void **state) {
    (void)state;
    real data[4] = {0};
    Canvas *canvas = canvas_new(2, 1, CANVAS_ASCII);
    PlotHeatmap heatmap = gray_heatmap(data, 2, 2);
    PlotGrid grid = plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    plot_frame(canvas, &grid, (PlotFrame){.first_x = 1, .last_x = 0, .last_y = 1});
    plot_frame(canvas, &(PlotGrid){.cells = {.w = 0}}, (PlotFrame){.last_x = 1, .last_y = 1});
    assert_canvas_text(canvas, "..\n");
    canvas_free(canvas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_and_the_position_it_shows_agree),
        cmocka_unit_test(a_cell_shows_two_pixels_as_foreground_and_background),
        cmocka_unit_test(channels_last_maps_step_over_other_channels),
        cmocka_unit_test(a_part_of_a_map_steps_over_the_rest_of_each_row),
        cmocka_unit_test(a_table_fills_its_area_whatever_its_sides),
        cmocka_unit_test(shrinking_averages_by_area_or_keeps_the_largest),
        cmocka_unit_test(shrinking_to_a_fraction_preserves_the_mean),
        cmocka_unit_test(aspect_is_kept_and_enlarging_is_by_whole_numbers),
        cmocka_unit_test(ascii_shows_one_character_for_two_pixels),
        cmocka_unit_test(invalid_numbers_are_crosses_everywhere),
        cmocka_unit_test(nothing_is_drawn_outside_area_and_clip),
        cmocka_unit_test(photos_use_true_colours_or_their_lightness),
        cmocka_unit_test(bars_have_eighths),
        cmocka_unit_test(signed_bars_grow_from_the_middle),
        cmocka_unit_test(equal_factors_are_equal_lengths_on_a_log_axis),
        cmocka_unit_test(progress_fills_the_rest_with_dots),
        cmocka_unit_test(the_legend_names_range_and_scope),
        cmocka_unit_test(a_narrow_legend_rounds_its_numbers_and_cuts_none),
        cmocka_unit_test(heat_colours_a_gray_picture_the_more_the_higher_it_is),
        cmocka_unit_test(a_frame_encloses_exactly_its_pixels),
        cmocka_unit_test(frames_have_characters_of_their_own),
        cmocka_unit_test(an_empty_frame_draws_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
