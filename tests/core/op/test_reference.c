/* The reference loops against central differences of themselves, and every operator against its reference,
 * over shapes that no tile divides. That the loops are PyTorch's formulas is seen in test_reference_golden. */
#include <float.h>
#include <math.h>

#include "core/image/normalise.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/op_case.h"
#include "tests/support/reference_check.h"

/* A float is rounded by 6e-8. Operators with parameters add up to 48 * 49 products and round as often, in
 * random directions, which comes to 50 roundings: 3e-6. What copies or picks adds a gradient that is there or
 * a few windows, the smooth activations round a few times one after the other: 10 at most. */
static double tolerance_of(const OpSpec *spec) {
    const double rounding = sizeof(real) == sizeof(double) ? DBL_EPSILON / 2 : FLT_EPSILON / 2;
    return (spec->params ? 50 : 10) * rounding;
}

/* ---- the loops alone ---- */

/* L = sum dy*y */
static double objective(const OpReference *reference, const ReferenceRun *run) {
    double sum = 0;
    reference->forward(run);
    for (size_t j = 0; j < shape_count(run->y.shape); j++) sum += run->dy.data[j] * run->y.data[j];
    return sum;
}

/* Every element. The error of a central difference is step^2 by the curvature, of order 1, and 1e-16 by the
 * magnitude of L, of order 10, over the step: both below 1e-9. */
static void check_slopes(const OpReference *reference, const ReferenceRun *run, Doubles values,
                         Doubles gradient) {
    const double step = 1e-5, tolerance = 1e-8;
    double largest = 1;
    size_t count = shape_count(values.shape);
    for (size_t j = 0; j < count; j++) largest = fmax(largest, fabs(gradient.data[j]));
    for (size_t j = 0; j < count; j++) {
        double before = values.data[j];
        values.data[j] = before + step;
        double above = objective(reference, run);
        values.data[j] = before - step;
        double below = objective(reference, run);
        values.data[j] = before;
        assert_close(gradient.data[j], (above - below) / (2 * step), tolerance * largest);
    }
}

static void check_loops(OpFixture *f) {
    const OpReference *reference = f->spec->reference;
    f->run.dx_adds[0] = f->run.dx_adds[1] = false;
    ReferenceRun run = reference_run_of(f);
    reference->backward(&run);
    for (int k = 0; k < f->op.input_count; k++) check_slopes(reference, &run, run.x[k], run.dx[k]);
    for (int k = 0; k < f->op.param_count; k++)
        if (f->learns[k]) check_slopes(reference, &run, run.w[k], run.dw[k]);
}

static void backward_loops_are_the_slopes_of_the_forward_loops(void **state) {
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        OpFixture f = op_case_new((OpKind)kind);
        if (f.spec->reads != OP_READS_NOTHING) check_loops(&f);
        op_fixture_free(&f);
    }
    static const OpFixtureConfig others[] = {
        {.op = {.kind = OP_BATCH_NORM}, .x = {{1, 3, 4, 5}}, .batch = 2},
        {.op = {.kind = OP_CONV2D, .channels = 3, .kernel_h = 2, .kernel_w = 3, .stride = 3, .pad = 1},
         .x = {{1, 2, 6, 8}}},
        {.op = {.kind = OP_SHORTCUT_A, .channels = 3, .stride = 3}, .x = {{1, 3, 5, 7}}},
    };
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
        OpFixture f = op_fixture_new(&others[k]);
        check_loops(&f);
        op_fixture_free(&f);
    }
}

/* Pixels, 0 to 255, of two pictures; no operator reads them, so there is no fixture of them. */
static void the_picture_is_normalised_as_the_loops_say(void **state) {
    enum { COUNT = 2 * 3 * 3 * 5 };
    (void)state;
    const Normalise normalise = normalise_cifar10();
    const Shape shape = {2, 3, 3, 5}, colours = {1, 3, 1, 1};
    double x[COUNT], y[COUNT], dy[COUNT], dx[COUNT] = {0}, mean[3], std[3];
    ReferenceRun run = {.x = {{shape, x}}, .y = {shape, y}, .dy = {shape, dy}, .dx = {{shape, dx}}};
    run.w[0] = (Doubles){colours, mean}, run.w[1] = (Doubles){colours, std};
    for (int c = 0; c < 3; c++) mean[c] = (double)normalise.mean[c], std[c] = (double)normalise.std[c];
    for (int j = 0; j < COUNT; j++) x[j] = (double)(fixture_hash(1, (uint64_t)j) % 256), dy[j] = 1 - j / 50.0;
    x[0] = 0, x[1] = 255;
    op_spec(OP_INPUT)->reference->forward(&run);
    op_spec(OP_INPUT)->reference->backward(&run);
    for (int j = 0; j < COUNT; j++) /* three roundings of float, of numbers below 3 */
        assert_close(normalise_byte(&normalise, j % 3, (uint8_t)x[j]), y[j], 3 * 3 * 6e-8);
    check_slopes(op_spec(OP_INPUT)->reference, &run, run.x[0], run.dx[0]);
}

