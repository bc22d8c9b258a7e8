#include "tests/support/assert_close.h"
#include "tests/support/op_fixture.h"

static OpFixture shortcut(Shape x, int channels) {
    return op_fixture_new(&(OpFixtureConfig){
        .op = {.kind = OP_SHORTCUT_A, .channels = channels, .stride = 2}, .x = {x}, .batch = 2});
}

static void every_second_pixel_is_kept_and_new_channels_are_zero_on_both_sides(void **state) {
    (void)state;
    OpFixture f = shortcut((Shape){1, 4, 7, 6}, 8);
    op_fixture_forward(&f);
    assert_int_equal(f.op.out.h, 4);
    assert_int_equal(f.op.out.w, 3);
    for (int n = 0; n < 2; n++)
        for (int k = 0; k < 8; k++)
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 3; j++) {
                    bool old = k >= 2 && k < 6;
                    real expected = old ? f.x[0][shape_index(f.op.in, n, k - 2, 2 * i, 2 * j)] : 0;
                    assert_close(f.y[shape_index(f.op.out, n, k, i, j)], expected, 0);
                }
    op_fixture_free(&f);
}

static void gradient_returns_to_the_pixels_that_were_kept(void **state) {
    (void)state;
    OpFixture f = shortcut((Shape){1, 4, 7, 6}, 8);
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    for (int n = 0; n < 2; n++)
        for (int c = 0; c < 4; c++)
            for (int h = 0; h < 7; h++)
                for (int w = 0; w < 6; w++) {
                    bool kept = h % 2 == 0 && w % 2 == 0;
                    real expected = kept ? f.dy[shape_index(f.op.out, n, c + 2, h / 2, w / 2)] : 0;
                    assert_close(f.run.dx[0][shape_index(f.op.in, n, c, h, w)], expected, 0);
                }
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
