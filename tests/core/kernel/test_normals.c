#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "tests/support/assert_close.h"

enum { COUNT = 2000 };

/* As core/network/draw.c does it where no set of loops is chosen. */
static void draw_one_by_one(Rng rows[NORMAL_ROWS], double scale, real *y) {
    for (int j = 0; j < COUNT; j++)
        for (int row = 0; row < NORMAL_ROWS; row++)
            y[j * NORMAL_ROWS + row] = (real)(scale * rng_normal(&rows[row]));
}

/* In two calls, so that the second goes on where the first has ended. */
static void draw_together(const Kernels *set, const Rng rows[NORMAL_ROWS], double scale, real *y,
                          uint64_t state[4][NORMAL_ROWS]) {
    for (int row = 0; row < NORMAL_ROWS; row++)
        for (int word = 0; word < 4; word++) state[word][row] = rows[row].state[word];
    set->normals(state, scale, 7, y);
    set->normals(state, scale, COUNT - 7, y + (ptrdiff_t)7 * NORMAL_ROWS);
}

static void assert_same(const Kernels *set, const Rng begin[NORMAL_ROWS], double scale) {
    static real expected[COUNT * NORMAL_ROWS], found[COUNT * NORMAL_ROWS];
    uint64_t state[4][NORMAL_ROWS];
    Rng rows[NORMAL_ROWS];
    memcpy(rows, begin, sizeof rows);
    draw_one_by_one(rows, scale, expected);
    draw_together(set, begin, scale, found, state);
    for (int j = 0; j < COUNT * NORMAL_ROWS; j++)
        if (memcmp(&expected[j], &found[j], sizeof(real)) != 0)
            fail_msg("%s, scale %g: number %d is %.9g, expected %.9g", set->name, scale, j, (double)found[j],
                     (double)expected[j]);
    for (int row = 0; row < NORMAL_ROWS; row++)
        for (int word = 0; word < 4; word++) assert_true(state[word][row] == rows[row].state[word]);
}

static void numbers_are_those_of_one_generator_after_the_other(void **state) {
    (void)state;
    /* Of a large layer, and so small or large that floats round, vanish and overflow otherwise. */
    static const double scales[] = {0.0147, 1, 100, 1e-40, 1e-300, 1e38};
    Rng rows[NORMAL_ROWS];
    for (int row = 0; row < NORMAL_ROWS; row++) rng_init(&rows[row], (uint64_t)row);
    for (int k = 0; kernel_available(k); k++)
        for (size_t s = 0; s < sizeof scales / sizeof scales[0]; s++)
            assert_same(kernel_available(k), rows, scales[s]);
}

static uint64_t rotate_right(uint64_t x, int k) {
    return x >> k | x << (64 - k);
}

/* The state before rng_next made it this one. */
static Rng step_back(Rng after) {
    uint64_t s3 = rotate_right(after.state[3], 45), s0 = after.state[0] ^ s3;
    uint64_t mixed = after.state[1] ^ s0 ^ after.state[2] ^ s0;
    uint64_t s1 = mixed ^ mixed << 17 ^ mixed << 34 ^ mixed << 51;
    uint64_t s2 = after.state[2] ^ s1 << 17 ^ s0;
    return (Rng){{s0, s1, s2, s3 ^ s1}};
}

/* States whose next number is `number`: where s0 is 0, that is s3 turned by 23 bits. */
static Rng about_to_give(uint64_t number, uint64_t other) {
    return (Rng){{0, other * 3 + 1, other * 5 + 7, rotate_right(number, 23)}};
}

/* u at its ends, where the logarithm is 0 and largest; v where the cosine is 1, 0 and -1. */
static void ends_and_zeros_are_the_same(void **state) {
    (void)state;
    static const uint64_t numbers[] = {0,
                                       UINT64_C(1) << 11,
                                       ~UINT64_C(0),
                                       UINT64_C(1) << 62,
                                       UINT64_C(1) << 63,
                                       UINT64_C(3) << 62,
                                       (UINT64_C(1) << 62) + 2048,
                                       (UINT64_C(3) << 62) - 2048};
    Rng rows[NORMAL_ROWS];
    for (uint64_t row = 0; row < NORMAL_ROWS; row++) {
        Rng rng = about_to_give(numbers[row / 2], row);
        rows[row] = row % 2 ? step_back(rng) : rng;
        Rng check = rows[row];
        uint64_t first = rng_next(&check);
        assert_true((row % 2 ? rng_next(&check) : first) == numbers[row / 2]);
    }
    for (int k = 0; kernel_available(k); k++) {
        assert_same(kernel_available(k), rows, 0.01);
        assert_same(kernel_available(k), rows, 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_one_generator_after_the_other),
        cmocka_unit_test(ends_and_zeros_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
