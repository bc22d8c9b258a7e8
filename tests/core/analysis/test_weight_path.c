/* Points that lie on a plane of known directions keep their distances; others lose what the plane does not show. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/analysis/weight_path.h"
#include "core/base/rng.h"
#include "core/network/resnet.h"
#include "tests/support/assert_close.h"

enum { POINTS = 7 };

/* Values are rounded to 2^-24 of their size; distances are sums of some 10,000 squares of them. */
#define CLOSE 1e-5

typedef struct World {
    Network *network;
    real *points[POINTS];
} World;

static double dot(const Network *network, const real *a, const real *b) {
    double sum = 0;
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        for (size_t e = param->offset; param->rank > 1 && e < param->offset + param->count; e++)
            sum += (double)a[e] * (double)b[e];
    }
    return sum;
}

/* Of the weights alone. */
static double distance(const Network *network, const real *a, const real *b) {
    return sqrt(fmax(0, dot(network, a, a) - 2 * dot(network, a, b) + dot(network, b, b)));
}

/* Each value of both random directions, and noise of its own for each point; vectors get noise, too, which must not
 * be seen. */
static void fill(World *world, double noise) {
    static const double place[POINTS][2] = {{5, -1},    {4, 0.5},    {2, 1.5}, {1, 1},
                                            {0.5, 0.2}, {0.2, -0.3}, {0, 0}};
    const Network *network = world->network;
    Rng rng;
    rng_init(&rng, 7);
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        for (size_t e = param->offset; e < param->offset + param->count; e++) {
            double u = rng_normal(&rng), v = rng_normal(&rng);
            for (int k = 0; k < POINTS; k++) {
                double own = param->rank > 1 ? noise * rng_normal(&rng) : rng_normal(&rng);
                world->points[k][e] =
                    (real)(param->rank > 1 ? 0.01 * (place[k][0] * u + place[k][1] * v + own) : own);
            }
        }
    }
}

static World world_new(double noise) {
    World world = {0};
    ResnetConfig config = {.arch = "resnet8", .classes = 10};
    world.network = resnet_new(&config, NULL);
    assert_non_null(world.network);
    for (int k = 0; k < POINTS; k++) {
        world.points[k] = calloc(world.network->value_count, sizeof(real));
        assert_non_null(world.points[k]);
    }
    fill(&world, noise);
    return world;
}

static void world_free(World *world) {
    for (int k = 0; k < POINTS; k++) free(world->points[k]);
    network_free(world->network);
}

static WeightPath find(const World *world) {
    WeightPath path;
    Error err = {0};
    if (!weight_path_find(world->network, (const real *const *)world->points, POINTS, &path, &err))
        fail_msg("%s", err.text);
    return path;
}

static void check_axes(const World *world, const WeightPath *path) {
    const Network *network = world->network;
    assert_close(dot(network, path->direction[0], path->direction[0]), 1, CLOSE);
    assert_close(dot(network, path->direction[1], path->direction[1]), 1, CLOSE);
    assert_close(dot(network, path->direction[0], path->direction[1]), 0, CLOSE);
    for (int k = 0; k < POINTS; k++)
        for (int axis = 0; axis < WEIGHT_PATH_AXES; axis++) {
            double at = dot(network, world->points[k], path->direction[axis]) -
                        dot(network, world->points[POINTS - 1], path->direction[axis]);
            assert_close(path->coordinate[k][axis], at, CLOSE);
        }
    assert_true(path->coordinate[0][0] > 0);
    assert_true(path->explained[0] >= path->explained[1]);
}

static void test_a_plane_is_found_again(void **state) {
    (void)state;
    World world = world_new(0);
    WeightPath path = find(&world);
    check_axes(&world, &path);
    assert_close(path.explained[0] + path.explained[1], 1, CLOSE);
    for (int j = 0; j < POINTS; j++)
        for (int k = 0; k < j; k++) {
            double apart = hypot(path.coordinate[j][0] - path.coordinate[k][0],
                                 path.coordinate[j][1] - path.coordinate[k][1]);
            double truth = distance(world.network, world.points[j], world.points[k]);
            assert_close(apart, truth, 1e-4 * truth);
        }
    weight_path_free(&path);
    world_free(&world);
}

/* The share that is shown, computed from distances alone: the mean square distance of all pairs is twice that from the
 * mean. */
static void test_the_share_shown_is_that_of_the_distances(void **state) {
    (void)state;
    World world = world_new(0.5);
    WeightPath path = find(&world);
    double shown = 0, truth = 0;
    check_axes(&world, &path);
    for (int j = 0; j < POINTS; j++)
        for (int k = 0; k < j; k++) {
            double apart = distance(world.network, world.points[j], world.points[k]);
            shown += pow(path.coordinate[j][0] - path.coordinate[k][0], 2) +
                     pow(path.coordinate[j][1] - path.coordinate[k][1], 2);
            truth += apart * apart;
        }
    assert_close(path.explained[0] + path.explained[1], shown / truth, CLOSE);
    assert_true(shown < 0.99 * truth);
    weight_path_free(&path);
    world_free(&world);
}

static void test_a_line_has_no_plane(void **state) {
    (void)state;
    World world = world_new(0);
    WeightPath path;
    Error err = {0};
    for (int k = 1; k + 1 < POINTS; k++)
        memcpy(world.points[k], world.points[0], world.network->value_count * sizeof(real));
    assert_false(weight_path_find(world.network, (const real *const *)world.points, POINTS, &path, &err));
    assert_string_equal(err.text, "the 7 points of resnet8 lie on one line: no plane goes through them");
    assert_false(weight_path_find(world.network, (const real *const *)world.points, 2, &path, &err));
    assert_string_equal(err.text, "2 points of a training: expected 3 to 64");
    world_free(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plane_is_found_again),
        cmocka_unit_test(test_the_share_shown_is_that_of_the_distances),
        cmocka_unit_test(test_a_line_has_no_plane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
