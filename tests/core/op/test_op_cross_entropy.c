#include <math.h>

#include "tests/support/assert_close.h"
#include "tests/support/reference_check.h"

static const double ROUNDING = sizeof(real) == sizeof(double) ? 1e-15 : 1e-7;

static OpFixture logits(int batch, int classes, const double *z) {
    OpFixture f = op_fixture_new(
        &(OpFixtureConfig){.op = {.kind = OP_CROSS_ENTROPY}, .x = {{1, classes, 1, 1}}, .batch = batch});
    for (int j = 0; j < batch * classes; j++) f.x[0][j] = (real)z[j];
    f.dy[0] = 1;
    return f;
}

static const double *probabilities(const OpFixture *f) {
    return f->run.saved;
}

static void a_hopeless_target_costs_exactly_its_distance_and_never_overflows(void **state) {
    (void)state;
    OpFixture f = logits(1, 2, (const double[]){1000, 0});
    f.targets[0] = 1;
    op_fixture_forward(&f);
    assert_close(f.y[0], 1000, 0);
    f.targets[0] = 0;
    op_fixture_forward(&f);
    assert_close(f.y[0], 0, 0);
    assert_close(probabilities(&f)[0], 1, 0);
    op_fixture_free(&f);
}

static void large_equal_logits_give_the_log_of_the_number_of_classes(void **state) {
    (void)state;
    OpFixture f = logits(1, 4, (const double[]){-1e30, -1e30, -1e30, -1e30});
    f.targets[0] = 2;
    op_fixture_forward(&f);
    for (int k = 0; k < 4; k++) assert_close(probabilities(&f)[k], 0.25, 0);
    op_fixture_free(&f);
    f = logits(1, 4, (const double[]){500, 500, 500, 500});
    f.targets[0] = 2;
    op_fixture_forward(&f);
    assert_close(f.y[0], log(4), 2e-14 + ROUNDING); /* 500 + log 4 - 500 in double, stored once */
    op_fixture_free(&f);
}

static void loss_is_the_mean_and_gradient_is_p_minus_onehot_over_n(void **state) {
    (void)state;
    static const double z[6] = {1, 2, 3, 0.5, -1, 0};
    OpFixture f = logits(2, 3, z);
    f.targets[0] = 0, f.targets[1] = 2;
    reference_check(&f, 2 * ROUNDING);
    op_fixture_free(&f);
}

/* Two classes with p = 1/4 and 3/4, the first one asked for, e = 0.2: the target becomes (0.9, 0.1).
 *   loss = -0.9 log 1/4 - 0.1 log 3/4      dz = p - target = (-0.65, 0.65) */
static void label_smoothing_gives_every_class_its_share_of_the_target(void **state) {
    (void)state;
    OpFixture f = logits(1, 2, (const double[]){0, log(3)});
    f.run.label_smoothing = 0.2;
    f.targets[0] = 0;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_close(f.y[0], -0.9 * log(0.25) - 0.1 * log(0.75), 2 * ROUNDING);
    assert_close(f.run.dx[0][0], -0.65, ROUNDING);
    assert_close(f.run.dx[0][1], 0.65, ROUNDING);
    op_fixture_free(&f);
}

/* 1 - p is 1e-13: a float difference of p and 1 would be 0. */
static void a_confident_network_still_has_a_gradient(void **state) {
    (void)state;
    OpFixture f = logits(1, 2, (const double[]){30, 0});
    f.targets[0] = 0;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_close(f.run.dx[0][0] / -exp(-30), 1, 1e-2); /* 1 - p in double: 1e-16 of 1e-13 */
    op_fixture_free(&f);
}

static void an_open_target_becomes_the_first_largest_class(void **state) {
    (void)state;
    OpFixture f = logits(2, 4, (const double[]){1, 5, 5, 2, -3, -4, -2, -2});
    f.targets[0] = f.targets[1] = -1;
    op_fixture_forward(&f);
    assert_int_equal(f.targets[0], 1);
    assert_int_equal(f.targets[1], 2);
    op_fixture_free(&f);
}

static void nan_is_predicted_before_any_number_and_makes_the_loss_nan(void **state) {
    (void)state;
    OpFixture f = logits(1, 4, (const double[]){1, 5, NAN, NAN});
    f.targets[0] = -1;
    op_fixture_forward(&f);
    assert_int_equal(f.targets[0], 2);
    assert_true(isnan(f.y[0]));
    op_fixture_free(&f);
}

static void infinite_logits_give_nan_as_in_pytorch(void **state) {
    (void)state;
    OpFixture f = logits(1, 3, (const double[]){INFINITY, 0, 0});
    f.targets[0] = 1;
    op_fixture_forward(&f);
    assert_true(isnan(probabilities(&f)[0]));
    op_fixture_free(&f);
    f = logits(1, 2, (const double[]){-INFINITY, -INFINITY});
    f.targets[0] = 0;
    op_fixture_forward(&f);
    assert_true(isnan(probabilities(&f)[0]) && isnan(f.y[0]));
    op_fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hopeless_target_costs_exactly_its_distance_and_never_overflows),
        cmocka_unit_test(large_equal_logits_give_the_log_of_the_number_of_classes),
        cmocka_unit_test(loss_is_the_mean_and_gradient_is_p_minus_onehot_over_n),
        cmocka_unit_test(label_smoothing_gives_every_class_its_share_of_the_target),
        cmocka_unit_test(a_confident_network_still_has_a_gradient),
        cmocka_unit_test(an_open_target_becomes_the_first_largest_class),
        cmocka_unit_test(nan_is_predicted_before_any_number_and_makes_the_loss_nan),
        cmocka_unit_test(infinite_logits_give_nan_as_in_pytorch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
