#include "core/base/utf8.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"

/* One, two, three and four bytes, and a broken one. */
static const char MIXED[] = "a\303\244\342\202\254\360\237\230\200z\377q";

static bool is_valid(const char *text) {
    size_t length = strlen(text);
    for (size_t at = 0; at < length;) {
        uint32_t code;
        at += utf8_decode(text + at, length - at, &code);
        if (code == UINT32_MAX) return false;
    }
    return true;
}

/* Where a character of MIXED ends. */
static size_t end_before(size_t most) {
    static const size_t ends[] = {0, 1, 3, 6, 10, 11, 12, 13};
    size_t found = 0;
    for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++)
        if (ends[k] <= most) found = ends[k];
    return found;
}

static void a_cut_never_parts_a_character(void **state) {
    (void)state;
    size_t length = sizeof MIXED - 1;
    for (size_t most = 0; most <= length + 2; most++)
        assert_int_equal(utf8_cut(MIXED, length, most), end_before(most));
    assert_int_equal(utf8_cut("\200\200\200\200\200", 5, 4), 4); /* no character to be parted */
}

static void every_way_to_fill_a_buffer_stops_at_a_character(void **state) {
    (void)state;
    for (size_t size = 1; size < 20; size++) {
        char out[24];
        memset(out, '#', sizeof out);
        assert_int_equal(utf8_copy(out, size, MIXED), end_before(size - 1));
        assert_memory_equal(out, MIXED, end_before(size - 1));
        assert_int_equal(utf8_format(out, size, "%s", MIXED), end_before(size - 1));
        assert_int_equal(strlen(out), end_before(size - 1));
        assert_true(is_valid(out) || size > 12); /* the broken byte itself is copied */
        utf8_clip(out, size, MIXED);
        assert_true(strlen(out) < size);
        assert_true(is_valid(out));
        for (size_t k = size; k < sizeof out; k++) assert_int_equal(out[k], '#');
    }
}

static void no_room_is_never_written_to(void **state) {
    (void)state;
    char untouched = '#';
    assert_int_equal(utf8_copy(&untouched, 0, "a"), 0);
    assert_int_equal(utf8_format(&untouched, 0, "%d", 7), 0);
    assert_int_equal(utf8_clip(&untouched, 0, "a"), 0);
    assert_int_equal(utf8_escape(&untouched, 0, "a", 1), 0);
    assert_int_equal(untouched, '#');
}

static void what_is_written_piece_by_piece_stays_inside(void **state) {
    (void)state;
    char out[16];
    size_t used = 0;
    for (int k = 0; k < 10; k++) used += utf8_format(out + used, sizeof out - used, "%s", "\303\244\303\266");
    assert_int_equal(used, 14);
    assert_string_equal(out, "\303\244\303\266\303\244\303\266\303\244\303\266\303\244");
}

static void what_is_appended_follows_what_is_there(void **state) {
    (void)state;
    char out[8] = "";
    for (int k = 0; k < 3; k++) utf8_append(out, sizeof out, "%s%d", *out ? ", " : "", k);
    assert_string_equal(out, "0, 1, 2");
    utf8_append(out, sizeof out, "full already");
    assert_string_equal(out, "0, 1, 2");
    strcpy(out, "four");
    utf8_append(out, sizeof out, "\303\244\303\266");
    assert_string_equal(out, "four\303\244");
}

static void broken_bytes_are_marked(void **state) {
    static const struct {
        const char *text, *expected;
    } cases[] = {{"caf\303\251", "caf\303\251"},
                 {"caf\351", "caf\357\277\275"},
                 {"\303", "\357\277\275"},
                 {"\342\202", "\357\277\275\357\277\275"},
                 {"\300\257!", "\357\277\275\357\277\275!"},
                 {"\355\240\200", "\357\277\275\357\277\275\357\277\275"}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char out[40];
        assert_int_equal(utf8_clip(out, sizeof out, cases[k].text), strlen(cases[k].expected));
        assert_string_equal(out, cases[k].expected);
    }
}