/* ---- the operators ---- */

static const int CHANNELS[] = {1, 3, 5, 16, 17, 32, 48};
static const Shape MAPS[] = {{1, 1, 1, 1}, {1, 1, 2, 3},   {1, 1, 5, 7},
                             {1, 1, 8, 8}, {1, 1, 13, 11}, {1, 1, 16, 17}};

enum { CHANNEL_COUNT = sizeof CHANNELS / sizeof CHANNELS[0], MAP_COUNT = sizeof MAPS / sizeof MAPS[0] };

/* Five values only, so that almost every window has several largest. */
static void check_ties(const OpFixtureConfig *config) {
    OpFixture f = op_fixture_new(config);
    for (size_t j = 0; j < f.x_count[0]; j++) f.x[0][j] = (real)(round(2 * (double)f.x[0][j]) / 2);
    reference_check(&f, tolerance_of(f.spec));
    op_fixture_free(&f);
}

static void check(OpFixtureConfig config) {
    OpFixture f = op_fixture_new(&config);
    reference_check(&f, tolerance_of(f.spec));
    op_fixture_free(&f);
    if (f.spec->chooses) check_ties(&config);
}

static void check_both(OpFixtureConfig config) {
    check(config);
    config.dx_adds = true;
    check(config);
}

/* Number `turn` of the walk through channels and batches: each meets each in time. */
static OpFixtureConfig turn_of(Op op, Shape map, int turn) {
    map.c = CHANNELS[turn % CHANNEL_COUNT];
    op.channels = CHANNELS[(turn + turn / CHANNEL_COUNT) % CHANNEL_COUNT];
    return (OpFixtureConfig){.op = op, .x = {map, map}, .batch = 1 + turn / 2 % 3, .dx_adds = turn % 2};
}

/* Windows of all kernels, strides and paddings over all maps that are large enough. */
static void check_windows(OpKind kind, bool half_at_most) {
    int turn = 0;
    for (int kernel = 1; kernel <= 7; kernel += 2)
        for (int stride = 1; stride <= 3; stride++)
            for (int pad = 0; pad <= (half_at_most ? kernel / 2 : kernel - 1); pad++)
                for (int m = 0; m < MAP_COUNT; m++) {
                    Op op = {
                        .kind = kind, .kernel_h = kernel, .kernel_w = kernel, .stride = stride, .pad = pad};
                    if (MAPS[m].h + 2 * pad < kernel || MAPS[m].w + 2 * pad < kernel) continue;
                    check(turn_of(op, MAPS[m], turn++));
                }
}

static void convolutions_equal_their_reference(void **state) {
    (void)state;
    check_windows(OP_CONV2D, false);
}

/* Beyond the 1024 pixels from which core/conv goes other ways, kernels that are not square, and as many
 * channels as the last layers have on few pixels. */
static void large_and_oblong_convolutions_equal_their_reference(void **state) {
    static const struct {
        int batch, c, h, w, k, r, s, stride, pad;
    } cases[] = {
        {1, 16, 32, 32, 16, 3, 3, 1, 1}, {3, 48, 15, 24, 16, 3, 3, 1, 1}, {1, 16, 35, 32, 32, 5, 5, 1, 2},
        {1, 3, 65, 67, 17, 7, 7, 2, 3},  {2, 17, 33, 31, 5, 1, 1, 1, 0},  {3, 5, 34, 35, 3, 3, 3, 2, 1},
        {1, 1, 40, 41, 1, 5, 5, 3, 2},   {2, 3, 24, 25, 4, 1, 3, 1, 1},   {1, 5, 9, 7, 16, 3, 1, 2, 0},
        {1, 256, 2, 2, 130, 3, 3, 1, 1}, {2, 200, 7, 7, 96, 1, 1, 2, 0},
    };
    (void)state;
    for (size_t j = 0; j < sizeof cases / sizeof cases[0]; j++)
        check_both((OpFixtureConfig){.op = {.kind = OP_CONV2D,
                                            .channels = cases[j].k,
                                            .kernel_h = cases[j].r,
                                            .kernel_w = cases[j].s,
                                            .stride = cases[j].stride,
                                            .pad = cases[j].pad},
                                     .x = {{1, cases[j].c, cases[j].h, cases[j].w}},
                                     .batch = cases[j].batch});
}

