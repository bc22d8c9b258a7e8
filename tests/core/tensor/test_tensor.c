#include <math.h>
#include <stdlib.h>

#include "core/base/parallel.h"
#include "core/tensor/tensor.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

static void stats_say_what_one_line_below_a_tensor_needs(void **state) {
    (void)state;
    const real x[] = {3, 0, -4, 0, (real)-0.0, 1};
    Stats s = tensor_stats(x, 6);
    assert_true(s.known);
    assert_int_equal(s.count, 6);
    assert_int_equal(s.zeros, 3);
    assert_int_equal(s.negative, 1);
    assert_close(s.min, -4, 0);
    assert_close(s.max, 3, 0);
    assert_close(s.mean, 0, 0);
    assert_close(s.l2, sqrt(26), 1e-15);
    assert_close(s.std, sqrt(26.0 / 6), 1e-15);
}

static void nan_and_infinity_are_counted_and_left_out(void **state) {
    (void)state;
    const real x[] = {1, (real)NAN, 3, (real)INFINITY, (real)-INFINITY, (real)NAN};
    Stats s = tensor_stats(x, 6);
    assert_int_equal(s.nan, 2);
    assert_int_equal(s.inf, 2);
    assert_int_equal(s.count, 6);
    assert_close(s.min, 1, 0);
    assert_close(s.max, 3, 0);
    assert_close(s.mean, 2, 0);
    assert_close(s.std, 1, 0);
    assert_close(s.l2, sqrt(10), 1e-15);
}

static void without_a_finite_number_the_figures_are_nan(void **state) {
    (void)state;
    const real x[] = {(real)NAN, (real)INFINITY};
    Stats s = tensor_stats(x, 2);
    assert_true(isnan(s.min) && isnan(s.max) && isnan(s.mean) && isnan(s.std) && isnan(s.l2));
    assert_int_equal(s.nan, 1);
    assert_int_equal(s.inf, 1);
}

typedef struct Poison {
    size_t at;
    real value;
} Poison;

/* Lengths around the vector width and around the size from which chunks are shared out. */
static void stats_of_any_length_equal_the_plain_sums(void **state) {
    (void)state;
    static const size_t lengths[] = {1, 15, 16, 17, 255, 16384, 16385, 100003};
    real *x = calloc(100003, sizeof *x);
    fixture_fill(x, 100003, 3, "stats");
    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
        double sum = 0, square = 0, min = INFINITY, max = -INFINITY;
        for (size_t j = 0; j < lengths[k]; j++) {
            sum += (double)x[j], square += (double)x[j] * (double)x[j];
            min = fmin(min, (double)x[j]), max = fmax(max, (double)x[j]);
        }
        Stats s = tensor_stats(x, lengths[k]);
        assert_close(s.min, min, 0);
        assert_close(s.max, max, 0);
        /* Columns of 64 are summed in `real`, each rounding below 64 * 2^-24 of the column's size. */
        assert_close(s.mean, sum / (double)lengths[k], 4e-6 * 3);
        assert_close(s.l2, sqrt(square), 4e-6 * sqrt(square));
    }
    static const Poison poisons[] = {
        {0, (real)NAN}, {5000, (real)INFINITY}, {99999, (real)NAN}, {100002, (real)NAN}};
    for (size_t k = 0; k < 4; k++) x[poisons[k].at] = poisons[k].value;
    Stats s = tensor_stats(x, 100003);
    assert_int_equal(s.nan, 3);
    assert_int_equal(s.inf, 1);
    free(x);
}

/* Their squares do not fit into a float, and deep networks without skips have such gradients. */
static void vanishing_and_exploding_values_keep_their_norm(void **state) {
    (void)state;
    static const double sizes[] = {1e-37, 1e-25, 1e-13, 1e16, 1e25, 1e37};
    real x[100];
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        for (int j = 0; j < 99; j++) x[j] = (real)(j % 2 ? sizes[k] : -sizes[k]);
        x[99] = (real)NAN;
        Stats s = tensor_stats(x, 100);
        assert_close(s.l2 / sizes[k], sqrt(99), 1e-5); /* each element is rounded to `real` */
        assert_close(s.std / sizes[k], 1, 1e-3);
        assert_int_equal(s.zeros, 0);
    }
}

static void stats_do_not_depend_on_the_number_of_threads(void **state) {
    (void)state;
    int before = parallel_threads();
    real *x = calloc(70001, sizeof *x);
    fixture_fill(x, 70001, 1, "threads");
    parallel_set_threads(1);
    Stats alone = tensor_stats(x, 70001);
    parallel_set_threads(3);
    Stats shared = tensor_stats(x, 70001);
    parallel_set_threads(before);
    assert_close(alone.mean, shared.mean, 0);
    assert_close(alone.l2, shared.l2, 0);
    assert_close(alone.std, shared.std, 0);
    free(x);
}

static void no_elements_have_no_figures(void **state) {
    (void)state;
    const real nothing = 0;
    Stats s = tensor_stats(&nothing, 0);
    assert_int_equal(s.count, 0);
    assert_true(isnan(s.mean));
}

static void file_order_and_memory_order_are_inverse(void **state) {
    (void)state;
    const Shape shape = {2, 3, 4, 5};
    float file[120], back[120];
    real memory[120];
    for (int j = 0; j < 120; j++) file[j] = (float)j;
    tensor_from_nchw(memory, file, shape);
    for (int n = 0, j = 0; n < 2; n++)
        for (int c = 0; c < 3; c++)
            for (int h = 0; h < 4; h++)
                for (int w = 0; w < 5; w++, j++) assert_close(memory[((n * 4 + h) * 5 + w) * 3 + c], j, 0);
    tensor_to_nchw(back, memory, shape);
    assert_memory_equal(file, back, sizeof file);
}

static void dot_products_are_summed_in_double(void **state) {
    (void)state;
    static real a[1037], b[1037];
    for (int j = 0; j < 1037; j++) a[j] = 1, b[j] = (real)1e-4;
    a[0] = (real)16777216, b[0] = 1; /* 2^24: from here a float no longer counts */
    assert_close(tensor_dot(a, b, 1037), 16777216 + 1036 * (double)(real)1e-4,
                 2e-6); /* 1036 roundings of 2e-9 */
    assert_close(tensor_dot(a, b, 0), 0, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stats_say_what_one_line_below_a_tensor_needs),
        cmocka_unit_test(nan_and_infinity_are_counted_and_left_out),
        cmocka_unit_test(without_a_finite_number_the_figures_are_nan),
        cmocka_unit_test(stats_of_any_length_equal_the_plain_sums),
        cmocka_unit_test(vanishing_and_exploding_values_keep_their_norm),
        cmocka_unit_test(stats_do_not_depend_on_the_number_of_threads),
        cmocka_unit_test(no_elements_have_no_figures),
        cmocka_unit_test(file_order_and_memory_order_are_inverse),
        cmocka_unit_test(dot_products_are_summed_in_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
