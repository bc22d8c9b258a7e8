#include "core/tensor/landmark.h"

#include <math.h>

#include "tests/support/assert_close.h"

enum { SIDE = 6, CHANNELS = 3 };

static real values[SIDE * SIDE * CHANNELS];

static Tensor filled(real value) {
    for (int k = 0; k < SIDE * SIDE * CHANNELS; k++) values[k] = value;
    return (Tensor){.shape = {.n = 1, .c = CHANNELS, .h = SIDE, .w = SIDE}, .data = values};
}

static real *at(Tensor tensor, int channel, int row, int column) {
    return &tensor.data[shape_index(tensor.shape, 0, channel, row, column)];
}

static void extremes_are_found_with_their_places(void **state) {
    (void)state;
    Tensor tensor = filled(0);
    *at(tensor, 2, 4, 1) = 3;
    *at(tensor, 0, 5, 5) = -1;
    TensorLandmarks found = tensor_landmarks(tensor);
    assert_true(found.known);
    assert_true(found.largest.value == 3 && found.largest.channel == 2 && found.largest.row == 4 &&
                found.largest.column == 1);
    assert_true(found.smallest.value == -1 && found.smallest.channel == 0 && found.smallest.row == 5 &&
                found.smallest.column == 5);
    assert_int_equal(found.dead, 1);
    assert_int_equal(found.strongest, 2);
    assert_close(found.strongest_share, 0.9, 1e-12); /* 9 of 9 + 1, exact but for one division */
}

static void what_is_not_finite_is_no_extreme_and_not_dead(void **state) {
    (void)state;
    Tensor tensor = filled(0);
    *at(tensor, 1, 0, 0) = (real)NAN;
    *at(tensor, 1, 0, 1) = (real)INFINITY;
    TensorLandmarks found = tensor_landmarks(tensor);
    assert_int_equal(found.dead, 2);
    assert_true(found.largest.value == 0 && found.smallest.value == 0);
    assert_true(tensor_landmarks(filled((real)NAN)).known == false);
}

static void the_strongest_part_of_a_map_is_named(void **state) {
    (void)state;
    static const int rows[] = {0, 3, 5}, columns[] = {1, 2, 4};
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            Tensor tensor = filled((real)0.01);
            *at(tensor, 1, rows[r], columns[c]) = -5;
            MapLandmarks map = map_landmarks(tensor, 1);
            assert_int_equal(map.strongest, 3 * r + c);
            assert_close(map.smallest.value, -5, 0);
            assert_int_equal(map.smallest.row, rows[r]);
        }
    assert_string_equal(landmark_part_name(4), "centre");
    assert_string_equal(landmark_part_name(6), "lower left");
}

static void nothing_is_said_of_what_is_not_there(void **state) {
    (void)state;
    Tensor none = {.shape = {.n = 1, .c = 1, .h = 1, .w = 1}};
    assert_false(tensor_landmarks(none).known);
    assert_false(map_landmarks(none, 0).known);
    assert_int_equal(map_landmarks(filled(0), 0).strongest, -1);
}

static void a_single_number_has_a_place(void **state) {
    (void)state;
    real one = 2;
    Tensor tensor = {.shape = {.n = 1, .c = 1, .h = 1, .w = 1}, .data = &one};
    MapLandmarks map = map_landmarks(tensor, 0);
    assert_int_equal(map.strongest, 0);
    assert_close(map.shares[0], 1, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extremes_are_found_with_their_places),
        cmocka_unit_test(what_is_not_finite_is_no_extreme_and_not_dead),
        cmocka_unit_test(the_strongest_part_of_a_map_is_named),
        cmocka_unit_test(nothing_is_said_of_what_is_not_there),
        cmocka_unit_test(a_single_number_has_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