static void a_clipped_text_says_that_it_goes_on(void **state) {
    static const struct {
        size_t size;
        const char *expected;
    } cases[] = {{1, ""},
                 {3, "a"}, /* no room for an ellipsis */
                 {4, "\342\200\246"},
                 {5, "a\342\200\246"},
                 {6, "a\342\200\246"},
                 {7, "a\303\244\342\200\246"},
                 {8, "a\303\244b\357\277\275"}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char out[12];
        size_t length = utf8_clip(out, cases[k].size, "a\303\244b\377");
        assert_string_equal(out, cases[k].expected);
        assert_int_equal(length, strlen(out));
    }
}

static void no_escape_is_cut_in_half(void **state) {
    (void)state;
    for (size_t size = 1; size <= 24; size++) {
        char out[32];
        utf8_escape(out, size, "a\033\302\233z", 5);
        static const size_t ends[] = {0, 1, 5, 13, 14};
        size_t found = 0;
        for (size_t k = 0; k < 5; k++)
            if (ends[k] < size) found = ends[k];
        assert_int_equal(strlen(out), found);
    }
}

static void what_is_printed_is_what_the_buffer_would_hold(void **state) {
    (void)state;
    static const char text[] = "a\033]0;x\a\302\233\r\n\342\200\256\377\303\244";
    char expected[120], *printed;
    size_t size;
    FILE *out = open_memstream(&printed, &size);
    utf8_put(out, text);
    fclose(out);
    utf8_escape(expected, sizeof expected, text, sizeof text - 1);
    assert_string_equal(printed, expected);
    assert_string_equal(printed, "a\\x1B]0;x\\x07\\xC2\\x9B\\x0D\\x0A\\xE2\\x80\\xAE\\xFF\303\244");
    free(printed);
}

static void what_drives_a_terminal_is_known(void **state) {
    static const uint32_t hostile[] = {
        0,      7,      0x0A,   0x1B,    0x7F,    0x80,    0x9B,     0x9F,     0xAD,      0x034F,
        0x0600, 0x115F, 0x180E, 0x200B,  0x2028,  0x202E,  0x2066,   0x3164,   0xD800,    0xE000,
        0xFEFF, 0xFFFE, 0xFDD0, 0xE0001, 0xE0FFF, 0xF0000, 0x10FFFF, 0x110000, UINT32_MAX};
    static const uint32_t harmless[] = {' ',   '~',    0xA0,   0xE4,   0x0301, 0x0378,
                                        0x3B1, 0x4E00, 0xFE0F, 0xFFFD, 0x1F600};
    (void)state;
    for (size_t k = 0; k < sizeof hostile / sizeof hostile[0]; k++) assert_true(utf8_is_hostile(hostile[k]));
    for (size_t k = 0; k < sizeof harmless / sizeof harmless[0]; k++)
        assert_false(utf8_is_hostile(harmless[k]));
}

static void control_characters_are_told_from_others(void **state) {
    static const uint32_t others[] = {' ', 0xA0, 0xAD, 0x200B, 0x4E00, UINT32_MAX};
    (void)state;
    for (uint32_t code = 0; code < 0x20; code++) assert_true(utf8_is_control(code));
    for (uint32_t code = 0x7F; code < 0xA0; code++) assert_true(utf8_is_control(code));
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) assert_false(utf8_is_control(others[k]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_never_parts_a_character),
        cmocka_unit_test(every_way_to_fill_a_buffer_stops_at_a_character),
        cmocka_unit_test(no_room_is_never_written_to),
        cmocka_unit_test(what_is_written_piece_by_piece_stays_inside),
        cmocka_unit_test(what_is_appended_follows_what_is_there),
        cmocka_unit_test(broken_bytes_are_marked),
        cmocka_unit_test(a_clipped_text_says_that_it_goes_on),
        cmocka_unit_test(no_escape_is_cut_in_half),
        cmocka_unit_test(what_is_printed_is_what_the_buffer_would_hold),
        cmocka_unit_test(what_drives_a_terminal_is_known),
        cmocka_unit_test(control_characters_are_told_from_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
