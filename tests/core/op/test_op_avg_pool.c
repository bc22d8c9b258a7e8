#include <math.h>

#include "tests/support/assert_close.h"
#include "tests/support/op_fixture.h"

static void each_channel_becomes_its_mean(void **state) {
    (void)state;
    OpFixture f =
        op_fixture_new(&(OpFixtureConfig){.op = {.kind = OP_AVG_POOL}, .x = {{1, 2, 2, 2}}, .batch = 2});
    for (int j = 0; j < 16; j++) f.x[0][j] = (real)j;
    op_fixture_forward(&f);
    static const double expected[4] = {3, 4, 11, 12};
    for (int j = 0; j < 4; j++) assert_close(f.y[j], expected[j], 0);
    op_fixture_free(&f);
}

static void many_equal_values_average_to_that_value_exactly(void **state) {
    (void)state;
    OpFixture f = op_fixture_new(&(OpFixtureConfig){.op = {.kind = OP_AVG_POOL}, .x = {{1, 1, 300, 300}}});
    for (int j = 0; j < 90000; j++) f.x[0][j] = (real)0.1f;
    op_fixture_forward(&f);
    /* A running sum in float would be off by 1e-3 here; in double the rest is less than a rounding of float.
     */
    assert_close(f.y[0], (real)0.1f, 1e-9);
    op_fixture_free(&f);
}

/* More channels than are summed side by side, and a rest; more images than threads. */
static void many_channels_become_their_means(void **state) {
    (void)state;
    OpFixture f =
        op_fixture_new(&(OpFixtureConfig){.op = {.kind = OP_AVG_POOL}, .x = {{1, 150, 3, 5}}, .batch = 5});
    op_fixture_forward(&f);
    for (size_t n = 0; n < 5; n++)
        for (size_t c = 0; c < 150; c++) {
            double sum = 0;
            for (size_t p = 0; p < 15; p++) sum += (double)f.x[0][(n * 15 + p) * 150 + c];
            assert_close(f.y[n * 150 + c], (real)(sum / 15), 0);
        }
    op_fixture_free(&f);
}

static void gradient_is_shared_evenly(void **state) {
    (void)state;
    OpFixture f =
        op_fixture_new(&(OpFixtureConfig){.op = {.kind = OP_AVG_POOL}, .x = {{1, 3, 2, 4}}, .batch = 2});
    f.dy[4] = 24;
    op_fixture_backward(&f);
    for (size_t j = 24 + 1; j < f.x_count[0]; j += 3) assert_close(f.run.dx[0][j], 3, 0);
    op_fixture_free(&f);
}

static void nan_reaches_only_its_own_channel(void **state) {
    (void)state;
    OpFixture f = op_fixture_new(&(OpFixtureConfig){.op = {.kind = OP_AVG_POOL}, .x = {{1, 3, 2, 2}}});
    f.x[0][4] = (real)NAN;
    op_fixture_forward(&f);
    assert_true(!isnan(f.y[0]) && isnan(f.y[1]) && !isnan(f.y[2]));
    op_fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_channel_becomes_its_mean),
        cmocka_unit_test(many_equal_values_average_to_that_value_exactly),
        cmocka_unit_test(many_channels_become_their_means),
        cmocka_unit_test(gradient_is_shared_evenly),
        cmocka_unit_test(nan_reaches_only_its_own_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
