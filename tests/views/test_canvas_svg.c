#include "views/canvas_svg.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_rectangles_and_never_glyphs),
        cmocka_unit_test(what_xml_reserves_is_escaped),
        cmocka_unit_test(a_run_of_one_colour_is_one_rectangle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
