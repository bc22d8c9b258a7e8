/* The input gradient of core/conv against the reference loops: every instruction set that this processor has, the
 * strategies of exact and of fast shapes, strides 1 to 3, windows and channels that nothing divides, overwriting and
 * adding, one thread and more. */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/conv/conv.h"
#include "core/kernel/kernel.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/conv_case.h"

/* Of the largest sum of the layer: chains of up to some thousand sums, each rounded to half of 1.2e-7, and tiles of
 * 2x2, measured up to 1.6e-6; tiles of 4x4 up to 5e-6. */
static const double TOLERANCE = 3e-6, TOLERANCE_4 = 2e-5;

typedef struct World {
    ConvShape shape;
    size_t count; /* elements of dx */
    real *dy, *w, *before, *dx;
    double *sums, largest; /* what the reference says */
} World;

static World world_new(ConvCase of, bool fast) {
    World world = {.shape = conv_case_shape(of)};
    ConvShape *q = &world.shape;
    Rng rng;
    rng_init(&rng, 16);
    q->fast = fast;
    world.count = (size_t)(q->n * q->h * q->w) * (size_t)q->c;
    world.dy = conv_case_numbers(&rng, (size_t)conv_pixels(q) * (size_t)q->k, false);
    world.w = conv_case_numbers(&rng, (size_t)(q->r * q->s * q->c) * (size_t)q->k, false);
    world.before = conv_case_numbers(&rng, world.count, false);
    world.dx = conv_case_memory(world.count, sizeof *world.dx);
    ConvGradients gradients = conv_case_gradients(q, NULL, world.w, world.dy);
    world.sums = gradients.dx;
    free(gradients.dw);
    for (size_t j = 0; j < world.count; j++) world.largest = fmax(world.largest, fabs(world.sums[j]));
    return world;
}

static void world_free(World *world) {
    free(world->dy), free(world->w), free(world->before), free(world->dx), free(world->sums);
}

/* Scratch holds NaN before, and so does what is overwritten. */
static void run(World *world, bool add) {
    const size_t count = conv_scratch_count(&world->shape);
    real *scratch = conv_case_memory(count + 1, sizeof *scratch);
    memset(scratch, 255, count * sizeof *scratch);
    scratch[count] = 123;
    memset(world->dx, 255, world->count * sizeof *world->dx);
    if (add) memcpy(world->dx, world->before, world->count * sizeof *world->dx);
    conv_backward_input(&(ConvInputRun){.shape = &world->shape,
                                        .dy = world->dy,
                                        .w = world->w,
                                        .dx = world->dx,
                                        .add = add,
                                        .scratch = scratch});
    assert_true(scratch[count] == 123);
    free(scratch);
}

static void assert_agrees(const World *world, bool add) {
    const ConvShape *q = &world->shape;
    const char *name = conv_input_gradient_name(q);
    const double tolerance = strcmp(name, "winograd 4x4") == 0 ? TOLERANCE_4 : TOLERANCE;
    for (size_t j = 0; j < world->count; j++) {
        const double expected = world->sums[j] + (add ? (double)world->before[j] : 0);
        if (!(fabs((double)world->dx[j] - expected) <= tolerance * fmax(1, world->largest)))
            fail_msg("%s, %s: dx[%zu] is %.9g, expected %.9g, largest %.3g: n %d, %dx%d, %d -> %d channels, "
                     "kernel %dx%d, stride %d, pad %d, add %d, %d threads",
                     kernel_name(), name, j, (double)world->dx[j], expected, world->largest, q->n, q->h, q->w,
                     q->c, q->k, q->r, q->s, q->stride, q->pad, add, parallel_threads());
    }
}