static void max_pools_equal_their_reference(void **state) {
    (void)state;
    check_windows(OP_MAX_POOL, true);
}

/* One number a channel would make the variance 0 and x 1/sqrt(epsilon) times what its rounding is. */
static void batch_norms_equal_their_reference(void **state) {
    (void)state;
    for (int c = 0; c < CHANNEL_COUNT; c++)
        for (int m = 0; m < MAP_COUNT; m++)
            for (int batch = 1; batch <= 3; batch++) {
                OpFixtureConfig config = {.op = {.kind = OP_BATCH_NORM}, .x = {MAPS[m]}, .batch = batch};
                config.x[0].c = CHANNELS[c];
                check_both(config);
                config.batch_statistics = true;
                if (batch * MAPS[m].h * MAPS[m].w > 4) check_both(config);
            }
}

static void additions_equal_their_reference_with_every_gate(void **state) {
    static const AddGates gates[] = {
        {true, true, true, true, 0}, /* forward: branch, skip; backward: branch, skip */
        {true, false, true, false, 0},
        {true, true, true, false, 0},
        {false, true, false, true, 0}};
    (void)state;
    for (int turn = 0; turn < MAP_COUNT * CHANNEL_COUNT; turn++)
        for (size_t g = 0; g < sizeof gates / sizeof gates[0]; g++) {
            OpFixtureConfig config = turn_of((Op){.kind = OP_ADD}, MAPS[turn % MAP_COUNT], turn);
            config.gates = &gates[g];
            check_both(config);
        }
}

static void shortcuts_equal_their_reference(void **state) {
    (void)state;
    for (int stride = 1; stride <= 3; stride++)
        for (int turn = 0; turn < MAP_COUNT * CHANNEL_COUNT; turn++) {
            OpFixtureConfig config =
                turn_of((Op){.kind = OP_SHORTCUT_A, .stride = stride}, MAPS[turn % MAP_COUNT], turn);
            config.op.channels = config.x[0].c + 2 * (turn % 5);
            check_both(config);
        }
}

/* What has no window, no stride and no second shape: activations, pooling of whole maps, and the layers behind
 * it, which read maps of 1x1. */
static void all_others_equal_their_reference(void **state) {
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const OpSpec *spec = op_spec((OpKind)kind);
        bool is_whole = spec->reads == OP_READS_ALL && spec->middle != OP_MIDDLE_MEAN;
        if (!spec->activation && spec->reads != OP_READS_ALL) continue;
        for (int turn = 0; turn < 2 * MAP_COUNT * CHANNEL_COUNT; turn++) {
            OpFixtureConfig config =
                turn_of((Op){.kind = (OpKind)kind}, MAPS[is_whole ? 0 : turn % MAP_COUNT], turn);
            if (kind == OP_BINARY_CROSS_ENTROPY) config.x[0].c = 1; /* it reads a single score */
            check_both(config);
        }
    }
}

/* An operator that none of the tests above knows has at least its own case. */
static void every_case_equals_its_reference(void **state) {
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        OpFixture f = op_case_new((OpKind)kind);
        if (f.spec->reads != OP_READS_NOTHING) reference_check(&f, tolerance_of(f.spec));
        op_fixture_free(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backward_loops_are_the_slopes_of_the_forward_loops),
        cmocka_unit_test(the_picture_is_normalised_as_the_loops_say),
        cmocka_unit_test(convolutions_equal_their_reference),
        cmocka_unit_test(large_and_oblong_convolutions_equal_their_reference),
        cmocka_unit_test(max_pools_equal_their_reference),
        cmocka_unit_test(batch_norms_equal_their_reference),
        cmocka_unit_test(additions_equal_their_reference_with_every_gate),
        cmocka_unit_test(shortcuts_equal_their_reference),
        cmocka_unit_test(all_others_equal_their_reference),
        cmocka_unit_test(every_case_equals_its_reference),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
