#include "core/network/class_names.h"

#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"

static int arena_setup(void **state) {
    *state = arena_new();
    return 0;
}

static int arena_teardown(void **state) {
    arena_free(*state);
    return 0;
}

static void assert_refused(Arena *arena, const char *text, size_t size, const char *reason) {
    Error err = {0};
    assert_null(class_names_parse(arena, text, size, 2, "names.txt", &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void names_are_lines(void **state) {
    const char text[] = "tabby cat\nd\xc3\xb6ner\n\n";
    const char *const *names = class_names_parse(*state, text, sizeof text - 1, 2, "x", NULL);
    assert_string_equal(names[0], "tabby cat");
    assert_string_equal(names[1], "d\xc3\xb6ner");
}

static void windows_line_ends_do_not_belong_to_the_names(void **state) {
    const char *const *names = class_names_parse(*state, "a\r\nb\r\n", 6, 2, "x", NULL);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "b");
}

static void a_wrong_number_of_names_is_said(void **state) {
    assert_refused(*state, "a\n", 2, "has 1 class names, expected 2");
    assert_refused(*state, "a\nb\nc\n", 6, "has 3 class names, expected 2");
    assert_refused(*state, "", 0, "has 0 class names, expected 2");
}

static void lines_that_are_no_names_are_refused(void **state) {
    char large[300];
    memset(large, 'a', sizeof large);
    assert_refused(*state, "a\n\nb", 4, "line 2 is empty");
    assert_refused(*state, "a\n\x1b[2J", 6, "control character (byte 27)");
    assert_refused(*state, "a\0\nb", 4, "control character (byte 0)");
    assert_refused(*state,
                   "\xff\xfe"
                   "a\0\n\0b\0",
                   8, "the name in line 1 is not UTF-8 (byte 1)");
    assert_refused(*state, "a\n\xC2\x9B", 4, "control character (byte 155)"); /* U+009B is CSI */
    assert_refused(*state, "a\nb\xC3", 4, "the name in line 2 is not UTF-8 (byte 2)");
    assert_refused(*state, large, sizeof large, "has 300 bytes, expected at most 128");
}

static void lists_in_json_are_read_in_every_form(void **state) {
    static const char *const forms[] = {
        "[\"a, b\", \"c\"]",
        " {\"1\": \"c\", \"0\": \"a, b\"}\n",
        "{\"0\": [\"n01440764\", \"a, b\"], \"1\": [\"n01443537\", \"c\"]}",
        "{\"c\": 1, \"a, b\": 0}",
        "{\"model_type\": \"resnet\", \"id2label\": {\"0\": \"a, b\", \"1\": \"c\"}, \"label2id\": {}}",
    };
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        Error err = {0};
        const char *const *names = class_names_parse(*state, forms[k], strlen(forms[k]), 2, "x", &err);
        if (!names) fail_msg("%s: %s", forms[k], err.text);
        assert_string_equal(names[0], "a, b");
        assert_string_equal(names[1], "c");
    }
}

static void json_that_is_no_list_of_names_is_refused(void **state) {
    static const char *const refused[][2] = {
        {"[\"a\", ", "line 1 is no JSON"},
        {"[\"a\"]", "has 1 class names, expected 2"},
        {"[\"a\", 2]", "expected names one a line"},
        {"[\"a\", []]", "expected names one a line"},
        {"{\"0\": \"a\", \"2\": \"b\"}", "has a name for class 2, expected 0 to 1"},
        {"{\"0\": \"a\", \"00\": \"b\"}", "class 0 has two names, a and b"},
        {"{\"a\": 1, \"b\": 1}", "class 1 has two names"},
        {"{\"a\": -1, \"b\": 1}", "expected names one a line"},
        {"[\"a\", \"b\\u001b\"]", "entry 1 has a control character"},
        {"[\"a\", \"\"]", "entry 1 is empty"},
    };
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++)
        assert_refused(*state, refused[k][0], strlen(refused[k][0]), refused[k][1]);
}

static void a_missing_file_is_named(void **state) {
    Error err = {0};
    assert_null(class_names_load(*state, "/nonexistent/names.txt", 2, &err));
    assert_non_null(strstr(err.text, "/nonexistent/names.txt"));
}

static void a_list_in_a_file_is_read_as_every_text_is(void **state) {
    TempDir *dir = *state;
    static const char good[] = "\xEF\xBB\xBF"
                               "cat\r\nk\xC3\xA4se\r\n",
                      latin[] = "cat\nk\xE4se\n", nul[] = "cat\0\ndog";
    Error err = {0};
    Arena *arena = arena_new();
    const char *const *names =
        class_names_load(arena, temp_dir_write(dir, "n", good, sizeof good - 1), 2, &err);
    if (!names) fail_msg("%s", err.text);
    assert_string_equal(names[0], "cat");
    assert_string_equal(names[1], "k\xC3\xA4se");
    assert_null(class_names_load(arena, temp_dir_write(dir, "n", latin, sizeof latin - 1), 2, &err));
    assert_non_null(strstr(err.text, "n, line 2, byte 2: the byte 0xE4 is not UTF-8"));
    assert_null(class_names_load(arena, temp_dir_write(dir, "n", nul, sizeof nul - 1), 2, &err));
    assert_non_null(strstr(err.text, "n, line 1, byte 4: is a NUL byte"));
    arena_free(arena);
}

static void copies_do_not_depend_on_the_originals(void **state) {
    char name[] = "cat";
    const char *const original[] = {name};
    const char *const *copy = class_names_copy(*state, original, 1);
    name[0] = 'r';
    assert_string_equal(copy[0], "cat");
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, arena_setup, arena_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_ARENA(names_are_lines),
        WITH_ARENA(windows_line_ends_do_not_belong_to_the_names),
        WITH_ARENA(a_wrong_number_of_names_is_said),
        WITH_ARENA(lines_that_are_no_names_are_refused),
        WITH_ARENA(lists_in_json_are_read_in_every_form),
        WITH_ARENA(json_that_is_no_list_of_names_is_refused),
        WITH_ARENA(a_missing_file_is_named),
        IN_TEMP_DIR(a_list_in_a_file_is_read_as_every_text_is),
        WITH_ARENA(copies_do_not_depend_on_the_originals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
