#include "core/base/json_write.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"

static void assert_text(JsonWriter *writer, const char *expected) {
    assert_true(json_write_end(writer));
    assert_string_equal(writer->text, expected);
    assert_int_equal(writer->length, strlen(expected));
    free(writer->text);
}

static void assert_float(double value, const char *expected) {
    JsonWriter writer;
    json_write_init(&writer, NULL);
    json_write_float(&writer, value);
    assert_text(&writer, expected);
}

static void assert_string(const char *value, const char *expected) {
    JsonWriter writer;
    json_write_init(&writer, NULL);
    json_write_string(&writer, value);
    assert_text(&writer, expected);
}

static void write_example(JsonWriter *writer) {
    json_write_object_begin(writer);
    json_write_key_int(writer, "schema", 1);
    json_write_key(writer, "list");
    json_write_array_begin(writer);
    json_write_int(writer, -7);
    json_write_array_begin(writer);
    json_write_array_end(writer);
    json_write_bool(writer, true);
    json_write_null(writer);
    json_write_array_end(writer);
    json_write_key(writer, "inner");
    json_write_object_begin(writer);
    json_write_object_end(writer);
    json_write_key_string(writer, "name", "cat");
    json_write_key_float(writer, "p", 0.5);
    json_write_object_end(writer);
}

static const char example[] =
    "{\"schema\":1,\"list\":[-7,[],true,null],\"inner\":{},\"name\":\"cat\",\"p\":0.5}";

static void commas_and_brackets_come_where_they_belong(void **state) {
    (void)state;
    JsonWriter writer;
    json_write_init(&writer, NULL);
    write_example(&writer);
    assert_text(&writer, example);
}

static void a_stream_gets_the_same_and_a_newline(void **state) {
    (void)state;
    char *text;
    size_t size;
    JsonWriter writer;
    FILE *stream = open_memstream(&text, &size);
    json_write_init(&writer, stream);
    write_example(&writer);
    assert_true(json_write_end(&writer));
    fclose(stream);
    assert_int_equal(size, strlen(example) + 1);
    assert_memory_equal(text, example, strlen(example));
    assert_int_equal(text[size - 1], '\n');
    free(text);
}

static void a_full_disk_is_noticed_at_the_end(void **state) {
    (void)state;
    JsonWriter writer;
    FILE *stream = fopen("/dev/full", "w");
    assert_non_null(stream);
    json_write_init(&writer, stream);
    write_example(&writer);
    assert_false(json_write_end(&writer));
    fclose(stream);
}

static void floats_have_nine_digits_and_what_is_no_number_is_null(void **state) {
    (void)state;
    assert_float(0.1f, "0.100000001");
    assert_float(-1e-30, "-1e-30");
    assert_float(1e300, "1e+300");
    assert_float(3, "3");
    assert_float(NAN, "null");
    assert_float(INFINITY, "null");
    assert_float(-INFINITY, "null");
}

static void the_point_is_a_point_in_every_locale(void **state) {
    (void)state;
    const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8", "C"};
    for (size_t k = 0; k < sizeof locales / sizeof *locales; k++) {
        setlocale(LC_ALL, locales[k]);
        assert_float(-1.5e-30, "-1.5e-30");
    }
    setlocale(LC_ALL, "C");
}

static void strings_are_escaped(void **state) {
    (void)state;
    assert_string("", "\"\"");
    assert_string("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    assert_string("\x1b[2J\n\x7f", "\"\\u001b[2J\\n\\u007f\"");
    assert_string("\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\"");
    assert_string("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb1",
                  "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb1\"");
    assert_string(NULL, "null");
}

static void broken_utf8_becomes_the_replacement_character(void **state) {
    (void)state;
    assert_string("a\xff"
                  "b",
                  "\"a\\ufffdb\"");
    assert_string("\xc3", "\"\\ufffd\"");
    assert_string("\xe2\x82", "\"\\ufffd\\ufffd\"");
    assert_string("\xc0\xaf", "\"\\ufffd\\ufffd\"");
    assert_string("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");
    assert_string("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

static void a_long_text_grows_the_buffer(void **state) {
    (void)state;
    JsonWriter writer;
    json_write_init(&writer, NULL);
    json_write_array_begin(&writer);
    for (int k = 0; k < 10000; k++) json_write_int(&writer, 7);
    json_write_array_end(&writer);
    assert_true(json_write_end(&writer));
    assert_int_equal(writer.length, 2 * 10000 + 1);
    free(writer.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_brackets_come_where_they_belong),
        cmocka_unit_test(a_stream_gets_the_same_and_a_newline),
        cmocka_unit_test(a_full_disk_is_noticed_at_the_end),
        cmocka_unit_test(floats_have_nine_digits_and_what_is_no_number_is_null),
        cmocka_unit_test(the_point_is_a_point_in_every_locale),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(broken_utf8_becomes_the_replacement_character),
        cmocka_unit_test(a_long_text_grows_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
