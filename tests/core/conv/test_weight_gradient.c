/* The strategies of the weight gradient against the reference loops: every instruction set that this processor has,
 * shapes that no tile, panel, chunk or part divides, one thread and more. */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/conv/weight_gradient.h"
#include "core/kernel/kernel.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/conv_case.h"
#include "tests/support/reference_check.h"

/* Of the largest element of dw. Sums of chains of some hundred products, each rounded to half of 1.2e-7: measured up
 * to 5e-7; in the basis of tiles of 4x4, whose transforms multiply rounding errors, up to 1.7e-6. */
static const double TOLERANCE = 3e-6;

typedef struct World {
    ConvShape shape;
    size_t x_count, dy_count, dw_count;
    real *x, *dy, *dw;
    double *sums, largest; /* what the reference says, (R,S,C,K) */
} World;

static World world_new(ConvCase of, bool fast) {
    World world = {.shape = conv_case_shape(of)};
    ConvShape *q = &world.shape;
    Rng rng;
    rng_init(&rng, (uint64_t)(of.h * 1000 + of.c));
    q->fast = fast;
    world.x_count = (size_t)(q->n * q->h * q->w * q->c);
    world.dy_count = (size_t)(q->n * q->oh * q->ow * q->k);
    world.dw_count = (size_t)(q->r * q->s * q->c * q->k);
    world.x = conv_case_numbers(&rng, world.x_count, true);
    world.dy = conv_case_numbers(&rng, world.dy_count, false);
    world.dw = conv_case_memory(world.dw_count, sizeof *world.dw);
    ConvGradients gradients = conv_case_gradients(q, world.x, NULL, world.dy);
    world.sums = gradients.dw;
    free(gradients.dx);
    for (size_t j = 0; j < world.dw_count; j++) world.largest = fmax(world.largest, fabs(world.sums[j]));
    return world;
}

static void world_free(World *world) {
    free(world->x), free(world->dy), free(world->dw), free(world->sums);
}

/* Scratch and dw hold NaN before, and scratch is as large as the strategy says. */
static void run(const World *world, const WeightStrategy *strategy) {
    const size_t count = strategy->scratch_count(&world->shape);
    real *scratch = conv_case_memory(count + 1, sizeof *scratch);
    memset(scratch, 255, count * sizeof *scratch);
    memset(world->dw, 255, world->dw_count * sizeof *world->dw);
    scratch[count] = 123;
    strategy->run(&(WeightRun){
        .shape = &world->shape, .x = world->x, .dy = world->dy, .dw = world->dw, .scratch = scratch});
    assert_true(scratch[count] == 123);
    free(scratch);
}

static void assert_agrees(const World *world, const WeightStrategy *strategy) {
    const ConvShape *q = &world->shape;
    for (size_t j = 0; j < world->dw_count; j++)
        if (!(fabs((double)world->dw[j] - world->sums[j]) <= TOLERANCE * world->largest))
            fail_msg("%s, %s: dw[%zu] is %.9g, expected %.9g, largest %.9g: n %d, %dx%d, %d -> %d channels, "
                     "kernel %dx%d, stride %d, pad %d, %d threads",
                     kernel_name(), strategy->name, j, (double)world->dw[j], world->sums[j], world->largest,
                     q->n, q->h, q->w, q->c, q->k, q->r, q->s, q->stride, q->pad, parallel_threads());
}

/* Which numbers come out does not hang on the threads: the same to the last bit. */
static void check_threads(const World *world, const WeightStrategy *strategy) {
    const size_t bytes = world->dw_count * sizeof *world->dw;
    real *alone = conv_case_memory(bytes, 1);
    for (int threads = 1; threads <= 3; threads++) {
        parallel_set_threads(threads);
        run(world, strategy);
        if (threads == 1) {
            assert_agrees(world, strategy);
            memcpy(alone, world->dw, bytes);
        }
        assert_memory_equal(world->dw, alone, bytes);
    }
    free(alone);
}

static void check_direct(ConvCase of) {
    World world = world_new(of, false);
    for (int set = 0; kernel_available(set); set++) {
        assert_true(kernel_choose(kernel_available(set)->name, NULL));
        check_threads(&world, &conv_weight_direct);
    }
    world_free(&world);
}

static void pointwise(void **state) {
    (void)state;
    check_direct((ConvCase){1, 7, 7, 40, 33, 1, 1, 1, 0});
    check_direct((ConvCase){2, 9, 7, 20, 130, 1, 1, 2, 0});
    check_direct((ConvCase){1, 1, 1, 5, 3, 1, 1, 1, 0});
    check_direct((ConvCase){5, 13, 11, 16, 64, 1, 1, 3, 0});
    check_direct((ConvCase){1, 20, 21, 200, 96, 1, 1, 1, 0});
    check_direct((ConvCase){1, 7, 7, 520, 512, 1, 1, 1, 0}); /* weights that go past the caches */
    check_direct((ConvCase){2, 5, 5, 3, 4, 1, 1, 1, 2});     /* pixels that see padding only */
}

