#include "tests/support/assert_close.h"

#include <stdlib.h>
#include <string.h>

#include "views/term/environment.h"

/* "NAME=value NAME=value": looked up without touching the real environment. */
static const char *from_list(const char *name, void *context) {
    static char value[64];
    for (const char *at = context; at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ';
        size_t length = strlen(name);
        if (strncmp(at, name, length) != 0 || at[length] != '=') continue;
        size_t size = strcspn(at + length + 1, " ");
        memcpy(value, at + length + 1, size);
        value[size] = '\0';
        return value;
    }
    return NULL;
}

static void assert_depth(ColorDepth wanted, const char *environment, ColorDepth expected) {
    char list[256];
    strcpy(list, environment);
    ColorDepth found = environment_color_depth(wanted, from_list, list);
    if (found != expected) {
        fail_msg("%s: %s, expected %s", environment, environment_depth_name(found),
                 environment_depth_name(expected));
    }
}

static void the_first_thing_known_about_colours_wins(void **state) {
    (void)state;
    assert_depth(COLOR_DEPTH_RGB, "TERM=linux NO_COLOR=1", COLOR_DEPTH_RGB);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=xterm SKIPSCOPE_COLOR=256 NO_COLOR=1", COLOR_DEPTH_256);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=xterm SKIPSCOPE_COLOR=pink COLORTERM=24bit", COLOR_DEPTH_RGB);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=xterm-256color NO_COLOR=1 COLORTERM=truecolor", COLOR_DEPTH_NONE);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=xterm-256color NO_COLOR= COLORTERM=truecolor", COLOR_DEPTH_RGB);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=screen STY=1.pts COLORTERM=truecolor", COLOR_DEPTH_256);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=linux COLORTERM=truecolor", COLOR_DEPTH_16);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=xterm-256color TERM_PROGRAM=Apple_Terminal", COLOR_DEPTH_256);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=xterm-kitty", COLOR_DEPTH_RGB);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=foot-extra", COLOR_DEPTH_RGB);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=xterm-direct", COLOR_DEPTH_RGB);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=xterm-256color VTE_VERSION=6800", COLOR_DEPTH_RGB);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=xterm-256color", COLOR_DEPTH_AUTO);
    assert_depth(COLOR_DEPTH_AUTO, "TERM=dumb COLORTERM=truecolor", COLOR_DEPTH_NONE);
    assert_depth(COLOR_DEPTH_AUTO, "COLORTERM=truecolor", COLOR_DEPTH_NONE);
}

static void assert_can_ask(const char *environment, bool expected) {
    char list[256];
    strcpy(list, environment);
    if (environment_can_ask(from_list, list) != expected) fail_msg("%s", environment);
}

static void only_terminals_that_read_strings_are_asked(void **state) {
    (void)state;
    static const char *const asked[] = {"TERM=xterm",
                                        "TERM=xterm-256color",
                                        "TERM=tmux-256color",
                                        "TERM=screen",
                                        "TERM=rxvt-unicode",
                                        "TERM=foot-extra",
                                        "TERM=st",
                                        "TERM=made-up-256color",
                                        "TERM=skipscope-direct",
                                        "TERM=xterm-16color",
                                        "TERM=alacritty"};
    static const char *const others[] = {"TERM=linux", "TERM=dumb",  "TERM=vt100",       "TERM=ansi",
                                         "TERM=",      "COLORTERM=", "TERM=xterm STY=1", "TERM=stuff"};
    for (size_t k = 0; k < sizeof asked / sizeof *asked; k++) assert_can_ask(asked[k], true);
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) assert_can_ask(others[k], false);
}

static void depth_names_read_back(void **state) {
    (void)state;
    for (int k = COLOR_DEPTH_AUTO; k <= COLOR_DEPTH_RGB; k++) {
        ColorDepth depth;
        assert_true(environment_parse_depth(environment_depth_name((ColorDepth)k), &depth));
        assert_int_equal(depth, k);
    }
    ColorDepth depth;
    assert_false(environment_parse_depth("24", &depth));
}

static void a_missing_utf8_locale_is_repaired(void **state) {
    (void)state;
    unsetenv("LC_ALL");
    unsetenv("LC_CTYPE");
    setenv("LANG", "xx_YY.UTF-8", 1);
    assert_true(environment_init_locale());
    setenv("LC_ALL", "C", 1);
    assert_false(environment_init_locale());
    setenv("LC_ALL", "C.UTF-8", 1);
    assert_true(environment_init_locale());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_thing_known_about_colours_wins),
        cmocka_unit_test(only_terminals_that_read_strings_are_asked),
        cmocka_unit_test(depth_names_read_back),
        cmocka_unit_test(a_missing_utf8_locale_is_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
