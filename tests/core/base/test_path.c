#include "core/base/path.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

static void assert_path(const char *text, const char *expected) {
    char out[300];
    assert_string_equal(path_from_user(text, out, sizeof out), expected);
}

static void the_home_folder_may_be_a_tilde(void **state) {
    (void)state;
    setenv("HOME", "/home/ada", 1);
    assert_path("~/x.png", "/home/ada/x.png");
    assert_path("~", "/home/ada");
    assert_path("a~/x", "a~/x");
    assert_path("~bob/x", "~bob/x");
    assert_path("'~/my pictures/x.png'", "/home/ada/my pictures/x.png");
    setenv("HOME", "relative", 1);
    assert_path("~/x.png", "~/x.png");
}

static void what_a_terminal_pastes_is_read_as_a_shell_would(void **state) {
    (void)state;
    assert_path("plain.png", "plain.png");
    assert_path("'/a b/it'\\''s.png'", "/a b/it's.png");
    assert_path("\"/a b/\\\"x\\\".png\"", "/a b/\"x\".png");
    assert_path("/a\\ b/c\\(1\\).png", "/a b/c(1).png");
    assert_path("file:///a%20b/%C3%A9.png", "/a b/\xC3\xA9.png");
    assert_path("file://computer/a%2", "/a%2");
    assert_path("file:///a%00b", "/a%00b");
    assert_path("'", "");
    assert_path("a\\", "a\\");
}

static void a_file_that_has_such_a_name_is_meant_as_it_is(void **state) {
    const char *path = temp_dir_write(*state, "it's \\ here", "x", 1);
    assert_path(path, path);
}

static void what_does_not_fit_is_cut(void **state) {
    (void)state;
    char out[5];
    assert_string_equal(path_from_user("'/abcdefg'", out, sizeof out), "/abc");
    assert_string_equal(path_from_user("file:///abcdefg", out, sizeof out), "/abc");
}

static void addresses_are_refused_with_the_line_that_fetches_them(void **state) {
    (void)state;
    Error err = {0};
    assert_true(path_is_address("https://x.org/a.png") && path_is_address("s3://b/k"));
    assert_false(path_is_address("://x") || path_is_address("a/b://c") || path_is_address("c:\\x"));
    assert_false(path_refuse_address("https://x.org/a.png?size=2", &err));
    assert_non_null(strstr(err.text, "curl -L -o 'a.png' 'https://x.org/a.png?size=2'"));
    assert_false(path_refuse_address("https://x.org/", &err));
    assert_non_null(strstr(err.text, "curl -L -o 'FILE' 'https://x.org/'"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_home_folder_may_be_a_tilde),
        cmocka_unit_test(what_a_terminal_pastes_is_read_as_a_shell_would),
        IN_TEMP_DIR(a_file_that_has_such_a_name_is_meant_as_it_is),
        cmocka_unit_test(what_does_not_fit_is_cut),
        cmocka_unit_test(addresses_are_refused_with_the_line_that_fetches_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
