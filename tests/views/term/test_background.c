#include "tests/support/assert_close.h"

#include <string.h>

#include "views/term/background.h"

static void assert_answer(const char *text, int r, int g, int b) {
    Rgb rgb;
    if (!background_parse_answer(text, strlen(text), &rgb)) fail_msg("not read: %s", text);
    if (rgb.r != r || rgb.g != g || rgb.b != b)
        fail_msg("%s: %d %d %d, expected %d %d %d", text, rgb.r, rgb.g, rgb.b, r, g, b);
}

static void answers_of_every_form_are_read(void **state) {
    (void)state;
    assert_answer("11;rgb:ffff/8080/0000\a", 255, 128, 0);
    assert_answer("11;rgb:ffff/8080/0000\033\\", 255, 128, 0);
    assert_answer("11;rgb:fd/F6/e3\a", 253, 246, 227);
    assert_answer("11;rgb:f/8/0\a", 255, 136, 0);
    assert_answer("11;rgb:fff/800/000\033\\", 255, 128, 0);
    assert_answer("11;rgba:1e1e/1e1e/1e1e/ffff\a", 30, 30, 30);
    assert_answer("11;rgba:00/00/00/80\033\\", 0, 0, 0);
}

static void anything_else_is_no_answer(void **state) {
    (void)state;
    static const char *const others[] = {
        "",
        "11;",
        "11;?\a",
        "10;rgb:ffff/ffff/ffff\a",
        "111;rgb:ffff/ffff/ffff\a",
        "4;11;rgb:ffff/ffff/ffff\a",
        "11;rgb:ffff/ffff/ffff",
        "11;rgb:ffff/ffff/ffff\030",
        "11;rgb:ffff/ffff/ffff\033",
        "11;rgb:ffff/ffff/ffff/ffff\a",
        "11;rgb:ffff/ffff\a",
        "11;rgb:fffff/ffff/ffff\a",
        "11;rgb://\a",
        "11;rgb:gg/gg/gg\a",
        "11;rgb: f/ff/ff\a",
        "11;rgba:ff/ff/ff\a",
        "11;rgb:ff/ff/ff\ax",
        "11;hsl:ff/ff/ff\a",
    };
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        Rgb rgb;
        if (background_parse_answer(others[k], strlen(others[k]), &rgb)) fail_msg("read: %s", others[k]);
    }
}

static void grounds_that_people_use_are_dark_or_light(void **state) {
    (void)state;
    /* The defaults of xterm, GNOME Terminal, Solarized, Gruvbox, Dracula, macOS, and greys. */
    static const Rgb light[] = {
        {255, 255, 255}, {253, 246, 227}, {251, 241, 199}, {255, 255, 221}, {0xcc, 0xcc, 0xcc}};
    static const Rgb dark[] = {{0, 0, 0},    {0, 43, 54},  {40, 40, 40},
                               {40, 42, 54}, {48, 10, 36}, {0x66, 0x66, 0x66}};
    for (size_t k = 0; k < sizeof light / sizeof *light; k++)
        assert_int_equal(background_of(light[k]), BACKGROUND_LIGHT);
    for (size_t k = 0; k < sizeof dark / sizeof *dark; k++)
        assert_int_equal(background_of(dark[k]), BACKGROUND_DARK);
}

static void the_variable_names_the_background_last(void **state) {
    (void)state;
    assert_int_equal(background_of_variable("0;15"), BACKGROUND_LIGHT);
    assert_int_equal(background_of_variable("0;default;7"), BACKGROUND_LIGHT);
    assert_int_equal(background_of_variable("15;0"), BACKGROUND_DARK);
    assert_int_equal(background_of_variable("15;default;8"), BACKGROUND_DARK);
    static const char *const others[] = {NULL, "", "15", "15;", "15;default", "0;16", "0;-1", "0; 7", "0;7x"};
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        assert_int_equal(background_of_variable(others[k]), BACKGROUND_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_of_every_form_are_read),
        cmocka_unit_test(anything_else_is_no_answer),
        cmocka_unit_test(grounds_that_people_use_are_dark_or_light),
        cmocka_unit_test(the_variable_names_the_background_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
