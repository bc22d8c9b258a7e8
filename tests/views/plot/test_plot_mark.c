/* The cursor of a heat map, and what stands where there is no map. */
#include "tests/support/canvas_check.h"

#include "views/plot/plot.h"

static PlotHeatmap gray_heatmap(const real *data, int width, int height) {
    return (PlotHeatmap){.map = {.data = data, .width = width, .height = height, .stride = 1},
                         .scale = scale_of(0, 1, false),
                         .palette = PALETTE_GRAY};
}

/* The colour of a half block, by map pixel. */
static Color pixel_color(const Canvas *canvas, int x, int y) {
    const Cell *cell = canvas_get(canvas, x, y / 2);
    return y % 2 == 0 && cell->glyph == U'▀' ? cell->fg : cell->bg;
}

/* M where the mark is, . elsewhere. */
static void assert_marks(const Canvas *canvas, int width, int height, const char *expected) {
    char seen[128] = "";
    int used = 0;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            seen[used++] = pixel_color(canvas, x, y) == color_role(ROLE_MARK) ? 'M' : '.';
        seen[used++] = '\n';
    }
    seen[used] = '\0';
    assert_string_equal(seen, expected);
}

static void a_mark_is_a_frame_that_leaves_the_value_its_colour(void **state) {
    (void)state;
    const real data[16] = {0};
    Canvas *canvas = canvas_new(12, 6, 0);
    PlotHeatmap heatmap = gray_heatmap(data, 4, 4);
    heatmap.marked = true;
    heatmap.mark_x = 1, heatmap.mark_y = 2;
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_marks(canvas, 4, 4, "....\nM.M.\n....\nM.M.\n");
    heatmap.mark_x = heatmap.mark_y = 0; /* a single corner would not be seen */
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_marks(canvas, 4, 4, ".M..\nMM..\n....\n....\n");
    heatmap.zoom_max = 2;
    heatmap.mark_x = 1, heatmap.mark_y = 2;
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_marks(canvas, 8, 8,
                 "........\n........\n........\n.MMMM...\n.M..M...\n.M..M...\n.MMMM...\n........\n");
    canvas_free(canvas);
}

static void a_mark_keeps_what_is_not_a_number(void **state) {
    (void)state;
    real data[16] = {0};
    data[4] = (real)NAN; /* (0, 1), where a corner of the frame would be */
    Canvas *canvas = canvas_new(4, 2, 0);
    PlotHeatmap heatmap = gray_heatmap(data, 4, 4);
    heatmap.marked = true;
    heatmap.mark_x = 1, heatmap.mark_y = 2;
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_int_equal(canvas_get(canvas, 0, 0)->glyph, U'×');
    canvas_free(canvas);
}

static void a_mark_among_characters_is_a_pair_of_brackets(void **state) {
    (void)state;
    const real data[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    Canvas *canvas = canvas_new(8, 2, CANVAS_ASCII);
    PlotHeatmap heatmap = gray_heatmap(data, 4, 2);
    heatmap.marked = true;
    heatmap.mark_x = 1;
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_canvas_text(canvas, "[@]@\n\n");
    assert_int_equal(canvas_get(canvas, 0, 0)->attributes, CELL_REVERSE);
    heatmap.mark_x = 0;
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_canvas_text(canvas, "@]@@\n\n");
    heatmap.mark_x = 3;
    heatmap.zoom_max = 2;
    plot_heatmap(canvas, canvas_area(canvas), &heatmap);
    assert_canvas_text(canvas, "@@@@@[@@\n@@@@@@@@\n");
    canvas_free(canvas);
}

static void what_is_not_there_has_a_texture_and_a_word(void **state) {
    (void)state;
    Canvas *ascii = canvas_new(15, 3, CANVAS_ASCII), *color = canvas_new(15, 3, 0);
    plot_nothing(ascii, canvas_area(ascii), PLOT_PADDING);
    assert_canvas_text(ascii, "/ / / / / / / /\n /  padding  /\n/ / / / / / / /\n");
    plot_nothing(ascii, canvas_area(ascii), PLOT_NEVER_ACTIVE);
    assert_canvas_text(ascii, "_______________\n never active\n_______________\n");
    plot_nothing(ascii, canvas_area(ascii), PLOT_NOT_RUN);
    assert_canvas_text(ascii, "?   ?   ?   ?\n  not run yet\n  ?   ?   ?   ?\n");
    plot_nothing(color, (Rect){.w = 6, .h = 1}, PLOT_PADDING);
    plot_nothing(color, (Rect){.y = 1, .w = 6, .h = 1}, PLOT_NEVER_ACTIVE);
    plot_nothing(color, (Rect){.y = 2, .w = 6, .h = 1}, PLOT_NOT_RUN);
    assert_canvas_text(color, " pad\n off ─\n? ? ?\n");
    canvas_free(ascii);
    canvas_free(color);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_is_a_frame_that_leaves_the_value_its_colour),
        cmocka_unit_test(a_mark_keeps_what_is_not_a_number),
        cmocka_unit_test(a_mark_among_characters_is_a_pair_of_brackets),
        cmocka_unit_test(what_is_not_there_has_a_texture_and_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
