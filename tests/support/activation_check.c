#include "tests/support/activation_check.h"

#include <math.h>

#include "tests/support/assert_close.h"
#include "tests/support/op_fixture.h"

/* A few roundings of a float near 1; x and y themselves are of order 1. */
#define TOLERANCE (sizeof(real) == sizeof(double) ? 1e-15 : 5e-7)

static OpFixture row_of(OpKind kind, int count, bool adds) {
    return op_fixture_new(&(OpFixtureConfig){.op = {.kind = kind}, .x = {{1, 1, 1, count}}, .dx_adds = adds});
}

void activation_check_known(OpKind kind, const ActivationKnown *known, int count) {
    OpFixture f = row_of(kind, count, false);
    for (int j = 0; j < count; j++) f.x[0][j] = (real)known[j].x;
    for (int j = 0; j < count; j++) f.dy[j] = 1;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    for (int j = 0; j < count; j++) {
        assert_close(f.y[j], known[j].y, TOLERANCE * (fabs(known[j].y) + 0.1));
        assert_close(f.run.dx[0][j], known[j].slope, TOLERANCE);
    }
    op_fixture_free(&f);
}

void activation_check_adding(OpKind kind) {
    OpFixture f = row_of(kind, 1, true);
    f.x[0][0] = 0;
    f.dy[0] = 4;
    f.run.dx[0][0] = 16;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_close(f.run.dx[0][0], 18, 0);
    op_fixture_free(&f);
}

void activation_check_limits(OpKind kind) {
    OpFixture f = row_of(kind, 4, false);
    f.x[0][0] = (real)INFINITY;
    f.x[0][1] = (real)-INFINITY;
    f.x[0][2] = (real)NAN;
    f.x[0][3] = (real)-0.0;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_true(isinf(f.y[0]) && f.y[0] > 0);
    assert_true(isnan(f.y[1]) && isnan(f.y[2]));
    assert_true(f.y[3] == 0 && signbit(f.y[3]));
    for (int j = 0; j < 3; j++) assert_true(isnan(f.run.dx[0][j]));
    op_fixture_free(&f);
}
