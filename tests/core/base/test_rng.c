#include <string.h>

#include "core/base/rng.h"
#include "tests/support/assert_close.h"

/* First outputs of the authors' xoshiro256plusplus.c from the state {1, 2, 3, 4}. */
static void numbers_are_those_of_xoshiro256_plus_plus(void **state) {
    (void)state;
    static const uint64_t expected[] = {
        41943041u,           58720359u, 3588806011781223u, 3591011842654386u, 9228616714210784205u,
        9973669472204895162u};
    Rng rng = {{1, 2, 3, 4}};
    for (size_t k = 0; k < sizeof expected / sizeof expected[0]; k++)
        assert_true(rng_next(&rng) == expected[k]);
}

static void skipping_is_as_many_steps(void **state) {
    (void)state;
    static const int counts[] = {0, 1, 2, 255, 256, 257, 1000, 4608, 123457};
    Rng stepped, skipped;
    rng_init(&stepped, 11);
    skipped = stepped;
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        for (int j = 0; j < counts[k]; j++) rng_next(&stepped);
        rng_skip(&skipped, (uint64_t)counts[k]);
        assert_memory_equal(stepped.state, skipped.state, sizeof stepped.state);
    }
}

/* Where no stepping leads: 2^33 steps and 2^33 steps are 2^34, in any order. */
static void long_skips_add_up(void **state) {
    (void)state;
    Rng once, twice;
    rng_init(&once, 12);
    twice = once;
    rng_skip(&once, (UINT64_C(1) << 34) + 777);
    rng_skip(&twice, (UINT64_C(1) << 33) + 700);
    rng_skip(&twice, (UINT64_C(1) << 33) + 77);
    assert_memory_equal(once.state, twice.state, sizeof once.state);
}

/* First outputs of the authors' splitmix64.c from 1234567. */
static void a_seed_becomes_the_state_through_splitmix64(void **state) {
    (void)state;
    static const uint64_t expected[4] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                         4593380528125082431u};
    Rng rng;
    rng_init(&rng, 1234567);
    assert_memory_equal(rng.state, expected, sizeof expected);
}

static void uniform_numbers_fill_zero_to_one_evenly(void **state) {
    (void)state;
    Rng rng;
    rng_init(&rng, 0);
    double sum = 0;
    int tenths[10] = {0};
    for (int k = 0; k < 100000; k++) {
        double u = rng_uniform(&rng);
        assert_true(u >= 0 && u < 1);
        sum += u;
        tenths[(int)(10 * u)]++;
    }
    assert_close(sum / 100000, 0.5, 0.005); /* five standard deviations of the mean, 0.29/316 */
    for (int k = 0; k < 10; k++) assert_close(tenths[k], 10000, 500);
}

static void normal_numbers_have_mean_0_spread_1_and_normal_tails(void **state) {
    (void)state;
    Rng rng;
    rng_init(&rng, 0);
    double sum = 0, square = 0;
    int beyond_two = 0;
    for (int k = 0; k < 100000; k++) {
        double x = rng_normal(&rng);
        assert_true(isfinite(x));
        sum += x;
        square += x * x;
        beyond_two += fabs(x) > 2;
    }
    assert_close(sum / 100000, 0, 0.016); /* five standard deviations each */
    assert_close(square / 100000, 1, 0.023);
    assert_close(beyond_two, 4550, 330); /* 4.55 % */
}

static void below_reaches_every_number_and_no_other(void **state) {
    (void)state;
    Rng rng;
    rng_init(&rng, 3);
    int seen[7] = {0};
    for (int k = 0; k < 7000; k++) {
        uint32_t value = rng_below(&rng, 7);
        assert_true(value < 7);
        seen[value]++;
    }
    for (int k = 0; k < 7; k++) assert_close(seen[k], 1000, 150); /* five standard deviations of 29 */
    assert_int_equal(rng_below(&rng, 1), 0);
}

static void shuffling_keeps_every_item_and_repeats_with_the_seed(void **state) {
    (void)state;
    Rng rng;
    int first[100], again[100], count[100] = {0}, at_home = 0;
    for (int j = 0; j < 100; j++) first[j] = again[j] = j;
    rng_init(&rng, 5);
    rng_shuffle(&rng, first, 100);
    rng_init(&rng, 5);
    rng_shuffle(&rng, again, 100);
    assert_memory_equal(first, again, sizeof first);
    for (int j = 0; j < 100; j++) count[first[j]]++, at_home += first[j] == j;
    for (int j = 0; j < 100; j++) assert_int_equal(count[j], 1);
    assert_true(at_home < 10); /* one is expected */
    rng_shuffle(&rng, first, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_those_of_xoshiro256_plus_plus),
        cmocka_unit_test(skipping_is_as_many_steps),
        cmocka_unit_test(long_skips_add_up),
        cmocka_unit_test(a_seed_becomes_the_state_through_splitmix64),
        cmocka_unit_test(uniform_numbers_fill_zero_to_one_evenly),
        cmocka_unit_test(normal_numbers_have_mean_0_spread_1_and_normal_tails),
        cmocka_unit_test(below_reaches_every_number_and_no_other),
        cmocka_unit_test(shuffling_keeps_every_item_and_repeats_with_the_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
