#include "tests/support/canvas_check.h"

#include <string.h>

#include "views/canvas/canvas.h"

static const Style text_style = {.fg = COLOR_DEFAULT, .bg = COLOR_KEEP};

static void text_is_clipped_at_every_edge(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(5, 2, 0);
    assert_int_equal(canvas_text(canvas, 3, 0, text_style, "abcdef"), 9);
    canvas_text(canvas, -2, 1, text_style, "abcdef");
    canvas_text(canvas, 0, 2, text_style, "below");
    canvas_text(canvas, 0, -1, text_style, "above");
    assert_canvas_text(canvas, "   ab\ncdef\n");
    canvas_free(canvas);
}

static void clip_rectangles_nest_and_are_given_back(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(6, 3, 0);
    Rect whole = canvas_clip(canvas, (Rect){.x = 1, .y = 1, .w = 3, .h = 5});
    Rect outer = canvas_clip(canvas, (Rect){.x = 2, .y = -4, .w = 30, .h = 30});
    canvas_fill(canvas, canvas_area(canvas), text_style, '#');
    canvas_unclip(canvas, outer);
    canvas_put(canvas, 1, 2, text_style, 'a');
    canvas_unclip(canvas, whole);
    canvas_put(canvas, 5, 0, text_style, 'b');
    assert_canvas_text(canvas, "     b\n  ##\n a##\n");
    canvas_free(canvas);
}

static void wide_glyphs_are_drawn_whole_or_not_at_all(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(4, 3, 0);
    canvas_text(canvas, 0, 0, text_style, "猫猫");
    canvas_put(canvas, 1, 0, text_style, 'x');
    canvas_text(canvas, 3, 1, text_style, "猫");
    canvas_text(canvas, -1, 2, text_style, "猫b");
    assert_canvas_text(canvas, " x猫\n\n b\n");
    assert_int_equal(canvas_get(canvas, 3, 0)->glyph, 0);
    canvas_put(canvas, 2, 0, text_style, 'y');
    assert_canvas_text(canvas, " xy\n\n b\n");
    canvas_free(canvas);
}

static void hostile_text_is_escaped(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(24, 1, 0);
    canvas_text(canvas, 0, 0, text_style, "a\033[2J\xE2\x80\xAE");
    assert_canvas_text(canvas, "a\\x1B[2J\\xE2\\x80\\xAE\n");
    canvas_put(canvas, 0, 0, text_style, 0x9B);
    assert_int_equal(canvas_get(canvas, 0, 0)->glyph, 0xFFFD);
    canvas_free(canvas);
}

static void ascii_canvas_holds_nothing_but_ascii(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(12, 3, CANVAS_ASCII);
    canvas_box(canvas, canvas_area(canvas), text_style, "γ▌猫…");
    canvas_text(canvas, 1, 1, text_style, "⊕◀── é\xFF");
    assert_canvas_text(canvas, "+- g#??~ --+\n|+<-- e\\xFF|\n+----------+\n");
    for (int k = 0; k < 36; k++) assert_in_range(canvas->cells[k].glyph, 0x20, 0x7E);
    canvas_free(canvas);
}

static void boxes_shrink_without_breaking(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(12, 4, 0);
    canvas_box(canvas, (Rect){.w = 11, .h = 3}, text_style, "a long title");
    canvas_box(canvas, (Rect){.x = 11, .w = 1, .h = 3}, text_style, NULL);
    canvas_box(canvas, (Rect){.x = 10, .y = 2, .w = 20, .h = 20}, text_style, NULL);
    assert_canvas_text(canvas, "┌─ a lo… ─┐\n│         │\n└─────────┌─\n          │\n");
    canvas_free(canvas);
}

static void text_aligns_right_centre_and_wrapped(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(10, 5, 0);
    assert_int_equal(canvas_text_right(canvas, 10, 0, text_style, "end"), 7);
    canvas_text_center(canvas, canvas_area(canvas), 1, text_style, "mid");
    int lines =
        canvas_text_wrapped(canvas, (Rect){.x = 2, .y = 2, .w = 5, .h = 2}, text_style, "aa bb cc dd", 0);
    assert_int_equal(lines, 2);
    assert_int_equal(canvas_printf(canvas, 0, 4, text_style, "%d/%d", 3, 7), 3);
    assert_canvas_text(canvas, "       end\n   mid\n  aa bb\n  cc dd\n3/7\n");
    canvas_free(canvas);
}

