#include "tests/support/assert_close.h"

#include <math.h>
#include <string.h>

#include "views/style/text.h"

static void utf8_round_trips_and_rejects_what_is_not_utf8(void **state) {
    (void)state;
    const uint32_t codes[] = {'A', 0xE9, 0x2580, 0x1F600, 0x10FFFF};
    for (size_t k = 0; k < sizeof codes / sizeof codes[0]; k++) {
        char bytes[4];
        uint32_t back = 0;
        size_t length = utf8_encode(codes[k], bytes);
        assert_int_equal(utf8_decode(bytes, length, &back), length);
        assert_int_equal(back, codes[k]);
        if (length > 1) {
            assert_int_equal(utf8_decode(bytes, length - 1, &back), 1);
            assert_int_equal(back, UINT32_MAX);
        }
    }
    const char *bad[] = {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2(\xA1", "\xFF"};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        uint32_t code = 0;
        assert_int_equal(utf8_decode(bad[k], strlen(bad[k]), &code), 1);
        assert_int_equal(code, UINT32_MAX);
    }
}

static void widths_count_columns_not_bytes(void **state) {
    (void)state;
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("▀│×"), 3);
    assert_int_equal(text_width("猫"), 2);
    assert_int_equal(text_width("⌚"), 2);
    assert_int_equal(text_width("नि"), 2); /* a vowel sign that has a column of its own */
    assert_int_equal(text_width("नु"), 1);  /* one that stands below the letter */
    assert_int_equal(text_width("e\xCC\x81"), 1);
    assert_int_equal(text_glyph_width(0x1B), -1);
    assert_int_equal(text_glyph_width(0x9B), -1);
    assert_int_equal(text_glyph_width(0x202E), -1);
    assert_int_equal(text_glyph_width(0x200B), -1);
    assert_int_equal(text_glyph_width(0xE000), -1);
}

static void hostile_bytes_are_scanned_as_escapes(void **state) {
    (void)state;
    const char text[] = "a\033[\xE2\x80\xAE\xFF";
    char drawn[64] = "";
    TextScan scan = text_scan(text, strlen(text));
    uint32_t glyph;
    int width;
    for (size_t used = 0; text_scan_next(&scan, &glyph, &width); used++) drawn[used] = (char)glyph;
    assert_string_equal(drawn, "a\\x1B[\\xE2\\x80\\xAE\\xFF");
    assert_int_equal(text_width(text), (int)strlen(drawn));
}

static void long_text_ends_in_an_ellipsis(void **state) {
    (void)state;
    char out[32];
    text_truncate(out, sizeof out, "layer1.0.conv1", 14);
    assert_string_equal(out, "layer1.0.conv1");
    text_truncate(out, sizeof out, "layer1.0.conv1", 8);
    assert_string_equal(out, "layer1.…");
    text_truncate(out, sizeof out, "猫猫猫", 4);
    assert_string_equal(out, "猫…");
    text_truncate(out, sizeof out, "abc", 1);
    assert_string_equal(out, "…");
    text_truncate(out, sizeof out, "abc", 0);
    assert_string_equal(out, "");
    text_truncate(out, 6, "ééééé", 4);
    assert_string_equal(out, "é…");
}

static void check_lines(const char *text, int width, const char *expected) {
    char joined[256] = "";
    size_t length;
    const char *line;
    int count = text_wrap_count(text, width), lines = 0;
    while ((line = text_wrap_next(&text, width, &length)) != NULL) {
        strncat(joined, line, length);
        strcat(joined, "/");
        lines++;
        assert_true(text_width_n(line, length) <= width || length <= 4);
    }
    assert_string_equal(joined, expected);
    assert_int_equal(lines, count);
}

static void words_wrap_at_spaces_and_newlines(void **state) {
    (void)state;
    check_lines("the skip adds x", 8, "the skip/adds x/");
    check_lines("the skip adds x", 9, "the skip/adds x/");
    check_lines("one\n\ntwo", 10, "one//two/");
    check_lines("one\n", 10, "one/");
    check_lines("abcdefgh ij", 3, "abc/def/gh/ij/");
    check_lines("  indented text", 11, "  indented/text/");
    check_lines("猫猫", 1, "猫/猫/");
    check_lines("abc \ndef", 3, "abc/def/");
    check_lines("", 5, "");
}

