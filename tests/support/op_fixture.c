#include "tests/support/op_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

static real *numbers(OpFixture *f, size_t count) {
    real *memory = arena_alloc(f->arena, count, sizeof(real));
    assert_non_null(memory);
    return memory;
}

/* Memory that an operator has to overwrite. */
static real *garbage(OpFixture *f, size_t count) {
    real *memory = numbers(f, count);
    for (size_t j = 0; j < count; j++) memory[j] = (real)NAN;
    return memory;
}

static real *filled(OpFixture *f, size_t count, const char *name) {
    real *memory = numbers(f, count);
    fixture_fill(memory, count, 1, name);
    return memory;
}

static void add_input(OpFixture *f, const OpFixtureConfig *config, int k) {
    static const char *const names[OP_INPUTS_MAX] = {"x0", "x1"};
    f->x_count[k] = shape_count(config->x[k]) * (size_t)f->run.batch;
    f->run.x[k] = f->x[k] = filled(f, f->x_count[k], names[k]);
    f->run.dx_adds[k] = config->dx_adds;
    f->run.dx[k] = config->dx_adds ? filled(f, f->x_count[k], "dx") : garbage(f, f->x_count[k]);
}

static void add_param(OpFixture *f, const ParamShape *shape, int k) {
    f->w_count[k] = 1;
    for (int d = 0; d < shape->rank; d++) f->w_count[k] *= (size_t)shape->dims[d];
    f->learns[k] = param_role_learns(shape->role);
    f->run.w[k] = f->w[k] = filled(f, f->w_count[k], shape->suffix);
    if (f->learns[k]) f->run.dw[k] = garbage(f, f->w_count[k]);
    bool positive = shape->role == PARAM_NORM_WEIGHT || shape->role == PARAM_NORM_VAR;
    for (size_t j = 0; positive && j < f->w_count[k]; j++) f->w[k][j] = 1 + f->w[k][j] / 2;
}

static void add_memory(OpFixture *f) {
    const OpSpec *spec = f->spec;
    int batch = f->run.batch;
    f->y_count = shape_count(op_output_shape(&f->op, batch));
    f->run.y = f->y = garbage(f, f->y_count);
    f->run.dy = f->dy = filled(f, f->y_count, "dy");
    if (spec->saved_bytes) f->run.saved = arena_alloc(f->arena, 1, spec->saved_bytes(&f->op, batch));
    f->prepared_count = spec->prepared_count ? spec->prepared_count(&f->op, batch) : 0;
    if (spec->scratch_count) f->run.scratch = garbage(f, spec->scratch_count(&f->op, batch));
}

OpFixture op_fixture_new(const OpFixtureConfig *config) {
    Error err = {0};
    OpFixture f = {.spec = op_spec(config->op.kind), .op = config->op, .arena = arena_new()};
    subject_note(SUBJECT_OPERATOR, "%s of (%d,%d,%d,%d)%s", f.spec->name, config->batch ? config->batch : 1,
                 config->x[0].c, config->x[0].h, config->x[0].w,
                 config->batch_statistics ? ", batch statistics" : "");
    f.op.input_count = config->op.kind == OP_INPUT ? 0 : config->op.kind == OP_ADD ? 2 : 1;
    f.op.in = config->x[0];
    snprintf(f.op.name, sizeof f.op.name, "%s", f.spec->name);
    if (!f.spec->shape(&f.op, config->x, &err)) fail_msg("%s", err.text);
    f.run = (OpRun){.batch = config->batch ? config->batch : 1,
                    .batch_statistics = config->batch_statistics,
                    .gates = config->gates ? *config->gates : (AddGates){true, true, true, true, 0}};
    for (int n = 0; n < f.run.batch && n < 16 && f.op.in.c > 0; n++)
        f.targets[n] = fixture_target(n, f.op.in.c);
    for (int k = 0; k < f.op.input_count; k++) add_input(&f, config, k);
    ParamShape shapes[OP_PARAMS_MAX] = {0};
    f.op.param_count = f.spec->params ? f.spec->params(&f.op, shapes) : 0;
    for (int k = 0; k < f.op.param_count; k++) add_param(&f, &shapes[k], k);
    add_memory(&f);
    return f;
}

void op_fixture_free(OpFixture *fixture) {
    arena_free(fixture->arena);
}

/* The fixture is handed about by value: what points into it is set for each call. */
static OpRun run_of(OpFixture *fixture) {
    OpRun run = fixture->run;
    run.op = &fixture->op;
    run.targets = fixture->targets;
    return run;
}

/* Tests write into weights between runs: what is made of them is made for each. */
void op_fixture_forward(OpFixture *fixture) {
    OpRun run = run_of(fixture);
    real *prepared = calloc(fixture->prepared_count + 1, sizeof *prepared);
    assert_true(prepared);
    if (fixture->prepared_count > 0) {
        fixture->spec->prepare(&run, prepared);
        run.prepared = prepared;
    }
    fixture->spec->forward(&run);
    free(prepared);
}

void op_fixture_backward(OpFixture *fixture) {
    OpRun run = run_of(fixture);
    fixture->spec->backward(&run);
}
