#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/op_fixture.h"

static OpFixture two_by_three(void) {
    OpFixture f = op_fixture_new(
        &(OpFixtureConfig){.op = {.kind = OP_LINEAR, .channels = 2}, .x = {{1, 3, 1, 1}}, .batch = 2});
    for (int j = 0; j < 6; j++) f.x[0][j] = (real)(j + 1), f.w[0][j] = (real)(j - 2);
    f.w[1][0] = 10, f.w[1][1] = 20;
    return f;
}

static void linear_is_the_product_plus_bias(void **state) {
    (void)state;
    OpFixture f = two_by_three();
    op_fixture_forward(&f);
    static const double expected[4] = {6, 34, -3, 52}; /* w = (-2 -1 0; 1 2 3), x = (1 2 3), (4 5 6) */
    for (int j = 0; j < 4; j++) assert_close(f.y[j], expected[j], 0);
    op_fixture_free(&f);
}

static void gradients_are_the_transposed_products(void **state) {
    (void)state;
    OpFixture f = two_by_three();
    f.dy[0] = 1, f.dy[1] = 2, f.dy[2] = 3, f.dy[3] = 4;
    op_fixture_backward(&f);
    static const double dx[6] = {0, 3, 6, -2, 5, 12}, dw[6] = {13, 17, 21, 18, 24, 30}, db[2] = {4, 6};
    for (int j = 0; j < 6; j++) assert_close(f.run.dx[0][j], dx[j], 0);
    for (int j = 0; j < 6; j++) assert_close(f.run.dw[0][j], dw[j], 0);
    for (int j = 0; j < 2; j++) assert_close(f.run.dw[1][j], db[j], 0);
    op_fixture_free(&f);
}

static void linear_refuses_maps_that_were_not_pooled(void **state) {
    (void)state;
    Error err = {0};
    const Shape x = {1, 512, 7, 7};
    Op op = {.kind = OP_LINEAR, .name = "fc", .channels = 10};
    assert_false(op_spec(OP_LINEAR)->shape(&op, &x, &err));
    assert_string_equal(err.text, "fc: expected a 1x1 input, found 7x7");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_is_the_product_plus_bias),
        cmocka_unit_test(gradients_are_the_transposed_products),
        cmocka_unit_test(linear_refuses_maps_that_were_not_pooled),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