static void glyphs_have_ascii_likenesses(void **state) {
    (void)state;
    assert_int_equal(text_ascii('a'), 'a');
    assert_int_equal(text_ascii(U'│'), '|');
    assert_int_equal(text_ascii(U'▌'), '#');
    assert_int_equal(text_ascii(U'⊕'), '+');
    assert_int_equal(text_ascii(U'猫'), '?');
}

static void signed_numbers_keep_their_width(void **state) {
    (void)state;
    assert_string_equal(text_format_signed(0.414, 5, 2).text, "+0.41");
    assert_string_equal(text_format_signed(-0.2, 5, 2).text, "-0.20");
    assert_string_equal(text_format_signed(123.456, 5, 2).text, " +123");
    assert_string_equal(text_format_signed(12345.6, 6, 2).text, "+12346");
    assert_string_equal(text_format_signed(1234567, 6, 2).text, "+1e+06");
    assert_string_equal(text_format_signed(1e300, 5, 2).text, "#####");
    assert_string_equal(text_format_signed(NAN, 5, 2).text, "  nan");
    assert_string_equal(text_format_signed(-INFINITY, 5, 2).text, " -inf");
}

static void engineering_numbers_have_three_digits(void **state) {
    (void)state;
    assert_string_equal(text_format_engineering(1.8140e9).text, "1.81G");
    assert_string_equal(text_format_engineering(11689512).text, "11.7M");
    assert_string_equal(text_format_engineering(272474).text, "272k");
    assert_string_equal(text_format_engineering(999999).text, "1.00M");
    assert_string_equal(text_format_engineering(512).text, "512");
    assert_string_equal(text_format_engineering(0).text, "0");
    assert_string_equal(text_format_engineering(-0.43).text, "-430m");
    assert_string_equal(text_format_engineering(999.7).text, "1.00k");
    assert_string_equal(text_format_engineering(2.5e-7).text, "250n");
    assert_string_equal(text_format_engineering(1e30).text, "1.0e+30");
    assert_string_equal(text_format_engineering(NAN).text, "nan");
}

static void other_numbers_read_as_people_write_them(void **state) {
    (void)state;
    assert_string_equal(text_format_exponent(0.1).text, "1.0e-01");
    assert_string_equal(text_format_bytes(1023).text, "1023 B");
    assert_string_equal(text_format_bytes(46871347).text, "44.7 MiB");
    assert_string_equal(text_format_bytes(1048575).text, "1.0 MiB");
    assert_string_equal(text_format_count(272474).text, "272,474");
    assert_string_equal(text_format_count(1000000).text, "1,000,000");
    assert_string_equal(text_format_count(12).text, "12");
    assert_string_equal(text_format_percent(0.63).text, "63%");
    assert_string_equal(text_format_percent(0.004).text, "0.4%");
    assert_string_equal(text_format_percent(0.00001).text, "<0.1%");
    assert_string_equal(text_format_percent(0.996).text, "99.6%");
    assert_string_equal(text_format_percent(0.99999).text, ">99.9%");
    assert_string_equal(text_format_percent(1).text, "100%");
    assert_string_equal(text_format_percent(0).text, "0%");
    assert_string_equal(text_format_percent(-(double)NAN).text, "nan%");
    assert_string_equal(text_format_exponent(-(double)NAN).text, "nan");
    assert_string_equal(text_format_engineering(-(double)NAN).text, "nan");
    assert_string_equal(text_format_shape((Shape){.n = 1, .c = 16, .h = 32, .w = 32}).text, "16x32x32");
    assert_string_equal(text_format_shape((Shape){.n = 8, .c = 16, .h = 32, .w = 32}).text, "8x16x32x32");
    assert_string_equal(text_format_shape((Shape){.n = 1, .c = 64, .h = 1, .w = 1}).text, "64");
    assert_string_equal(text_format_duration(0.8).text, "0.8 s");
    assert_string_equal(text_format_duration(42).text, "42 s");
    assert_string_equal(text_format_duration(59.7).text, "1:00");
    assert_string_equal(text_format_duration(7500).text, "2:05:00");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_round_trips_and_rejects_what_is_not_utf8),
        cmocka_unit_test(widths_count_columns_not_bytes),
        cmocka_unit_test(hostile_bytes_are_scanned_as_escapes),
        cmocka_unit_test(long_text_ends_in_an_ellipsis),
        cmocka_unit_test(words_wrap_at_spaces_and_newlines),
        cmocka_unit_test(glyphs_have_ascii_likenesses),
        cmocka_unit_test(signed_numbers_keep_their_width),
        cmocka_unit_test(engineering_numbers_have_three_digits),
        cmocka_unit_test(other_numbers_read_as_people_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