/* Right, and to the last bit the same, whatever the number of threads. */
static void check_set(World *world) {
    real *alone = conv_case_memory(world->count, sizeof *alone);
    for (int threads = 1; threads <= 3; threads++) {
        parallel_set_threads(threads);
        run(world, false);
        assert_agrees(world, false);
        if (threads == 1) memcpy(alone, world->dx, world->count * sizeof *alone);
        assert_memory_equal(alone, world->dx, world->count * sizeof *alone);
    }
    run(world, true);
    assert_agrees(world, true);
    free(alone);
}

static void check(ConvCase of, bool fast) {
    World world = world_new(of, fast);
    for (int set = 0; kernel_available(set); set++) {
        assert_true(kernel_choose(kernel_available(set)->name, NULL));
        check_set(&world);
    }
    world_free(&world);
}

static void pointwise(void **state) {
    (void)state;
    check((ConvCase){1, 7, 7, 40, 33, 1, 1, 1, 0}, false);
    check((ConvCase){2, 9, 7, 130, 20, 1, 1, 2, 0}, false);
    check((ConvCase){1, 1, 1, 5, 3, 1, 1, 1, 0}, false);
    check((ConvCase){5, 13, 11, 16, 64, 1, 1, 3, 0}, false);
    check((ConvCase){1, 5, 6, 3, 5, 1, 1, 2, 1}, false); /* the padding has outputs of its own */
}

static void windows_with_stride_1(void **state) {
    (void)state;
    check((ConvCase){1, 7, 5, 24, 40, 3, 3, 1, 1}, false);
    check((ConvCase){1, 8, 11, 9, 32, 5, 3, 1, 1}, false);
    check((ConvCase){2, 9, 10, 1, 1, 3, 3, 1, 0}, false);
    check((ConvCase){1, 5, 7, 6, 12, 7, 7, 1, 3}, false);
    check((ConvCase){1, 6, 6, 8, 70, 3, 3, 1, 4}, false); /* more padding than the window is wide */
    check((ConvCase){5, 6, 6, 3, 16, 3, 3, 1, 1}, false);
}

static void windows_with_larger_strides(void **state) {
    (void)state;
    check((ConvCase){2, 9, 9, 33, 70, 3, 3, 2, 1}, false);
    check((ConvCase){5, 8, 8, 16, 32, 3, 3, 2, 1}, false);
    check((ConvCase){1, 10, 11, 20, 17, 2, 2, 3, 0}, false); /* pixels that no window reads */
    check((ConvCase){1, 11, 9, 20, 24, 7, 7, 3, 3}, false);
    check((ConvCase){1, 9, 12, 24, 20, 5, 3, 2, 2}, false); /* parities that begin apart down and across */
    check((ConvCase){1, 40, 9, 20, 150, 3, 3, 2, 1}, false);
}

/* Squares that are added up: over edges, over bands and images, and pixels that no window reads. */
static void few_channels(void **state) {
    (void)state;
    check((ConvCase){2, 21, 20, 3, 64, 7, 7, 2, 3}, false);
    check((ConvCase){1, 12, 13, 4, 10, 5, 3, 2, 2}, false);
    check((ConvCase){1, 11, 12, 1, 24, 3, 4, 3, 1}, false);
    check((ConvCase){1, 9, 9, 3, 8, 2, 2, 2, 0}, false);
    check((ConvCase){1, 2, 2, 3, 20, 7, 7, 2, 3}, false);
    check((ConvCase){3, 65, 64, 3, 8, 7, 7, 2, 3}, false);
    check((ConvCase){2, 50, 9, 4, 5, 3, 3, 1, 1}, false);
    check((ConvCase){2, 70, 110, 1, 6, 7, 7, 1, 0}, false);
    check((ConvCase){1, 10, 11, 2, 17, 1, 2, 3, 0}, false);
}

/* More rows of weights than one chunk has: of one tap, and of some taps. */
static void long_reductions(void **state) {
    (void)state;
    check((ConvCase){1, 5, 5, 70, 1500, 1, 1, 1, 0}, false);
    check((ConvCase){1, 4, 5, 65, 300, 3, 3, 2, 1}, false);
    check((ConvCase){6, 10, 10, 8, 700, 1, 1, 1, 0}, false);
    check((ConvCase){2, 6, 6, 40, 800, 1, 1, 2, 0}, false);
}

