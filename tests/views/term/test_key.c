#include "tests/support/assert_close.h"

#include "views/term/key.h"

static void every_key_name_reads_back_as_its_key(void **state) {
    (void)state;
    const uint32_t codes[] = {'j',
                              'J',
                              ' ',
                              '/',
                              0xE9,
                              key_ctrl('d'),
                              KEY_CODE_UP,
                              KEY_CODE_BACKTAB,
                              KEY_CODE_F1,
                              KEY_CODE_F12,
                              KEY_CODE_ENTER,
                              KEY_CODE_ESCAPE,
                              'F',
                              'C'};
    for (size_t k = 0; k < sizeof codes / sizeof codes[0]; k++) {
        char name[16];
        uint32_t back = 0;
        assert_true(key_parse(key_format(codes[k], name), &back));
        assert_int_equal(back, codes[k]);
    }
}

static void names_are_those_of_the_help(void **state) {
    (void)state;
    char name[16];
    assert_string_equal(key_format(' ', name), "Space");
    assert_string_equal(key_format(key_ctrl('l'), name), "C-l");
    assert_string_equal(key_format(KEY_CODE_F1 + 4, name), "F5");
    assert_string_equal(key_format(0x202E, name), "U+202E");
}

static void wrong_names_are_refused(void **state) {
    (void)state;
    const char *wrong[] = {"", "Upp", "F0", "F13", "C-", "C-!", "jj", "\xFF", "\033"};
    for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
        uint32_t code;
        assert_false(key_parse(wrong[k], &code));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_name_reads_back_as_its_key),
        cmocka_unit_test(names_are_those_of_the_help),
        cmocka_unit_test(wrong_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
