#include <math.h>

#include "tests/support/assert_close.h"
#include "tests/support/op_fixture.h"

/* x, y and dy/dx by torch.nn.functional.gelu in float64. */
typedef struct Known {
    double x, y, slope;
} Known;

static const Known known[] = {
    {-6, -5.9195258694799691e-09, -3.546870945402639e-08},
    {-3, -0.0040496940948903104, -0.01194564720418392},
    {-1.5, -0.10021080190328704, -0.1274691922299796},
    {-0.7517916, -0.16997120747990244, -3.2494272356187182e-08},
    {-0.1, -0.046017216272297101, 0.42047690797526982},
    {0, 0, 0.5},
    {0.1, 0.053982783727702904, 0.57952309202473018},
    {0.5, 0.34573123063700656, 0.86749512465616285},
    {1, 0.84134474606854304, 1.0833154705876864},
    {2, 1.9544997361036416, 1.0852318010781969},
    {3, 2.9959503059051098, 1.0119456472041839},
    {6, 5.9999999940804738, 1.0000000354687093},
};

enum { COUNT = sizeof known / sizeof known[0] };

/* A few roundings of a float near 1; x and y themselves are of order 1. */
#define TOLERANCE (sizeof(real) == sizeof(double) ? 1e-15 : 5e-7)

static OpFixture row(int count, bool adds) {
    return op_fixture_new(
        &(OpFixtureConfig){.op = {.kind = OP_GELU}, .x = {{1, 1, 1, count}}, .dx_adds = adds});
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
