/* What is to be read soon: every line is handed out once, whoever asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/parallel.h"
#include "core/base/soon.h"

enum { LINES = 1000, FIRST = 130, THREADS = 3, TURNS = 1000 };

static char memory[LINES * SOON_LINE];
static int taken[LINES];

static void take(Soon *soon, size_t most) {
    size_t lines = 0;
    const char *from = soon_take(soon, most, &lines);
    if (!from) return;
    assert_true(lines >= 1 && lines <= most);
    const size_t first = (size_t)(from - memory) / SOON_LINE;
    assert_true(first + lines <= LINES);
    for (size_t k = first; k < first + lines; k++) __atomic_fetch_add(&taken[k], 1, __ATOMIC_RELAXED);
}

/* Two regions, one behind the other. */
static Soon two_regions(void) {
    Soon soon;
    soon_clear(&soon);
    soon_add(&soon, memory, FIRST * SOON_LINE);
    soon_add(&soon, memory + FIRST * SOON_LINE, (LINES - FIRST) * SOON_LINE);
    memset(taken, 0, sizeof taken);
    return soon;
}

static void nothing_is_taken_of_nothing(void **state) {
    Soon soon;
    size_t lines;
    (void)state;
    soon_clear(&soon);
    assert_null(soon_take(NULL, 5, &lines));
    assert_null(soon_take(&soon, 5, &lines));
    soon_add(&soon, memory, 3 * SOON_LINE);
    assert_null(soon_take(&soon, 0, &lines));
    assert_ptr_equal(soon_take(&soon, 5, &lines), memory);
    assert_int_equal(lines, 3);
    assert_null(soon_take(&soon, 5, &lines));
}

static void every_line_is_taken_once(void **state) {
    (void)state;
    Soon soon = two_regions();
    for (int k = 0; k < LINES; k++) take(&soon, 7);
    for (int k = 0; k < LINES; k++) assert_int_equal(taken[k], 1);
}

static void take_some(void *context, int begin, int end, int worker) {
    (void)end, (void)worker;
    take(context, 1 + (size_t)(begin % 3));
}

static void threads_take_every_line_once(void **state) {
    (void)state;
    const int before = parallel_threads();
    parallel_set_threads(THREADS);
    Soon soon = two_regions();
    parallel_items(TURNS, take_some, &soon);
    for (int k = 0; k < LINES; k++) assert_int_equal(taken[k], 1);
    parallel_set_threads(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_taken_of_nothing),
                                       cmocka_unit_test(every_line_is_taken_once),
                                       cmocka_unit_test(threads_take_every_line_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
