#include "core/base/line.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/assert_close.h"

static const struct {
    const char *line, *trimmed, *without_end;
} cases[] = {{"", "", ""},
             {"  \t\r", "", ""},
             {"word", "word", "word"},
             {" a  b\t", "a  b", " a  b"},
             {"\v\303\240 \r", "\303\240", "\v\303\240"}}; /* its last byte would be a space in Latin-1 */

static void white_space_goes_from_both_ends(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char line[20];
        const char *begin = cases[k].line;
        snprintf(line, sizeof line, "%s", cases[k].line);
        size_t length = line_trimmed(&begin);
        assert_int_equal(length, strlen(cases[k].trimmed));
        assert_memory_equal(begin, cases[k].trimmed, length);
        assert_string_equal(line_trim(line), cases[k].trimmed);
    }
}

static void white_space_goes_from_the_end_alone(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char line[20];
        snprintf(line, sizeof line, "%s", cases[k].line);
        line_trim_end(line);
        assert_string_equal(line, cases[k].without_end);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_space_goes_from_both_ends),
        cmocka_unit_test(white_space_goes_from_the_end_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
