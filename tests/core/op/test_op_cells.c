/* Operators in pieces: any stretch of the output by itself, and a backward pass that gets only what it claims to
 * read. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/op_case.h"

static real *copy_of(const real *values, size_t count) {
    real *copy = malloc(count * sizeof *copy);
    assert_non_null(copy);
    memcpy(copy, values, count * sizeof *copy);
    return copy;
}

/* Stretches of 1, 2, 4 ... pixels and what is left. */
static void run_in_stretches(OpFixture *fixture) {
    OpRun run = fixture->run;
    run.op = &fixture->op;
    size_t channels = (size_t)fixture->op.out.c, left = fixture->y_count / channels;
    for (size_t j = 0; j < fixture->y_count; j++) fixture->y[j] = (real)NAN;
    if (fixture->spec->begin) fixture->spec->begin(&run);
    for (size_t pixels = 1; left > 0; left -= pixels, pixels *= 2) {
        if (pixels > left) pixels = left;
        fixture->spec->cells(&run, pixels);
        for (int k = 0; k < fixture->op.input_count; k++) run.x[k] += pixels * channels;
        run.y += pixels * channels;
    }
}

static void assert_pieces_make_the_whole(const OpFixtureConfig *config) {
    OpFixture fixture = op_fixture_new(config);
    op_fixture_forward(&fixture);
    real *whole = copy_of(fixture.y, fixture.y_count);
    run_in_stretches(&fixture);
    assert_memory_equal(fixture.y, whole, fixture.y_count * sizeof *whole);
    free(whole);
    op_fixture_free(&fixture);
}

static void stretches_of_cells_are_what_forward_writes(void **state) {
    (void)state;
    static const AddGates gates[] = {
        {true, true, true, true, 0}, {true, false, true, true, 0}, {false, true, true, true, 0}};
    /* One channel, odd ones, whole vectors, and more than a vector and a row of repeated channels can hold. */
    static const int channels[] = {1, 3, 16, 48, 64, 100, 128, 257};
    int kinds = 0;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        kinds += op_spec((OpKind)kind)->cells != NULL;
        for (size_t k = 0; k < sizeof channels / sizeof channels[0] && op_spec((OpKind)kind)->cells; k++) {
            OpFixtureConfig config = {.op = {.kind = (OpKind)kind}, .batch = 2, .gates = &gates[k % 3]};
            config.x[0] = config.x[1] = (Shape){1, channels[k], 19, 13};
            assert_pieces_make_the_whole(&config);
            config.batch_statistics = true;
            assert_pieces_make_the_whole(&config);
        }
    }
    assert_int_equal(kinds, 5); /* batch norm, three activation functions, the addition */
}

/* The line of a batch norm is that of its forward run, whatever becomes of the parameters. */
static void batch_norm_remembers_its_line(void **state) {
    (void)state;
    OpFixtureConfig config = {.op = {.kind = OP_BATCH_NORM}, .x = {{1, 5, 4, 3}}};
    OpFixture fixture = op_fixture_new(&config);
    op_fixture_forward(&fixture);
    real *before = copy_of(fixture.y, fixture.y_count);
    OpRun run = fixture.run;
    run.op = &fixture.op;
    for (int k = 0; k < OP_PARAMS_MAX; k++)
        for (size_t j = 0; j < fixture.w_count[k]; j++) fixture.w[k][j] += 1;
    fixture.spec->cells(&run, fixture.y_count / 5);
    assert_memory_equal(fixture.y, before, fixture.y_count * sizeof *before);
    free(before);
    op_fixture_free(&fixture);
}

typedef struct Gradients {
    real *dx[OP_INPUTS_MAX], *dw[OP_PARAMS_MAX];
} Gradients;

static Gradients gradients_of(const OpFixture *fixture) {
    Gradients g = {0};
    for (int k = 0; k < fixture->op.input_count; k++)
        g.dx[k] = copy_of(fixture->run.dx[k], fixture->x_count[k]);
    for (int k = 0; k < fixture->op.param_count; k++)
        if (fixture->learns[k]) g.dw[k] = copy_of(fixture->run.dw[k], fixture->w_count[k]);
    return g;
}

