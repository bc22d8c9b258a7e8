#include <math.h>

#include "tests/support/assert_close.h"
#include "tests/support/op_fixture.h"

/* x, y and dy/dx by torch.nn.functional.silu in float64. */
typedef struct Known {
    double x, y, slope;
} Known;

static const Known known[] = {
    {-6, -0.014835738939808647, -0.012326432591525513},
    {-3, -0.14227761953270035, -0.088104106015169617},
    {-1.5, -0.27363828570953452, -0.041294154299142946},
    {-0.7517916, -0.24089736841361853, 0.15672467275074825},
    {-0.1, -0.047502081252106004, 0.4500832085017708},
    {0, 0, 0.5},
    {0.1, 0.052497918747894001, 0.54991679149822925},
    {0.5, 0.3112296656009273, 0.73996118730265192},
    {1, 0.7310585786300049, 0.92767051187148686},
    {2, 1.7615941559557646, 1.0907842487848955},
    {3, 2.8577223804672998, 1.0881041060151693},
    {6, 5.9851642610601923, 1.0123264325915249},
};

enum { COUNT = sizeof known / sizeof known[0] };

/* A few roundings of a float near 1; x and y themselves are of order 1. */
#define TOLERANCE (sizeof(real) == sizeof(double) ? 1e-15 : 5e-7)

static OpFixture row(int count, bool adds) {
    return op_fixture_new(
        &(OpFixtureConfig){.op = {.kind = OP_SILU}, .x = {{1, 1, 1, count}}, .dx_adds = adds});
}

static void values_and_slopes_are_those_of_pytorch(void **state) {
    (void)state;
    OpFixture f = row(COUNT, false);
    for (int j = 0; j < COUNT; j++) f.x[0][j] = (real)known[j].x;
    for (int j = 0; j < COUNT; j++) f.dy[j] = 1;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    for (int j = 0; j < COUNT; j++) {
        assert_close(f.y[j], known[j].y, TOLERANCE * (fabs(known[j].y) + 0.1));
        assert_close(f.run.dx[0][j], known[j].slope, TOLERANCE);
    }
    op_fixture_free(&f);
}

static void a_gradient_that_is_already_there_is_added_to(void **state) {
    (void)state;
    OpFixture f = row(1, true);
    f.x[0][0] = 0;
    f.dy[0] = 4;
    f.run.dx[0][0] = 16;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_close(f.run.dx[0][0], 18, 0);
    op_fixture_free(&f);
}

static void infinities_and_nan_are_treated_as_in_pytorch(void **state) {
    (void)state;
    OpFixture f = row(4, false);
    f.x[0][0] = (real)INFINITY, f.x[0][1] = (real)-INFINITY, f.x[0][2] = (real)NAN, f.x[0][3] = (real)-0.0;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_true(isinf(f.y[0]) && f.y[0] > 0);
    assert_true(isnan(f.y[1]) && isnan(f.y[2]));
    assert_true(f.y[3] == 0 && signbit(f.y[3]));
    for (int j = 0; j < 3; j++) assert_true(isnan(f.run.dx[0][j]));
    op_fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_slopes_are_those_of_pytorch),
        cmocka_unit_test(a_gradient_that_is_already_there_is_added_to),
        cmocka_unit_test(infinities_and_nan_are_treated_as_in_pytorch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
