#include <math.h>

#include "tests/support/assert_close.h"
#include "tests/support/reference_check.h"

/* A row of `count` values, twice as many elements as one piece of work when it is long. */
static OpFixture row(int count) {
    return op_fixture_new(&(OpFixtureConfig){.op = {.kind = OP_RELU}, .x = {{1, 1, 1, count}}});
}

static void relu_keeps_positive_values_and_zeroes_negative_ones(void **state) {
    (void)state;
    OpFixture f = row(20001);
    reference_check(&f, 0);
    op_fixture_free(&f);
}

static void relu_blocks_gradient_where_output_is_zero(void **state) {
    (void)state;
    OpFixture f = row(20001);
    for (int j = 0; j < 20001; j += 5) f.x[0][j] = 0;
    reference_check(&f, 0);
    assert_close(f.run.dx[0][20000], 0, 0);
    op_fixture_free(&f);
}

static void nan_passes_relu_in_both_directions(void **state) {
    (void)state;
    OpFixture f = row(3);
    f.x[0][1] = (real)NAN;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_true(isnan(f.y[1]));
    assert_close(f.run.dx[0][1], f.dy[1], 0);
    op_fixture_free(&f);
}

static void infinities_and_negative_zero_are_treated_as_in_pytorch(void **state) {
    (void)state;
    OpFixture f = row(3);
    f.x[0][0] = (real)INFINITY, f.x[0][1] = (real)-INFINITY, f.x[0][2] = (real)-0.0;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_true(isinf(f.y[0]) && f.y[0] > 0);
    assert_true(f.y[1] == 0);
    assert_true(f.y[2] == 0 && signbit(f.y[2]));
    assert_close(f.run.dx[0][2], 0, 0);
    op_fixture_free(&f);
}

static void relu_adds_to_a_gradient_that_is_already_there(void **state) {
    (void)state;
    OpFixture f =
        op_fixture_new(&(OpFixtureConfig){.op = {.kind = OP_RELU}, .x = {{1, 1, 1, 2}}, .dx_adds = true});
    f.x[0][0] = 1, f.x[0][1] = -1;
    f.dy[0] = 4, f.dy[1] = 8;
    f.run.dx[0][0] = 16, f.run.dx[0][1] = 32;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_close(f.run.dx[0][0], 20, 0);
    assert_close(f.run.dx[0][1], 32, 0);
    op_fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relu_keeps_positive_values_and_zeroes_negative_ones),
        cmocka_unit_test(relu_blocks_gradient_where_output_is_zero),
        cmocka_unit_test(nan_passes_relu_in_both_directions),
        cmocka_unit_test(infinities_and_negative_zero_are_treated_as_in_pytorch),
        cmocka_unit_test(relu_adds_to_a_gradient_that_is_already_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
