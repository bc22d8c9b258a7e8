#include "views/canvas/svg.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/xml_check.h"

static int count(const char *text, const char *part) {
    int found = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part)) found++;
    return found;
}

static char *svg_of(const Canvas *canvas) {
    size_t size = 0;
    char *text = canvas_svg(canvas, &(CanvasSvg){.theme = THEME_DARK}, &size);
    assert_non_null(text);
    assert_int_equal(size, strlen(text));
    assert_well_formed(text);
    return text;
}

static void blocks_are_rectangles_and_never_glyphs(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(6, 2, 0);
    canvas_text(canvas, 0, 0, (Style){.fg = color_role(ROLE_GOOD), .bg = COLOR_KEEP}, "▀▄█▌▁a");
    char *text = svg_of(canvas);
    for (uint32_t glyph = 0x2580; glyph <= 0x2590; glyph++) {
        char bytes[5] = {(char)0xE2, (char)0x96, (char)(0x80 + (glyph & 0x3F)), 0};
        assert_null(strstr(text, bytes));
    }
    assert_int_equal(count(text, "<rect"), 1 + 5); /* the ground, and one each */
    assert_non_null(strstr(text, "<rect x=\"0\" y=\"0\" width=\"8\" height=\"8\""));
    assert_non_null(strstr(text, "<rect x=\"8\" y=\"8\" width=\"8\" height=\"8\""));
    assert_non_null(strstr(text, ">a</tspan></text>"));
    free(text);
    canvas_free(canvas);
}

static void what_xml_reserves_is_escaped(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(20, 1, 0);
    canvas_text(canvas, 0, 0, style_role(ROLE_TEXT), "a<b&c>d");
    char *text = svg_of(canvas);
    assert_non_null(strstr(text, ">a&lt;b&amp;c&gt;d</tspan></text>"));
    free(text);
    canvas_free(canvas);
}

static void a_run_of_one_colour_is_one_rectangle(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(40, 1, 0);
    canvas_fill(canvas, (Rect){5, 0, 30, 1}, (Style){.fg = COLOR_KEEP, .bg = color_role(ROLE_CURSOR)}, ' ');
    char *text = svg_of(canvas);
    assert_int_equal(count(text, "<rect"), 2);
    assert_non_null(strstr(text, "<rect x=\"40\" y=\"0\" width=\"240\" height=\"16\""));
    free(text);
    canvas_free(canvas);
}

static void lines_meet_because_they_are_shapes(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(10, 3, 0);
    canvas_box(canvas, canvas_area(canvas), style_role(ROLE_BORDER), NULL);
    char *text = svg_of(canvas);
    assert_int_equal(count(text, "<text"), 0);
    /* One rectangle for all of the upper edge between its corners: eight cells of eight pixels. */
    assert_non_null(strstr(text, "<rect x=\"8\" y=\"8\" width=\"64\" height=\"1\""));
    free(text);
    canvas_free(canvas);
}

static void shades_let_the_ground_through(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(4, 1, 0);
    canvas_text(canvas, 0, 0, style_role(ROLE_TEXT), "░░▓");
    char *text = svg_of(canvas);
    assert_int_equal(count(text, "width=\"16\" height=\"16\" fill=\"#d0d0d0\" fill-opacity=\"0.25\"") +
                         count(text, "width=\"16\" height=\"16\" fill=\"#f2f2f2\" fill-opacity=\"0.25\""),
                     1);
    assert_int_equal(count(text, "fill-opacity=\"0.75\""), 1);
    free(text);
    canvas_free(canvas);
}

static void a_row_is_one_text_whose_words_can_be_copied(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(40, 2, 0);
    int x = canvas_text(canvas, 2, 0, style_role(ROLE_TEXT), "two words ");
    canvas_text(canvas, x, 0, style_bold(ROLE_GOOD), "語 here");
    canvas_text(canvas, 0, 1, style_role(ROLE_TEXT), "next");
    char *text = svg_of(canvas), *words = xml_text(text);
    assert_non_null(strstr(words, "\ntwo words 語 here\nnext\n"));
    assert_int_equal(count(text, "<text"), 2);
    free(words);
    free(text);
    canvas_free(canvas);
}

static void a_picture_names_itself_and_its_words(void **state) {
    (void)state;
    Canvas *canvas = canvas_new(10, 4, 0);
    CanvasSvg options = {
        .title = "A & B", .description = "x < y\x1b[2J\nsecond", .id = "screen-3", .rows = 2, .inside = true};
    size_t size;
    char *text = canvas_svg(canvas, &options, &size);
    assert_well_formed(text);
    assert_int_equal(strncmp(text, "<svg ", 5), 0);
    assert_non_null(strstr(text, "viewBox=\"-8 -8 96 48\"")); /* 10x2 cells and a margin of 8 pixels */
    assert_non_null(strstr(text, "aria-labelledby=\"screen-3-title screen-3-desc\""));
    assert_non_null(strstr(text, "<title id=\"screen-3-title\">A &amp; B</title>"));
    assert_non_null(strstr(text, ">x &lt; y\\x1B[2J\nsecond</desc>"));
    free(text);
    canvas_free(canvas);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_rectangles_and_never_glyphs),
        cmocka_unit_test(what_xml_reserves_is_escaped),
        cmocka_unit_test(a_run_of_one_colour_is_one_rectangle),
        cmocka_unit_test(lines_meet_because_they_are_shapes),
        cmocka_unit_test(shades_let_the_ground_through),
        cmocka_unit_test(a_row_is_one_text_whose_words_can_be_copied),
        cmocka_unit_test(a_picture_names_itself_and_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
