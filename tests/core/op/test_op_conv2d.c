/* Convolution against its reference loops, over shapes for each of the ways that core/conv can go. */
#include <math.h>
#include <stdlib.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/reference_check.h"

/* The sums of this file have at most 5000 terms, whose rounding grows like their square root: 70 * 2^-24 =
 * 4e-6 of the largest at the very worst, half of that in practice. */
static const double TOLERANCE = sizeof(real) == sizeof(double) ? 1e-14 : 2e-6;

static void compare(const OpFixtureConfig *config) {
    OpFixture f = op_fixture_new(config);
    reference_check(&f, TOLERANCE);
    op_fixture_free(&f);
}

typedef struct Case {
    int batch, c, h, w, k, r, s, stride, pad;
} Case;

static void compare_cases(const Case *cases, size_t count) {
    for (size_t j = 0; j < count; j++) {
        const Case *q = &cases[j];
        OpFixtureConfig config = {.op = {.kind = OP_CONV2D,
                                         .channels = q->k,
                                         .kernel_h = q->r,
                                         .kernel_w = q->s,
                                         .stride = q->stride,
                                         .pad = q->pad},
                                  .x = {{1, q->c, q->h, q->w}},
                                  .batch = q->batch};
        compare(&config);
        config.dx_adds = true;
        compare(&config);
    }
}

static const Case few_pixels[] = {
    {1, 1, 1, 1, 1, 1, 1, 1, 0},   {1, 1, 1, 1, 1, 3, 3, 1, 1},   {2, 3, 7, 7, 5, 3, 3, 1, 1},
    {1, 40, 4, 4, 33, 3, 3, 1, 1}, {1, 3, 2, 9, 4, 3, 3, 2, 1},   {3, 6, 5, 5, 7, 1, 1, 1, 0},
    {2, 6, 7, 5, 9, 1, 1, 2, 0},   {1, 2, 9, 8, 3, 7, 7, 2, 3},   {2, 2, 6, 5, 3, 3, 2, 1, 1},
    {1, 3, 11, 10, 2, 2, 2, 3, 0}, {1, 64, 7, 7, 64, 3, 3, 1, 1}, {2, 5, 3, 3, 4, 5, 5, 1, 2},
};

static const Case many_pixels[] = {
    {1, 3, 32, 32, 16, 3, 3, 1, 1},  {1, 3, 33, 35, 7, 3, 3, 1, 1}, {3, 5, 20, 19, 6, 3, 3, 1, 1},
    {1, 7, 40, 30, 9, 1, 1, 1, 0},   {2, 6, 50, 46, 5, 1, 1, 2, 0}, {1, 3, 72, 70, 8, 7, 7, 2, 3},
    {2, 4, 66, 65, 3, 3, 3, 2, 1},   {1, 2, 40, 41, 3, 3, 2, 1, 1}, {1, 3, 40, 40, 2, 3, 3, 1, 0},
    {40, 4, 6, 6, 5, 3, 3, 1, 1},    {70, 20, 4, 4, 3, 3, 3, 2, 1}, {1, 300, 33, 32, 4, 1, 1, 1, 0},
    {1, 250, 32, 33, 2, 3, 3, 1, 1},
};

/* Shapes the direct kernels take where the processor has them: channels in sixteens, rows in eights. */
static const Case direct[] = {
    {1, 16, 32, 32, 16, 3, 3, 1, 1}, {2, 16, 32, 32, 32, 3, 3, 1, 1}, {5, 32, 16, 16, 32, 3, 3, 1, 1},
    {16, 64, 8, 8, 16, 3, 3, 1, 1},  {1, 48, 43, 24, 16, 3, 3, 1, 1}, {3, 16, 19, 24, 48, 3, 3, 1, 1},
    {1, 16, 40, 32, 16, 5, 5, 1, 2}, {1, 80, 32, 32, 48, 3, 3, 1, 1},
};

static void layers_with_few_pixels_equal_the_loops(void **state) {
    (void)state;
    compare_cases(few_pixels, sizeof few_pixels / sizeof few_pixels[0]);
}

static void layers_with_many_pixels_equal_the_loops(void **state) {
    (void)state;
    compare_cases(many_pixels, sizeof many_pixels / sizeof many_pixels[0]);
}

static void layers_for_the_direct_kernels_equal_the_loops(void **state) {
    (void)state;
    compare_cases(direct, sizeof direct / sizeof direct[0]);
}

static void every_number_of_threads_equals_the_loops(void **state) {
    (void)state;
    static const int threads[] = {1, 2, 3, 5};
    int before = parallel_threads();
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        parallel_set_threads(threads[t]);
        compare_cases(few_pixels + 6, 3);
        compare_cases(many_pixels + 4, 4);
        compare_cases(direct, 3);
    }
    parallel_set_threads(before);
}

/* Poison the element that only one window in the corner sees. */
static void nan_in_one_pixel_reaches_exactly_the_windows_that_see_it(void **state) {
    (void)state;
    const OpFixtureConfig config = {
        .op = {.kind = OP_CONV2D, .channels = 2, .kernel_h = 3, .kernel_w = 3, .stride = 1, .pad = 1},
        .x = {{1, 3, 36, 34}}};
    OpFixture f = op_fixture_new(&config);
    f.x[0][shape_index(f.op.in, 0, 1, 10, 20)] = (real)NAN;
    op_fixture_forward(&f);
    for (int h = 0; h < 36; h++)
        for (int w = 0; w < 34; w++)
            assert_int_equal(isnan(f.y[shape_index(f.op.out, 0, 1, h, w)]) != 0,
                             abs(h - 10) <= 1 && abs(w - 20) <= 1);
    op_fixture_free(&f);
}

static void impossible_shapes_are_refused_with_a_sentence(void **state) {
    (void)state;
    Error err = {0};
    const Shape x = {1, 3, 4, 4};
    Op op = {.kind = OP_CONV2D,
             .name = "conv1",
             .channels = 8,
             .kernel_h = 7,
             .kernel_w = 7,
             .stride = 1,
             .pad = 1};
    assert_false(op_spec(OP_CONV2D)->shape(&op, &x, &err));
    assert_string_equal(err.text, "conv1: the 4x4 input with padding 1 is smaller than the 7x7 kernel");
    op.stride = 0;
    assert_false(op_spec(OP_CONV2D)->shape(&op, &x, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_with_few_pixels_equal_the_loops),
        cmocka_unit_test(layers_with_many_pixels_equal_the_loops),
        cmocka_unit_test(layers_for_the_direct_kernels_equal_the_loops),
        cmocka_unit_test(every_number_of_threads_equals_the_loops),
        cmocka_unit_test(nan_in_one_pixel_reaches_exactly_the_windows_that_see_it),
        cmocka_unit_test(impossible_shapes_are_refused_with_a_sentence),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
