#include <string.h>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "tests/support/assert_close.h"

static void a_sentence_is_stored_and_false_returned(void **state) {
    (void)state;
    Error err = {0};
    assert_false(error_set(&err, ERROR_FILE, "%s: expected %d bytes", "cat.png", 7));
    assert_int_equal(err.kind, ERROR_FILE);
    assert_string_equal(err.text, "cat.png: expected 7 bytes");
    assert_false(error_set(NULL, ERROR_FAILED, "nobody listens"));
}

static void a_sentence_that_is_too_long_is_cut_inside_its_buffer(void **state) {
    (void)state;
    char name[2000];
    Error err = {0};
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    error_set(&err, ERROR_FILE, "%s", name);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    memset(name, '\033', sizeof name - 1);
    error_set(&err, ERROR_FILE, "%s", name);
    assert_true(strlen(err.text) < sizeof err.text);
    assert_null(strchr(err.text, '\033'));
}

static void assert_escaped(const char *text, const char *expected) {
    char out[200];
    utf8_escape(out, sizeof out, text, strlen(text));
    assert_string_equal(out, expected);
}

static void bytes_that_drive_a_terminal_become_visible(void **state) {
    (void)state;
    assert_escaped("plain text", "plain text");
    assert_escaped("\033[2J", "\\x1B[2J");
    assert_escaped("a\nb\tc\r", "a\\x0Ab\\x09c\\x0D");
    assert_escaped("\177", "\\x7F");
    assert_escaped("\302\233m", "\\xC2\\x9Bm");              /* U+009B, CSI in one character */
    assert_escaped("\342\200\256exe", "\\xE2\\x80\\xAEexe"); /* U+202E, right to left */
    assert_escaped("\342\201\246", "\\xE2\\x81\\xA6");       /* U+2066, isolate */
    assert_escaped("\342\200\213", "\\xE2\\x80\\x8B");       /* U+200B, zero width */
    assert_escaped("\356\200\200", "\\xEE\\x80\\x80");       /* U+E000, private use */
}

static void letters_of_the_world_stay_as_they_are(void **state) {
    (void)state;
    assert_escaped("caf\303\251 \346\274\242 \360\237\230\200", "caf\303\251 \346\274\242 \360\237\230\200");
}

static void broken_utf8_becomes_visible_byte_by_byte(void **state) {
    (void)state;
    assert_escaped("\377\376", "\\xFF\\xFE");
    assert_escaped("\303", "\\xC3");                            /* cut off */
    assert_escaped("\300\257", "\\xC0\\xAF");                   /* a slash written too long */
    assert_escaped("\355\240\200", "\\xED\\xA0\\x80");          /* half a surrogate pair */
    assert_escaped("\364\220\200\200", "\\xF4\\x90\\x80\\x80"); /* beyond U+10FFFF */
    assert_escaped("\303A", "\\xC3"
                            "A");
}

static void a_nul_inside_the_text_does_not_end_it(void **state) {
    (void)state;
    char out[20];
    utf8_escape(out, sizeof out, "a\0b", 3);
    assert_string_equal(out, "a\\x00b");
}

static void a_small_buffer_is_never_overrun_and_always_ended(void **state) {
    (void)state;
    for (size_t size = 1; size <= 12; size++) {
        char out[16];
        memset(out, '#', sizeof out);
        utf8_escape(out, size, "a\303\251\033\342\200\256z", 8);
        assert_true(strlen(out) < size);
        for (size_t j = size; j < sizeof out; j++) assert_int_equal(out[j], '#');
    }
    char untouched = '#';
    utf8_escape(&untouched, 0, "abc", 3);
    assert_int_equal(untouched, '#');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_is_stored_and_false_returned),
        cmocka_unit_test(a_sentence_that_is_too_long_is_cut_inside_its_buffer),
        cmocka_unit_test(bytes_that_drive_a_terminal_become_visible),
        cmocka_unit_test(letters_of_the_world_stay_as_they_are),
        cmocka_unit_test(broken_utf8_becomes_visible_byte_by_byte),
        cmocka_unit_test(a_nul_inside_the_text_does_not_end_it),
        cmocka_unit_test(a_small_buffer_is_never_overrun_and_always_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
