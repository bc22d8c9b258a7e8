/* Winograd's convolutions against the reference loops: every instruction set that this processor has, tiles that do
 * not divide the map, weights that are prepared and that are not, each part of the epilogue, any threads. */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/conv/winograd.h"
#include "core/kernel/kernel.h"
#include "core/op/reference/reference.h"
#include "tests/support/assert_close.h"
#include "tests/support/conv_case.h"

/* Of the largest sum of the layer. Tiles of 2x2 round less than the formula itself does, up to 8e-7; those of 4x4
 * were measured up to 4e-6, twice the formula. */
static const double TOLERANCE_2 = 3e-6, TOLERANCE_4 = 2e-5;

enum { AFFINE = 1, ADDEND = 2, IN_PLACE = 4, RELU = 8 };

typedef struct Case {
    int n, h, w, c, k, pad;
} Case;

/* Numbers of one case. The reference's sums are computed once for all sets of kernels. */
typedef struct World {
    ConvShape shape;
    real *x, *w, *scale, *shift, *addend, *y;
    size_t y_count;
    double *sums, largest;
} World;

static ConvShape shape_of(Case of, bool fast) {
    ConvShape shape = conv_case_shape((ConvCase){of.n, of.h, of.w, of.c, of.k, 3, 3, 1, of.pad});
    shape.fast = fast;
    return shape;
}

static World world_new(Case of, bool relu) {
    World world = {.shape = shape_of(of, relu)};
    const ConvShape *q = &world.shape;
    const size_t k = (size_t)q->k;
    Rng rng;
    rng_init(&rng, (uint64_t)(of.h * 1000 + of.c));
    world.y_count = (size_t)(q->n * q->oh * q->ow) * k;
    world.x = conv_case_numbers(&rng, (size_t)(q->n * q->h * q->w * q->c), relu);
    world.w = conv_case_numbers(&rng, (size_t)(9 * q->c) * k, false);
    world.scale = conv_case_numbers(&rng, k, false);
    world.shift = conv_case_numbers(&rng, k, false);
    world.addend = conv_case_numbers(&rng, world.y_count, false);
    world.y = conv_case_memory(world.y_count, sizeof *world.y);
    world.sums = conv_case_sums(q, world.x, world.w);
    for (size_t j = 0; j < world.y_count; j++) world.largest = fmax(world.largest, fabs(world.sums[j]));
    return world;
}

static void world_free(World *world) {
    free(world->x);
    free(world->w);
    free(world->scale);
    free(world->shift);
    free(world->addend);
    free(world->y);
    free(world->sums);
}

/* Scratch and y hold NaN before. */
static void forward(World *world, const ConvStrategy *strategy, int asked) {
    const ConvShape *q = &world->shape;
    const size_t scratch = strategy->scratch_count(q), prepared = strategy->prepared_count(q);
    ConvRun run = {.shape = q, .x = world->x, .w = world->w, .y = world->y};
    real *weights = conv_case_memory(prepared, sizeof *weights);
    run.scratch = conv_case_memory(scratch, sizeof *run.scratch);
    memset(run.scratch, 255, scratch * sizeof *run.scratch);
    memset(world->y, 255, world->y_count * sizeof *world->y);
    run.w = world->w;
    if (prepared > 0) strategy->prepare(&run, weights);
    run.prepared = prepared > 0 ? weights : NULL;
    run.epilogue.relu = asked & RELU;
    if (asked & AFFINE) run.epilogue.scale = world->scale, run.epilogue.shift = world->shift;
    if (asked & ADDEND) run.epilogue.addend = world->addend;
    if (asked & IN_PLACE) {
        memcpy(world->y, world->addend, world->y_count * sizeof *world->y);
        run.epilogue.addend = world->y;
    }
    strategy->forward(&run);
    free(weights);
    free(run.scratch);
}

static double expected(const World *world, size_t j, int asked) {
    const size_t k = j % (size_t)world->shape.k;
    double value = world->sums[j];
    if (asked & AFFINE) value = value * (double)world->scale[k] + (double)world->shift[k];
    if (asked & (ADDEND | IN_PLACE)) value += (double)world->addend[j];
    return asked & RELU && value < 0 ? 0 : value;
}

static void check(World *world, const ConvStrategy *strategy, int asked) {
    const ConvShape *q = &world->shape;
    const double tolerance = strategy == &conv_winograd_2 ? TOLERANCE_2 : TOLERANCE_4;
    forward(world, strategy, asked);
    for (size_t j = 0; j < world->y_count; j++) {
        const double scale = asked & AFFINE ? fmax(1, fabs((double)world->scale[j % (size_t)q->k])) : 1;
        if (!(fabs((double)world->y[j] - expected(world, j, asked)) <= tolerance * scale * world->largest))
            fail_msg(
                "%s, %s: x (%d,%d,%d,%d), %d channels, pad %d, epilogue %d: y[%zu] is %.9g, expected %.9g",
                kernel_name(), strategy->name, q->n, q->c, q->h, q->w, q->k, q->pad, asked, j,
                (double)world->y[j], expected(world, j, asked));
    }
}

