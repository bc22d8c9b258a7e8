#include "tests/support/assert_close.h"
#include "tests/support/reference_check.h"

static OpFixture shortcut(Shape x, int channels) {
    return op_fixture_new(&(OpFixtureConfig){
        .op = {.kind = OP_SHORTCUT_A, .channels = channels, .stride = 2}, .x = {x}, .batch = 2});
}

static void every_second_pixel_is_kept_and_new_channels_are_zero_on_both_sides(void **state) {
    (void)state;
    OpFixture f = shortcut((Shape){1, 4, 7, 6}, 8);
    reference_check(&f, 0);
    assert_int_equal(f.op.out.h, 4);
    assert_int_equal(f.op.out.w, 3);
    assert_close(f.y[shape_index(f.op.out, 1, 1, 2, 1)], 0, 0);
    assert_close(f.y[shape_index(f.op.out, 1, 2, 2, 1)], f.x[0][shape_index(f.op.in, 1, 0, 4, 2)], 0);
    assert_close(f.y[shape_index(f.op.out, 1, 6, 2, 1)], 0, 0);
    op_fixture_free(&f);
}

static void gradient_returns_to_the_pixels_that_were_kept(void **state) {
    (void)state;
    OpFixture f = shortcut((Shape){1, 4, 7, 6}, 8);
    reference_check(&f, 0);
    assert_close(f.run.dx[0][shape_index(f.op.in, 1, 3, 4, 2)], f.dy[shape_index(f.op.out, 1, 5, 2, 1)], 0);
    assert_close(f.run.dx[0][shape_index(f.op.in, 1, 3, 4, 3)], 0, 0);
    op_fixture_free(&f);
}

static void channels_that_cannot_be_padded_evenly_are_refused(void **state) {
    (void)state;
    Error err = {0};
    const Shape x = {1, 4, 8, 8};
    Op op = {.kind = OP_SHORTCUT_A, .name = "layer2.0.downsample", .channels = 7, .stride = 2};
    assert_false(op_spec(OP_SHORTCUT_A)->shape(&op, &x, &err));
    assert_string_equal(err.text, "layer2.0.downsample: option A cannot pad 4 channels to 7");
    op.channels = 2;
    assert_false(op_spec(OP_SHORTCUT_A)->shape(&op, &x, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_second_pixel_is_kept_and_new_channels_are_zero_on_both_sides),
        cmocka_unit_test(gradient_returns_to_the_pixels_that_were_kept),
        cmocka_unit_test(channels_that_cannot_be_padded_evenly_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
