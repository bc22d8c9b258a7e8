/* One operator alone: a hand-built Op and OpRun over its own memory, filled from the formula of fixture.h. */
#ifndef TESTS_SUPPORT_OP_FIXTURE_H
#define TESTS_SUPPORT_OP_FIXTURE_H

#include "core/op/op.h"

typedef struct OpFixtureConfig {
    Op op;                  /* kind, kernel, stride, pad, channels as the operator wants them */
    Shape x[OP_INPUTS_MAX]; /* n = 1; x[1] only for add */
    int batch;              /* 0 means 1 */
    bool batch_statistics;
    bool dx_adds;          /* dx starts out filled and is added to */
    const AddGates *gates; /* NULL: all open */
} OpFixtureConfig;

typedef struct OpFixture {
    const OpSpec *spec;
    Op op;
    OpRun run;
    /* What `run` points at, to be written. */
    real *x[OP_INPUTS_MAX], *w[OP_PARAMS_MAX], *y, *dy;
    size_t x_count[OP_INPUTS_MAX], w_count[OP_PARAMS_MAX], y_count;
    size_t prepared_count;
    bool learns[OP_PARAMS_MAX];
    int targets[16];
    struct Arena *arena;
} OpFixture;

/* Fails the running test when the operator refuses the shapes. x, w and dy are filled: uniform in [-1, 1),
 * norm weights and variances in [0.5, 1.5). What the operator has to overwrite starts out as NaN. */
OpFixture op_fixture_new(const OpFixtureConfig *config);
void op_fixture_free(OpFixture *fixture);
void op_fixture_forward(OpFixture *fixture);
void op_fixture_backward(OpFixture *fixture);

#endif
