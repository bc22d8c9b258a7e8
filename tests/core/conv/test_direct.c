/* The direct strategy of core/conv against the reference loops: every instruction set that this processor has,
 * shapes that no tile, panel, chunk or range divides, each part of the epilogue, one thread and more. */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/conv/direct.h"
#include "core/kernel/kernel.h"
#include "tests/support/assert_close.h"
#include "tests/support/conv_case.h"
#include "tests/support/fixture.h"

/* Of the largest value of the layer. Chains of up to some thousand sums, each rounded to half of 1.2e-7: measured up
 * to 1.6e-6. */
static const double TOLERANCE = 3e-6;

enum { SCALED = 1, ADDED = 2, IN_PLACE = 4, RELU = 8, EPILOGUES = 16 };

typedef struct World {
    ConvShape shape;
    size_t x_count, w_count, y_count;
    real *x, *w, *addend, *scale, *shift, *y;
    double *sums; /* what the reference says */
} World;

static void *numbers(size_t count, size_t size) {
    void *memory = aligned_alloc(64, (count * size + 63) / 64 * 64);
    assert_non_null(memory);
    memset(memory, 0, count * size);
    return memory;
}

static real *filled(size_t count, const char *name) {
    real *values = numbers(count, sizeof *values);
    fixture_fill(values, count, 1, name);
    return values;
}

static World world_new(ConvCase of) {
    ConvShape q = conv_case_shape(of);
    const Shape x = {q.n, q.c, q.h, q.w}, w = {q.k, q.c, q.r, q.s}, y = {q.n, q.k, q.oh, q.ow};
    World world = {
        .shape = q, .x_count = shape_count(x), .w_count = shape_count(w), .y_count = shape_count(y)};
    world.x = filled(world.x_count, "x");
    world.w = filled(world.w_count, "w");
    world.addend = filled(world.y_count, "addend");
    world.scale = filled((size_t)q.k, "scale");
    world.shift = filled((size_t)q.k, "shift");
    world.y = numbers(world.y_count, sizeof *world.y);
    world.sums = conv_case_sums(&q, world.x, world.w);
    return world;
}

static void world_free(World *world) {
    free(world->x), free(world->w), free(world->addend), free(world->scale), free(world->shift);
    free(world->y), free(world->sums);
}

/* As ConvEpilogue says. */
static double expected(const World *world, size_t j, int asked) {
    size_t k = j % (size_t)world->shape.k;
    double value = world->sums[j];
    if (asked & SCALED) value = value * (double)world->scale[k] + (double)world->shift[k];
    if (asked & ADDED) value += (double)world->addend[j];
    return asked & RELU && value < 0 ? 0 : value;
}

/* What was in y before is NaN, and so is the scratch: nothing may be left out or read unwritten. */
static void run(const World *world, int asked) {
    size_t count = conv_direct_scratch_count(&world->shape);
    real *scratch = numbers(count + 1, sizeof *scratch);
    for (size_t j = 0; j < count; j++) scratch[j] = (real)NAN;
    scratch[count] = 123;
    for (size_t j = 0; j < world->y_count; j++) world->y[j] = asked & IN_PLACE ? world->addend[j] : (real)NAN;
    ConvRun job = {.shape = &world->shape, .x = world->x, .w = world->w, .y = world->y, .scratch = scratch};
    if (asked & SCALED) {
        job.epilogue.scale = world->scale;
        job.epilogue.shift = world->shift;
    }
    if (asked & ADDED) job.epilogue.addend = asked & IN_PLACE ? world->y : world->addend;
    job.epilogue.relu = asked & RELU;
    conv_direct_forward(&job);
    assert_true(scratch[count] == 123);
    free(scratch);
}

static void assert_agrees(const World *world, int asked) {
    const ConvShape *q = &world->shape;
    double largest = 0;
    for (size_t j = 0; j < world->y_count; j++) largest = fmax(largest, fabs(expected(world, j, asked)));
    for (size_t j = 0; j < world->y_count; j++)
        if (!(fabs((double)world->y[j] - expected(world, j, asked)) <= TOLERANCE * largest))
            fail_msg(
                "%s: y[%zu] is %.9g, expected %.9g, largest %.9g: n %d, %dx%d, %d -> %d channels, kernel "
                "%dx%d, stride %d, pad %d, epilogue %d, %d threads",
                kernel_name(), j, (double)world->y[j], expected(world, j, asked), largest, q->n, q->h, q->w,
                q->c, q->k, q->r, q->s, q->stride, q->pad, asked, parallel_threads());
}

