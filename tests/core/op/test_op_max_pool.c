#include <math.h>

#include "tests/support/assert_close.h"
#include "tests/support/op_fixture.h"

/* 3x3, stride 2, padding 1 over one channel of side x side: the stem's pooling. */
static OpFixture stem_pool(int side) {
    return op_fixture_new(
        &(OpFixtureConfig){.op = {.kind = OP_MAX_POOL, .kernel_h = 3, .kernel_w = 3, .stride = 2, .pad = 1},
                           .x = {{1, 1, side, side}}});
}

/* One 3x3 window. */
static OpFixture single_window(void) {
    OpFixture f = op_fixture_new(&(OpFixtureConfig){
        .op = {.kind = OP_MAX_POOL, .kernel_h = 3, .kernel_w = 3, .stride = 1}, .x = {{1, 1, 3, 3}}});
    for (int j = 0; j < 9; j++) f.x[0][j] = (real)j;
    return f;
}

static int choice(const OpFixture *f, int at) {
    return ((const int *)f->run.saved)[at];
}

static void padding_never_wins_over_negative_values(void **state) {
    (void)state;
    OpFixture f = stem_pool(4);
    for (int j = 0; j < 16; j++) f.x[0][j] = (real)(-1 - j);
    op_fixture_forward(&f);
    static const double largest[4] = {-1, -2, -5, -6};
    for (int j = 0; j < 4; j++) assert_close(f.y[j], largest[j], 0);
    assert_int_equal(choice(&f, 0), 4); /* the middle of a window whose first row and column are padding */
    op_fixture_free(&f);
}

static void negative_infinity_everywhere_is_still_an_element_of_the_image(void **state) {
    (void)state;
    OpFixture f = stem_pool(4);
    for (int j = 0; j < 16; j++) f.x[0][j] = (real)-INFINITY;
    op_fixture_forward(&f);
    assert_true(isinf(f.y[0]) && f.y[0] < 0);
    assert_int_equal(choice(&f, 0), 4);
    op_fixture_free(&f);
}

static void a_tie_goes_to_the_first_element_in_row_major_order(void **state) {
    (void)state;
    OpFixture f = single_window();
    f.x[0][2] = f.x[0][4] = f.x[0][7] = 50;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_int_equal(choice(&f, 0), 2);
    for (int j = 0; j < 9; j++) assert_close(f.run.dx[0][j], j == 2 ? f.dy[0] : 0, 0);
    op_fixture_free(&f);
}

static void nan_wins_and_the_last_nan_takes_the_gradient(void **state) {
    (void)state;
    OpFixture f = single_window();
    f.x[0][1] = f.x[0][5] = (real)NAN;
    f.x[0][0] = (real)INFINITY;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_true(isnan(f.y[0]));
    assert_int_equal(choice(&f, 0), 5);
    assert_close(f.run.dx[0][5], f.dy[0], 0);
    op_fixture_free(&f);
}

static void an_element_that_wins_several_windows_collects_all_their_gradients(void **state) {
    (void)state;
    OpFixture f = stem_pool(4);
    for (int j = 0; j < 16; j++) f.x[0][j] = j == 5 ? 1 : 0; /* row 1, column 1 lies in all four windows */
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    double sum = 0;
    for (int j = 0; j < 4; j++) sum += (double)f.dy[j];
    assert_close(f.run.dx[0][5], sum, 1e-6); /* four roundings of numbers below 1 */
    op_fixture_free(&f);
}

static void max_pool_refuses_padding_wider_than_half_its_kernel(void **state) {
    (void)state;
    Error err = {0};
    const Shape x = {1, 1, 8, 8};
    Op op = {.kind = OP_MAX_POOL, .name = "pool", .kernel_h = 3, .kernel_w = 3, .stride = 2, .pad = 2};
    assert_false(op_spec(OP_MAX_POOL)->shape(&op, &x, &err));
    assert_string_equal(err.text, "pool: padding 2 is more than half the kernel");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(padding_never_wins_over_negative_values),
        cmocka_unit_test(negative_infinity_everywhere_is_still_an_element_of_the_image),
        cmocka_unit_test(a_tie_goes_to_the_first_element_in_row_major_order),
        cmocka_unit_test(nan_wins_and_the_last_nan_takes_the_gradient),
        cmocka_unit_test(an_element_that_wins_several_windows_collects_all_their_gradients),
        cmocka_unit_test(max_pool_refuses_padding_wider_than_half_its_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
