/* Comparisons that NaN cannot slip through (cmocka 1.1.5's assert_float_equal lets NaN equal anything). */
#ifndef TESTS_SUPPORT_ASSERT_CLOSE_H
#define TESTS_SUPPORT_ASSERT_CLOSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#define assert_close(actual, expected, tolerance)                                                            \
    do {                                                                                                     \
        double actual_ = (double)(actual), expected_ = (double)(expected);                                   \
        if (!(fabs(actual_ - expected_) <= (double)(tolerance)))                                             \
            fail_msg("%s is %.9g, expected %.9g within %g", #actual, actual_, expected_,                     \
                     (double)(tolerance));                                                                   \
    } while (0)

#endif