static void windows_of_many_channels(void **state) {
    (void)state;
    check_direct((ConvCase){1, 7, 5, 24, 40, 3, 3, 1, 1});
    check_direct((ConvCase){5, 9, 9, 33, 70, 3, 3, 2, 1});
    check_direct((ConvCase){1, 1, 1, 64, 16, 3, 3, 1, 1}); /* taps that no pixel sees */
    check_direct((ConvCase){1, 8, 11, 32, 9, 5, 3, 3, 2});
    check_direct((ConvCase){1, 6, 6, 70, 8, 3, 3, 1, 3});
    check_direct((ConvCase){1, 14, 14, 96, 80, 3, 3, 1, 1}); /* units of one tap */
}

/* A tap is a row of the window: S*C of at most 64. */
static void windows_of_few_channels(void **state) {
    (void)state;
    check_direct((ConvCase){1, 21, 20, 3, 64, 7, 7, 2, 3});
    check_direct((ConvCase){2, 32, 32, 3, 16, 3, 3, 1, 1});
    check_direct((ConvCase){2, 9, 10, 1, 1, 3, 3, 1, 1});
    check_direct((ConvCase){1, 2, 2, 3, 5, 7, 7, 1, 3}); /* wider than the picture */
    check_direct((ConvCase){5, 10, 11, 4, 17, 2, 2, 3, 0});
    check_direct((ConvCase){1, 1, 9, 5, 80, 1, 5, 1, 2});
}

/* More pixels than a chunk and a part have. */
static void many_pixels(void **state) {
    (void)state;
    check_direct((ConvCase){5, 33, 35, 16, 20, 3, 3, 1, 1});
    check_direct((ConvCase){1, 40, 41, 48, 32, 3, 3, 2, 1});
    check_direct((ConvCase){3, 37, 29, 24, 72, 1, 1, 1, 0});
    check_direct((ConvCase){1, 3, 400, 3, 8, 3, 3, 1, 1}); /* rows that are longer than a chunk */
}

static void check_winograd(ConvCase of) {
    World world = world_new(of, true);
    for (int set = 0; kernel_available(set); set++) {
        assert_true(kernel_choose(kernel_available(set)->name, NULL));
        if (of.c % kernels()->lanes != 0 || of.k % kernels()->lanes != 0) continue;
        check_threads(&world, &conv_weight_winograd_4);
        check_threads(&world, &conv_weight_winograd_2);
    }
    world_free(&world);
}

static void winograd_of_maps_of_all_sizes(void **state) {
    (void)state;
    int turn = 0;
    for (int pad = 0; pad <= 2; pad++)
        for (int h = 1; h <= 9; h++)
            for (int w = 1 + h % 2; w <= 9; w += 3)
                if (h + 2 * pad > 2 && w + 2 * pad > 2)
                    check_winograd((ConvCase){1 + turn % 3, h, w, 16, 16 + turn % 2 * 16, 3, 3, 1, pad}),
                        turn++;
}

/* More tiles than a block, a part and a chain have; more channels than an item; the last fit only narrower vectors. */
static void winograd_of_many_tiles_and_channels(void **state) {
    (void)state;
    check_winograd((ConvCase){5, 33, 35, 16, 32, 3, 3, 1, 1});
    check_winograd((ConvCase){1, 30, 31, 64, 80, 3, 3, 1, 1});
    check_winograd((ConvCase){5, 40, 41, 48, 64, 3, 3, 1, 1});
    check_winograd((ConvCase){1, 7, 7, 144, 128, 3, 3, 1, 1});
    check_winograd((ConvCase){1, 7, 7, 192, 160, 3, 3, 1, 1}); /* weights that go past the caches */
    check_winograd((ConvCase){1, 56, 57, 12, 8, 3, 3, 1, 1});
    check_winograd((ConvCase){2, 5, 6, 24, 40, 3, 3, 1, 1});
}

/* Which is taken where; none of them is for windows that it cannot do, or in the place of OpenBLAS. */
static void what_fits_where(void **state) {
    (void)state;
    const ConvShape large = conv_case_shape((ConvCase){1, 56, 56, 64, 64, 3, 3, 1, 1}),
                    small = conv_case_shape((ConvCase){1, 2, 2, 512, 512, 3, 3, 1, 1}),
                    strided = conv_case_shape((ConvCase){1, 56, 56, 64, 64, 3, 3, 2, 1}),
                    odd = conv_case_shape((ConvCase){1, 56, 56, 63, 64, 3, 3, 1, 1}),
                    dot = conv_case_shape((ConvCase){4, 1, 1, 64, 64, 3, 3, 1, 1});
    for (int set = 0; kernel_available(set); set++) {
        assert_true(kernel_choose(kernel_available(set)->name, NULL));
        assert_string_equal(conv_weight_gradient_name(&large), "winograd 4x4");
        assert_string_equal(conv_weight_gradient_name(&small), "direct");
        assert_string_equal(conv_weight_gradient_name(&strided), "direct");
        assert_string_equal(conv_weight_gradient_name(&odd), "direct");
        assert_string_equal(conv_weight_gradient_name(&dot), "direct");
    }
    assert_true(kernel_choose("openblas", NULL));
    assert_string_equal(conv_weight_gradient_name(&large), "blas");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pointwise),
        cmocka_unit_test(windows_of_many_channels),
        cmocka_unit_test(windows_of_few_channels),
        cmocka_unit_test(many_pixels),
        cmocka_unit_test(winograd_of_maps_of_all_sizes),
        cmocka_unit_test(winograd_of_many_tiles_and_channels),
        cmocka_unit_test(what_fits_where),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, conv_case_choose_again);
}