/* Which numbers come out does not hang on the threads: the same to the last bit. */
static void check_threads(const World *world) {
    real *first = numbers(world->y_count, sizeof *first);
    for (int threads = 1; threads <= 3; threads++) {
        parallel_set_threads(threads);
        run(world, SCALED | RELU);
        assert_agrees(world, SCALED | RELU);
        if (threads == 1) memcpy(first, world->y, world->y_count * sizeof *first);
        assert_true(memcmp(first, world->y, world->y_count * sizeof *first) == 0);
    }
    free(first);
}

static void check(ConvCase of, bool all_epilogues) {
    World world = world_new(of);
    for (int set = 0; kernel_available(set); set++) {
        assert_true(kernel_choose(kernel_available(set)->name, NULL));
        check_threads(&world);
        for (int asked = 0; all_epilogues && asked < EPILOGUES; asked++) {
            if (asked & IN_PLACE && !(asked & ADDED)) continue;
            run(&world, asked);
            assert_agrees(&world, asked);
        }
    }
    world_free(&world);
}

static void pointwise(void **state) {
    (void)state;
    check((ConvCase){1, 7, 7, 40, 33, 1, 1, 1, 0}, false);
    check((ConvCase){2, 9, 7, 20, 130, 1, 1, 2, 0}, false);
    check((ConvCase){1, 1, 1, 5, 3, 1, 1, 1, 0}, false);
    check((ConvCase){3, 13, 11, 16, 64, 1, 1, 3, 0}, false);
    check((ConvCase){1, 20, 21, 64, 96, 1, 1, 1, 0}, false);
}

static void windows_of_many_channels(void **state) {
    (void)state;
    check((ConvCase){1, 7, 5, 24, 40, 3, 3, 1, 1}, false);
    check((ConvCase){2, 9, 9, 33, 70, 3, 3, 2, 1}, false);
    check((ConvCase){1, 1, 1, 64, 16, 3, 3, 1, 1}, false);
    check((ConvCase){1, 8, 11, 32, 9, 5, 3, 3, 2}, false);
    check((ConvCase){1, 6, 6, 70, 8, 3, 3, 1, 3}, false); /* pixels that see padding only */
}

/* A tap is a row of the window: S*C of at most 64. */
static void windows_of_few_channels(void **state) {
    (void)state;
    check((ConvCase){1, 21, 20, 3, 64, 7, 7, 2, 3}, false);
    check((ConvCase){2, 32, 32, 3, 16, 3, 3, 1, 1}, false);
    check((ConvCase){2, 9, 10, 1, 1, 3, 3, 1, 1}, false);
    check((ConvCase){1, 2, 2, 3, 5, 7, 7, 1, 3}, false); /* wider than the picture, both edges in one row */
    check((ConvCase){3, 10, 11, 4, 17, 2, 2, 3, 0}, false);
    check((ConvCase){1, 1, 9, 5, 80, 1, 5, 1, 2}, false);
}

/* More rows of weights than one chunk has: of one tap, and of some taps. */
static void long_reductions(void **state) {
    (void)state;
    check((ConvCase){1, 5, 5, 1500, 70, 1, 1, 1, 0}, false);
    check((ConvCase){1, 4, 5, 300, 65, 3, 3, 2, 1}, false);
    check((ConvCase){1, 3, 3, 701, 20, 3, 3, 1, 1}, false);
    check((ConvCase){6, 10, 10, 700, 8, 1, 1, 1, 0}, false); /* pixels of more than one range */
}

static void each_part_of_the_epilogue(void **state) {
    (void)state;
    check((ConvCase){1, 9, 7, 20, 83, 3, 3, 2, 1}, true);
    check((ConvCase){1, 9, 7, 4, 64, 3, 3, 1, 1}, true);
    check((ConvCase){1, 5, 3, 800, 77, 1, 1, 1, 0}, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pointwise),
        cmocka_unit_test(windows_of_many_channels),
        cmocka_unit_test(windows_of_few_channels),
        cmocka_unit_test(long_reductions),
        cmocka_unit_test(each_part_of_the_epilogue),
    };
    return cmocka_run_group_tests(tests, NULL, conv_case_choose_again);
}