static void assert_gradients(const OpFixture *fixture, Gradients g) {
    for (int k = 0; k < fixture->op.input_count; k++) {
        assert_memory_equal(fixture->run.dx[k], g.dx[k], fixture->x_count[k] * sizeof(real));
        free(g.dx[k]);
    }
    for (int k = 0; k < fixture->op.param_count; k++) {
        if (g.dw[k]) assert_memory_equal(fixture->run.dw[k], g.dw[k], fixture->w_count[k] * sizeof(real));
        free(g.dw[k]);
    }
}

static void backward_reads_no_more_than_it_claims(void **state) {
    (void)state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        OpFixture fixture = op_case_new((OpKind)kind);
        const OpSpec *spec = fixture.spec;
        op_fixture_forward(&fixture);
        op_fixture_backward(&fixture);
        Gradients all = gradients_of(&fixture);
        if (!spec->backward_reads_y) fixture.run.y = NULL;
        for (int k = 0; k < OP_INPUTS_MAX && !spec->backward_reads_x; k++) fixture.run.x[k] = NULL;
        op_fixture_backward(&fixture);
        assert_gradients(&fixture, all);
        op_fixture_free(&fixture);
    }
}

/* The gradient passed down, stretch by stretch from the end to the beginning. */
static void pass_down_in_stretches(OpFixture *fixture) {
    OpRun run = fixture->run;
    run.op = &fixture->op;
    size_t channels = (size_t)fixture->op.out.c, left = fixture->y_count / channels;
    for (size_t pixels = 1; left > 0; pixels *= 2) {
        if (pixels > left) pixels = left;
        OpRun at = run;
        left -= pixels;
        for (int k = 0; k < run.op->input_count; k++) {
            at.x[k] += left * channels;
            at.dx[k] += left * channels;
        }
        at.y += left * channels;
        at.dy += left * channels;
        fixture->spec->backward_cells(&at, pixels);
    }
}

static void assert_gradient_of_pieces(const OpFixtureConfig *config) {
    int threads = parallel_threads();
    OpFixture fixture = op_fixture_new(config);
    op_fixture_forward(&fixture);
    parallel_set_threads(1);
    op_fixture_backward(&fixture);
    Gradients alone = gradients_of(&fixture), pieces = gradients_of(&fixture);
    parallel_set_threads(3);
    op_fixture_backward(&fixture);
    assert_gradients(&fixture, alone);
    for (int k = 0; k < fixture.op.input_count; k++)
        for (size_t j = 0; j < fixture.x_count[k]; j++) fixture.run.dx[k][j] = (real)NAN;
    pass_down_in_stretches(&fixture);
    assert_gradients(&fixture, pieces);
    parallel_set_threads(threads);
    op_fixture_free(&fixture);
}

/* Sums are the same bit for bit whatever the threads, and so is what is passed down of any stretch by itself. */
static void gradients_come_in_pieces_too(void **state) {
    (void)state;
    static const int channels[] = {1, 3, 16, 48, 100, 128, 257};
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        assert_int_equal(op_spec((OpKind)kind)->backward_cells != NULL, op_spec((OpKind)kind)->cells != NULL);
        for (size_t k = 0; k < sizeof channels / sizeof channels[0] && op_spec((OpKind)kind)->cells; k++) {
            OpFixtureConfig config = {.op = {.kind = (OpKind)kind}, .batch = 3};
            config.x[0] = config.x[1] = (Shape){1, channels[k], 29, 11}; /* parts and a rest */
            assert_gradient_of_pieces(&config);
            config.batch_statistics = true;
            assert_gradient_of_pieces(&config);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stretches_of_cells_are_what_forward_writes),
        cmocka_unit_test(batch_norm_remembers_its_line),
        cmocka_unit_test(backward_reads_no_more_than_it_claims),
        cmocka_unit_test(gradients_come_in_pieces_too),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
