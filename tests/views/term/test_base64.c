#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "views/term/base64.h"

/* The examples of RFC 4648, section 10. */
static void the_examples_of_the_standard_come_out(void **state) {
    (void)state;
    static const char *const rows[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},
                                          {"foobar", "Zm9vYmFy"}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        char *letters = base64_encode(rows[k][0], strlen(rows[k][0]));
        assert_string_equal(letters, rows[k][1]);
        free(letters);
    }
}

static void bytes_above_127_and_zeros_are_kept(void **state) {
    (void)state;
    static const unsigned char bytes[] = {0xFF, 0xFE, 0x00, 0x00, 0x80};
    char *letters = base64_encode(bytes, sizeof bytes);
    assert_string_equal(letters, "//4AAIA=");
    free(letters);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_come_out),
        cmocka_unit_test(bytes_above_127_and_zeros_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
