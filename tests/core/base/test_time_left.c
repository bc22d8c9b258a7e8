#include "core/base/time_left.h"

#include <math.h>

#include "tests/support/assert_close.h"

static void nothing_is_told_at_first_or_of_nothing(void **state) {
    (void)state;
    TimeLeft left = time_left_begin(100, 0);
    assert_true(isnan(time_left(&left, 100.5, 0.3)));
    left = time_left_begin(100, 0.5);
    assert_true(isnan(time_left(&left, 107, 0.5)));
}

/* What an earlier run has done counts for the share and not for the time. */
static void steady_work_ends_when_it_says(void **state) {
    (void)state;
    TimeLeft left = time_left_begin(100, 0.2);
    for (double t = 0.125; t < 8; t += 0.125) {
        double told = time_left(&left, 100 + t, 0.2 + t / 10);
        if (t >= 1) assert_close(told, 8 - t, 1e-9);
    }
}

/* Four seconds of preparation, then 16 of work: twice as long after the beginning, nothing of it is left in what is
 * told. */
static void a_slow_beginning_is_forgotten(void **state) {
    (void)state;
    TimeLeft left = time_left_begin(0, 0);
    for (double t = 0.125; t < 20; t += 0.125) {
        double told = time_left(&left, t, t < 4 ? 0 : (t - 4) / 16);
        if (t < 4) assert_true(isnan(told));
        if (t > 9) assert_close(told, 20 - t, 1e-9);
        if (t > 6) assert_true(told > 0.5 * (20 - t) && told < 2 * (20 - t));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_told_at_first_or_of_nothing),
        cmocka_unit_test(steady_work_ends_when_it_says),
        cmocka_unit_test(a_slow_beginning_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