/* Weights that are prepared and that are not, tiles that do not divide the map. */
static void tiles(void **state) {
    (void)state;
    for (int fast = 0; fast < 2; fast++) {
        check((ConvCase){2, 9, 7, 16, 32, 3, 3, 1, 1}, fast);
        check((ConvCase){1, 8, 6, 48, 80, 3, 3, 1, 0}, fast);
        check((ConvCase){1, 7, 10, 64, 16, 3, 3, 1, 2}, fast);
        check((ConvCase){1, 7, 7, 144, 128, 3, 3, 1, 1}, fast);
        check((ConvCase){5, 8, 8, 112, 160, 3, 3, 1, 1}, fast);
        check((ConvCase){1, 8, 8, 8, 24, 3, 3, 1, 1}, fast);
    }
}

/* One gradient that is no number: dx is none only in tiles whose inputs have it, and in its own image. */
static void what_is_no_number_stays_where_it_was(void **state) {
    (void)state;
    enum { REACH = 5 }; /* a tile of 4 outputs and the window's 1 */
    World world = world_new((ConvCase){2, 20, 20, 32, 16, 3, 3, 1, 1}, true);
    const ConvShape *q = &world.shape;
    world.dy[(size_t)((1 * 20 + 9) * 20 + 10) * (size_t)q->k + 3] = (real)NAN;
    for (int set = 0; kernel_available(set); set++) {
        assert_true(kernel_choose(kernel_available(set)->name, NULL));
        run(&world, false);
        for (size_t j = 0; j < world.count; j++) {
            const int pixel = (int)(j / (size_t)q->c), row = pixel / 20 % 20, column = pixel % 20;
            const int distance = abs(row - 9) > abs(column - 10) ? abs(row - 9) : abs(column - 10);
            if (pixel < 400 || distance > REACH)
                assert_true(isfinite(world.dx[j]));
            else if (distance <= 1)
                assert_true(isnan(world.dx[j]));
        }
    }
    world_free(&world);
}

static void which_strategy_computes_what(void **state) {
    (void)state;
    ConvShape map = conv_case_shape((ConvCase){1, 56, 56, 64, 64, 3, 3, 1, 1});
    const ConvShape small = conv_case_shape((ConvCase){1, 14, 14, 256, 256, 3, 3, 1, 1});
    const ConvShape strided = conv_case_shape((ConvCase){1, 56, 56, 64, 128, 3, 3, 2, 1});
    const ConvShape point = conv_case_shape((ConvCase){1, 56, 56, 64, 64, 1, 1, 1, 0});
    for (int set = 0; kernel_available(set); set++) {
        assert_true(kernel_choose(kernel_available(set)->name, NULL));
        assert_string_equal(conv_input_gradient_name(&map), "winograd 4x4");
        assert_string_equal(conv_input_gradient_name(&small), "winograd 2x2");
        assert_string_equal(conv_input_gradient_name(&strided), "direct by parity");
        assert_string_equal(conv_input_gradient_name(&point), "direct");
    }
    assert_true(kernel_choose("openblas", NULL));
    assert_string_equal(conv_input_gradient_name(&map), "blas");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(pointwise, conv_case_choose_again),
        cmocka_unit_test_teardown(windows_with_stride_1, conv_case_choose_again),
        cmocka_unit_test_teardown(windows_with_larger_strides, conv_case_choose_again),
        cmocka_unit_test_teardown(few_channels, conv_case_choose_again),
        cmocka_unit_test_teardown(long_reductions, conv_case_choose_again),
        cmocka_unit_test_teardown(tiles, conv_case_choose_again),
        cmocka_unit_test_teardown(what_is_no_number_stays_where_it_was, conv_case_choose_again),
        cmocka_unit_test_teardown(which_strategy_computes_what, conv_case_choose_again),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
