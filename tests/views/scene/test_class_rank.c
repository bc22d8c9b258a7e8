#include "tests/support/assert_close.h"

#include <math.h>

#include "views/scene/class_rank.h"

static void largest_come_first_and_equals_keep_their_order(void **state) {
    (void)state;
    const double values[] = {0.1, 0.3, 0.2, 0.3, 0.1};
    const int expected[] = {1, 3, 2, 0};
    int order[4];
    assert_int_equal(class_rank(values, 5, order, 4), 4);
    for (int k = 0; k < 4; k++) assert_int_equal(order[k], expected[k]);
}

static void nan_comes_last(void **state) {
    (void)state;
    const double values[] = {NAN, -2, -1};
    int order[3];
    assert_int_equal(class_rank(values, 3, order, 3), 3);
    assert_int_equal(order[0], 2);
    assert_int_equal(order[2], 0);
}

static void fewer_values_than_places_give_fewer_places(void **state) {
    (void)state;
    const double values[] = {1, 2};
    int order[5] = {-1, -1, -1, -1, -1};
    assert_int_equal(class_rank(values, 2, order, 5), 2);
    assert_int_equal(order[2], -1);
}

static void the_place_of_a_value_agrees_with_the_order(void **state) {
    (void)state;
    const double values[] = {0.5, NAN, 0.5, 4, -1, 0};
    int order[6];
    assert_int_equal(class_rank(values, 6, order, 6), 6);
    for (int k = 0; k < 6; k++) assert_int_equal(class_rank_of(values, 6, order[k]), k + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(largest_come_first_and_equals_keep_their_order),
        cmocka_unit_test(nan_comes_last),
        cmocka_unit_test(fewer_values_than_places_give_fewer_places),
        cmocka_unit_test(the_place_of_a_value_agrees_with_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
