/* Batches follow from seed and step alone: in whatever order they are asked for, made ahead or not. */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "core/train/batches.h"
#include "tests/support/assert_close.h"
#include "tests/support/train_site.h"

enum { COUNT = BATCH * DATASET_PIXELS, STEPS = 2 * STEPS_AN_EPOCH };

typedef struct World {
    Dataset *dataset;
    Batches *batches;
    real x[STEPS][COUNT];
    int targets[STEPS][BATCH];
} World;

static Batches *new_batches(const Dataset *dataset, bool augment) {
    Batches *batches = batches_new(&(BatchesConfig){
        .dataset = dataset, .normalise = normalise_cifar10(), .batch = BATCH, .augment = augment, .seed = 5});
    assert_non_null(batches);
    return batches;
}

/* Two epochs, each batch made when it is asked for. */
static World *world_new(TempDir *dir, bool augment) {
    World *world = calloc(1, sizeof *world);
    Error err = {0};
    DatasetConfig config = {.kind = DATASET_CIFAR10, .split = DATASET_TRAIN, .directory = dir->path};
    assert_non_null(world);
    test_image_write_cifar10(dir, PER_FILE, 4);
    world->dataset = dataset_load(&config, &err);
    if (!world->dataset) fail_msg("%s", err.text);
    parallel_set_threads(1);
    Batches *alone = new_batches(world->dataset, augment);
    for (int step = 0; step < STEPS; step++) batches_take(alone, step, world->x[step], world->targets[step]);
    batches_free(alone);
    parallel_set_threads(2);
    world->batches = new_batches(world->dataset, augment);
    return world;
}

static void world_free(World *world) {
    batches_free(world->batches);
    dataset_free(world->dataset);
    free(world);
}

static void assert_batch(const World *world, int step) {
    static real x[COUNT];
    int targets[BATCH];
    batches_take(world->batches, step, x, targets);
    assert_memory_equal(x, world->x[step], sizeof x);
    assert_memory_equal(targets, world->targets[step], sizeof targets);
}

static void a_batch_made_ahead_is_the_one_made_when_asked_for(void **state) {
    World *world = world_new(*state, true);
    assert_int_equal(batches_per_epoch(world->batches), STEPS_AN_EPOCH);
    for (int step = 0; step < STEPS; step++) assert_batch(world, step);
    world_free(world);
}

/* What was made ahead is then another one than is wanted. */
static void steps_may_come_in_any_order(void **state) {
    static const int order[] = {3, 0, 0, 7, 6, 1, 2, 5, 4, 3, 4, 5};
    World *world = world_new(*state, true);
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++) assert_batch(world, order[k]);
    world_free(world);
}

static bool is_same(const real *a, const real *b) {
    int k = 0;
    while (k < DATASET_PIXELS && a[k] == b[k]) k++;
    return k == DATASET_PIXELS;
}

/* The pictures are all different. */
static void an_epoch_has_no_image_twice_and_the_next_another_order(void **state) {
    World *world = world_new(*state, false);
    int of_step[STEPS][BATCH], again = 0;
    static real x[DATASET_PIXELS];
    Normalise normalise = normalise_cifar10();
    for (int step = 0; step < STEPS; step++)
        for (int n = 0; n < BATCH; n++) {
            of_step[step][n] = -1;
            for (int k = 0; k < IMAGES; k++) {
                dataset_to_input(world->dataset, k, &normalise, x);
                if (is_same(x, world->x[step] + n * DATASET_PIXELS)) of_step[step][n] = k;
            }
            assert_true(of_step[step][n] >= 0);
            assert_int_equal(world->targets[step][n], dataset_label(world->dataset, of_step[step][n]));
        }
    for (int epoch = 0; epoch < 2; epoch++) {
        int seen[IMAGES] = {0};
        for (int j = 0; j < STEPS_AN_EPOCH * BATCH; j++)
            assert_int_equal(seen[of_step[epoch * STEPS_AN_EPOCH + j / BATCH][j % BATCH]]++, 0);
    }
    for (int n = 0; n < BATCH; n++) again += of_step[0][n] == of_step[STEPS_AN_EPOCH][n];
    assert_true(again < BATCH / 2); /* by chance each with probability 1/65 */
    world_free(world);
}

/* A training that an earlier version has begun goes on with the same batches: the first images of steps 0 and 1 of seed
 * 5, each crop and flip drawn by a generator of the step's own. */
static void images_and_views_stay_what_they_were(void **state) {
    static const int images[2][4] = {{26, 8, 1, 38}, {33, 49, 45, 19}};
    World *world = world_new(*state, true);
    static real x[DATASET_PIXELS];
    Normalise normalise = normalise_cifar10();
    for (unsigned long long step = 0; step < 2; step++) {
        Rng rng;
        rng_init(&rng, 5 * 0x9E3779B97F4A7C15u + 2 * 0xD1B54A32D192ED03u + step);
        for (int n = 0; n < 4; n++) {
            dataset_to_augmented_input(world->dataset, images[step][n], &normalise, &rng, x);
            assert_memory_equal(world->x[step] + n * DATASET_PIXELS, x, sizeof x);
        }
    }
    world_free(world);
}

static void batches_that_nobody_took_are_given_back(void **state) {
    World *world = world_new(*state, true);
    batches_free(NULL);
    assert_batch(world, 0);
    world_free(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_batch_made_ahead_is_the_one_made_when_asked_for),
        IN_TEMP_DIR(steps_may_come_in_any_order),
        IN_TEMP_DIR(an_epoch_has_no_image_twice_and_the_next_another_order),
        IN_TEMP_DIR(images_and_views_stay_what_they_were),
        IN_TEMP_DIR(batches_that_nobody_took_are_given_back),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