static void check_case(Case of, int turn) {
    static const int asked[] = {0, AFFINE | ADDEND | RELU, AFFINE, ADDEND, IN_PLACE | RELU, RELU};
    World world = world_new(of, turn % 2);
    for (int k = 0; kernel_available(k); k++) {
        assert_true(kernel_choose(kernel_available(k)->name, NULL));
        const int lanes = kernels()->lanes;
        if (of.c % lanes != 0 || of.k % lanes != 0) continue;
        check(&world, &conv_winograd_4, asked[turn % 6]);
        check(&world, &conv_winograd_2, asked[turn % 6]);
    }
    world_free(&world);
}

static void maps_of_all_sizes(void **state) {
    (void)state;
    int turn = 0;
    for (int pad = 0; pad <= 2; pad++)
        for (int h = 1; h <= 9; h++)
            for (int w = 1 + h % 2; w <= 9; w += 3)
                if (h + 2 * pad > 2 && w + 2 * pad > 2)
                    check_case((Case){1 + turn % 3, h, w, 16, 16 + turn % 2 * 16, pad}, turn), turn++;
}

/* The last fit only the narrower vectors. */
static void channels_that_no_panel_divides(void **state) {
    (void)state;
    static const Case cases[] = {{1, 6, 7, 48, 80, 1}, {2, 5, 5, 80, 48, 1}, {1, 4, 4, 16, 112, 1},
                                 {1, 9, 5, 8, 24, 1},  {1, 5, 9, 24, 8, 1},  {1, 5, 6, 4, 12, 1}};
    for (int k = 0; k < (int)(sizeof cases / sizeof *cases); k++) check_case(cases[k], k);
}

/* Many channels have weights that are not prepared, few tiles of theirs some input channels at a time; more tiles
 * than a block holds, and than a batch. */
static void many_channels_and_many_tiles(void **state) {
    (void)state;
    static const Case cases[] = {{1, 7, 7, 128, 144, 1},
                                 {4, 4, 4, 144, 128, 1},
                                 {2, 2, 100, 16, 1040, 1},
                                 {1, 1, 256, 1040, 16, 1},
                                 {2, 30, 30, 16, 16, 1}};
    for (int k = 0; k < (int)(sizeof cases / sizeof *cases); k++) check_case(cases[k], k);
}

/* To the last bit, by the kernels that are chosen. */
static void check_threads(Case which, const ConvStrategy *strategy) {
    World world = world_new(which, true);
    const size_t bytes = world.y_count * sizeof *world.y;
    parallel_set_threads(1);
    forward(&world, strategy, AFFINE);
    real *alone = conv_case_memory(bytes, 1);
    memcpy(alone, world.y, bytes);
    for (int threads = 2; threads <= 5; threads++) {
        parallel_set_threads(threads);
        forward(&world, strategy, AFFINE);
        assert_memory_equal(world.y, alone, bytes);
    }
    free(alone);
    world_free(&world);
}

static void threads_do_not_matter(void **state) {
    (void)state;
    static const Case cases[] = {{2, 13, 11, 32, 32, 1}, {1, 7, 7, 128, 144, 1}, {1, 8, 8, 64, 64, 1}};
    const int before = parallel_threads();
    for (int set = 0; kernel_available(set); set++) {
        assert_true(kernel_choose(kernel_available(set)->name, NULL));
        for (int k = 0; k < 3; k++) {
            check_threads(cases[k], &conv_winograd_4);
            check_threads(cases[k], &conv_winograd_2);
        }
    }
    parallel_set_threads(before);
}

/* Which tiles fit where; both are wasted on a map of one pixel, eight ninths of whose products are by padding. */
static void what_fits_where(void **state) {
    (void)state;
    const ConvShape good = shape_of((Case){1, 56, 56, 64, 64, 1}, true);
    const ConvShape small = shape_of((Case){1, 2, 2, 512, 512, 1}, true);
    ConvShape strided = good, wide = good, odd = good, odd_out = good, dot = small;
    strided.stride = 2;
    wide.s = 5;
    odd.c = 3;
    odd_out.k = 10;
    dot.h = dot.w = dot.oh = dot.ow = 1;
    const ConvShape bad[] = {strided, wide, odd, odd_out, dot};
    for (int k = 0; kernel_available(k); k++) {
        assert_true(kernel_choose(kernel_available(k)->name, NULL));
        assert_true(conv_winograd_4.fits(&good) && !conv_winograd_2.fits(&good));
        assert_true(!conv_winograd_4.fits(&small) && !conv_winograd_2.fits(&small));
        for (int j = 0; j < 5; j++)
            assert_false(conv_winograd_4.fits(&bad[j]) || conv_winograd_2.fits(&bad[j]));
    }
    assert_true(kernel_choose("openblas", NULL));
    assert_false(conv_winograd_4.fits(&good) || conv_winograd_2.fits(&good));
}

static int restore(void **state) {
    (void)state;
    return kernel_choose(NULL, NULL) ? 0 : 1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(maps_of_all_sizes, restore),
        cmocka_unit_test_teardown(channels_that_no_panel_divides, restore),
        cmocka_unit_test_teardown(many_channels_and_many_tiles, restore),
        cmocka_unit_test_teardown(threads_do_not_matter, restore),
        cmocka_unit_test_teardown(what_fits_where, restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