static void kept_background_shows_under_text(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(3, 1, 0);
    canvas_fill(canvas, canvas_area(canvas), (Style){.bg = color_role(ROLE_CURSOR)}, ' ');
    canvas_text(canvas, 0, 0, style_bold(ROLE_KEY), "k");
    const Cell *cell = canvas_get(canvas, 0, 0);
    assert_int_equal(cell->bg, color_role(ROLE_CURSOR));
    assert_int_equal(cell->fg, color_role(ROLE_KEY));
    assert_int_equal(cell->attributes, CELL_BOLD);
    canvas_paint(canvas, (Rect){.w = 1, .h = 1},
                 (Style){.fg = COLOR_KEEP, .bg = COLOR_KEEP, .attributes = CELL_REVERSE});
    assert_int_equal(cell->attributes, CELL_BOLD | CELL_REVERSE);
    assert_int_equal(cell->fg, color_role(ROLE_KEY));
    canvas_free(canvas);
}

static void a_selected_row_can_be_read_and_keeps_its_drawings(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(4, 2, 0);
    canvas_text(canvas, 0, 0, style_role(ROLE_DIM), "a█");
    canvas_text(canvas, 0, 1, style_role(ROLE_DIM), "b");
    canvas_paint_selected(canvas, (Rect){.x = -1, .w = 9, .h = 1});
    assert_int_equal(canvas_get(canvas, 0, 0)->fg, color_role(ROLE_CURSOR_TEXT));
    assert_int_equal(canvas_get(canvas, 1, 0)->fg, color_role(ROLE_DIM));
    for (int x = 0; x < 4; x++) assert_int_equal(canvas_get(canvas, x, 0)->bg, color_role(ROLE_CURSOR));
    assert_int_equal(canvas_get(canvas, 0, 1)->fg, color_role(ROLE_DIM));
    assert_int_equal(canvas_get(canvas, 0, 1)->bg, COLOR_DEFAULT);
    canvas_free(canvas);
}

static void sizes_are_limited_and_drawing_is_safe_anywhere(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(-3, 5000, 0);
    assert_int_equal(canvas->width, 1);
    assert_int_equal(canvas->height, CANVAS_SIDE_MAX);
    for (int x = -3; x < 4; x++) {
        canvas_put(canvas, x, -1, text_style, U'猫');
        canvas_put(canvas, x, 999, text_style, U'猫');
        canvas_box(canvas, (Rect){.x = x, .y = 995, .w = 9, .h = 9}, text_style, "t");
    }
    canvas_set_cursor(canvas, 1, 0);
    assert_int_equal(canvas->cursor_x, -1);
    canvas_set_cursor(canvas, 0, 7);
    assert_int_equal(canvas->cursor_y, 7);
    assert_null(canvas_get(canvas, 1, 0));
    canvas_free(canvas);
}

static void ansi_text_carries_colours_at_each_depth(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(4, 2, 0);
    canvas_put(canvas, 0, 0, (Style){.fg = color_map(PALETTE_VIRIDIS, 63), .bg = color_rgb(255, 0, 0)}, U'▀');
    canvas_put(canvas, 1, 0, style_bold(ROLE_KEY), 'k');
    canvas_put(canvas, 2, 1, (Style){.bg = color_role(ROLE_CURSOR)}, ' ');
    assert_canvas_ansi(canvas, COLOR_DEPTH_RGB,
                       "\033[0;38;2;253;231;37;48;2;255;0;0m▀\033[0;1;38;2;135;215;255mk\033[0m\n"
                       "  \033[0;48;2;0;95;135m \033[0m\n");
    assert_canvas_ansi(canvas, COLOR_DEPTH_256,
                       "\033[0;38;5;220;48;5;196m▀\033[0;1;38;5;117mk\033[0m\n  \033[0;48;5;24m \033[0m\n");
    assert_canvas_ansi(canvas, COLOR_DEPTH_16, "\033[0;93;101m▀\033[0;1;96mk\033[0m\n  \033[0;44m \033[0m\n");
    assert_canvas_ansi(canvas, COLOR_DEPTH_NONE, "▀\033[0;1mk\033[0m\n  \033[0;7m \033[0m\n");
    canvas_free(canvas);
}

static void export_reports_a_full_disk(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(200, 100, 0);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    setvbuf(full, NULL, _IONBF, 0);
    assert_false(canvas_export_text(canvas, full));
    fclose(full);
    canvas_free(canvas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_clipped_at_every_edge),
        cmocka_unit_test(clip_rectangles_nest_and_are_given_back),
        cmocka_unit_test(wide_glyphs_are_drawn_whole_or_not_at_all),
        cmocka_unit_test(hostile_text_is_escaped),
        cmocka_unit_test(ascii_canvas_holds_nothing_but_ascii),
        cmocka_unit_test(boxes_shrink_without_breaking),
        cmocka_unit_test(text_aligns_right_centre_and_wrapped),
        cmocka_unit_test(kept_background_shows_under_text),
        cmocka_unit_test(a_selected_row_can_be_read_and_keeps_its_drawings),
        cmocka_unit_test(sizes_are_limited_and_drawing_is_safe_anywhere),
        cmocka_unit_test(ansi_text_carries_colours_at_each_depth),
        cmocka_unit_test(export_reports_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
