#include "core/tensor/difference.h"

#include <math.h>

#include "tests/support/assert_close.h"

static void norms_and_cosine_are_those_of_the_definition(void **state) {
    (void)state;
    const real a[] = {3, 0, 4, 0}, b[] = {0, 0, 5, 12};
    real out[4];
    Difference d = tensor_difference(a, b, out, 4);
    assert_true(d.known);
    assert_close(d.a_l2, 5, 1e-12); /* small integers: exact up to the square root */
    assert_close(d.b_l2, 13, 1e-12);
    assert_close(d.l2, sqrt(9 + 1 + 144), 1e-12);
    assert_close(d.cosine, 20.0 / 65.0, 1e-12);
    assert_true(out[0] == 3 && out[1] == 0 && out[2] == -1 && out[3] == -12);
}

static void a_zero_tensor_has_no_direction(void **state) {
    (void)state;
    const real a[] = {1, 2}, b[] = {0, 0};
    Difference d = tensor_difference(a, b, NULL, 2);
    assert_true(isnan(d.cosine));
    assert_close(d.l2, d.a_l2, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(norms_and_cosine_are_those_of_the_definition),
        cmocka_unit_test(a_zero_tensor_has_no_direction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
