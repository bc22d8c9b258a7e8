/* Assertions that say what is wrong: the expression, what it is and what it should be, and which network, pass and
 * operator the test is about. They stand for cmocka's own of the same names, which print numbers only.
 * assert_close lets no NaN slip through (cmocka 1.1.5's assert_float_equal lets it equal anything). */
#ifndef TESTS_SUPPORT_ASSERT_CLOSE_H
#define TESTS_SUPPORT_ASSERT_CLOSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tests/support/subject.h"

#undef fail_msg
#define fail_msg(message, ...)                                                                               \
    do {                                                                                                     \
        print_error("ERROR: " message "%s\n", ##__VA_ARGS__, subject_text());                                \
        fail();                                                                                              \
    } while (0)

#define assert_close(actual, expected, tolerance)                                                            \
    do {                                                                                                     \
        double actual_ = (double)(actual), expected_ = (double)(expected);                                   \
        if (!(fabs(actual_ - expected_) <= (double)(tolerance)))                                             \
            fail_msg("%s is %.9g, expected %.9g within %g", #actual, actual_, expected_,                     \
                     (double)(tolerance));                                                                   \
    } while (0)

#undef assert_true
#define assert_true(condition)                                                                               \
    do {                                                                                                     \
        if (!(condition)) fail_msg("not true: %s", #condition);                                              \
    } while (0)

#undef assert_false
#define assert_false(condition)                                                                              \
    do {                                                                                                     \
        if (condition) fail_msg("true: %s", #condition);                                                     \
    } while (0)

#undef assert_int_equal
#define assert_int_equal(actual, expected)                                                                   \
    do {                                                                                                     \
        intmax_t actual_ = (intmax_t)(actual), expected_ = (intmax_t)(expected);                             \
        if (actual_ != expected_) fail_msg("%s is %jd, expected %jd", #actual, actual_, expected_);          \
    } while (0)

#undef assert_string_equal
#define assert_string_equal(actual, expected)                                                                \
    do {                                                                                                     \
        const char *actual_ = (actual), *expected_ = (expected);                                             \
        if (strcmp(actual_, expected_) != 0)                                                                 \
            fail_msg("%s is \"%s\", expected \"%s\"", #actual, actual_, expected_);                          \
    } while (0)

#endif
