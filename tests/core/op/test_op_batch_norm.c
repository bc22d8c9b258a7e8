#include <math.h>

#include "tests/support/assert_close.h"
#include "tests/support/reference_check.h"

enum { GAMMA, BETA, MEAN, VAR };

/* A rounding or two of values of a few units. */
static const double ROUNDING = sizeof(real) == sizeof(double) ? 1e-14 : 1e-6;

static OpFixture norm(Shape x, int batch, bool batch_statistics) {
    return op_fixture_new(&(OpFixtureConfig){
        .op = {.kind = OP_BATCH_NORM}, .x = {x}, .batch = batch, .batch_statistics = batch_statistics});
}

static const real *saved(const OpFixture *f, int which) {
    return (const real *)f->run.saved + (size_t)which * (size_t)f->op.in.c;
}

static void training_uses_the_biased_variance_of_the_batch(void **state) {
    (void)state;
    OpFixture f = norm((Shape){1, 1, 1, 2}, 2, true);
    static const double x[4] = {1, 2, 3, 6};
    for (int j = 0; j < 4; j++) f.x[0][j] = (real)x[j];
    f.w[GAMMA][0] = 2, f.w[BETA][0] = 10;
    op_fixture_forward(&f);
    for (int j = 0; j < 4; j++) /* mean 3, variance (4+1+0+9)/4 */
        assert_close(f.y[j], 2 * (x[j] - 3) / sqrt(3.5 + 1e-5) + 10, 10 * ROUNDING);
    assert_close(saved(&f, 0)[0], 3, ROUNDING);
    assert_close(saved(&f, 1)[0], 3.5, 4 * ROUNDING);
    assert_close(saved(&f, 2)[0], 1 / sqrt(3.5 + 1e-5), ROUNDING);
    op_fixture_free(&f);
}

static void neither_mode_writes_the_running_statistics(void **state) {
    (void)state;
    for (int training = 0; training < 2; training++) {
        OpFixture f = norm((Shape){1, 2, 3, 3}, 1, training == 1);
        real mean = f.w[MEAN][1], var = f.w[VAR][1];
        op_fixture_forward(&f);
        op_fixture_backward(&f);
        assert_close(f.w[MEAN][1], mean, 0);
        assert_close(f.w[VAR][1], var, 0);
        op_fixture_free(&f);
    }
}

static void evaluation_with_running_variance_zero_divides_by_the_root_of_epsilon(void **state) {
    (void)state;
    OpFixture f = norm((Shape){1, 1, 1, 1}, 1, false);
    f.x[0][0] = 1, f.w[MEAN][0] = 0, f.w[VAR][0] = 0, f.w[GAMMA][0] = 1, f.w[BETA][0] = 0;
    op_fixture_forward(&f);
    assert_close(f.y[0], 316.227766016838, 316 * ROUNDING);
    op_fixture_free(&f);
}

static void a_constant_channel_in_training_becomes_beta(void **state) {
    (void)state;
    OpFixture f = norm((Shape){1, 2, 20, 20}, 2, true);
    for (size_t j = 0; j < f.x_count[0]; j += 2) f.x[0][j] = (real)123456.7;
    op_fixture_forward(&f);
    for (size_t j = 0; j < f.y_count; j += 2) assert_close(f.y[j], f.w[BETA][0], 0);
    assert_close(saved(&f, 1)[0], 0, 0);
    op_fixture_free(&f);
}

/* The textbook E[x^2] - E[x]^2 would lose every digit of a float here. */
static void a_mean_far_from_zero_costs_no_digits_of_the_variance(void **state) {
    (void)state;
    OpFixture f = norm((Shape){1, 1, 100, 100}, 1, true);
    double sum = 0, square = 0;
    for (int j = 0; j < 10000; j++) f.x[0][j] += 8192;
    for (int j = 0; j < 10000; j++) sum += (double)f.x[0][j];
    for (int j = 0; j < 10000; j++) square += pow((double)f.x[0][j] - sum / 10000, 2);
    op_fixture_forward(&f);
    assert_close(saved(&f, 0)[0], sum / 10000, 8192 * ROUNDING);
    assert_close(saved(&f, 1)[0], square / 10000, 5 * ROUNDING); /* 10000 squares, summed in blocks */
    op_fixture_free(&f);
}

/* The pixel that serves as the origin of the sums is the worst possible one. */
static void an_outlier_in_the_first_pixel_is_survived(void **state) {
    (void)state;
    OpFixture f = norm((Shape){1, 1, 100, 100}, 1, true);
    f.x[0][0] = 1000;
    double sum = 0, square = 0;
    for (int j = 0; j < 10000; j++) sum += (double)f.x[0][j];
    for (int j = 0; j < 10000; j++) square += pow((double)f.x[0][j] - sum / 10000, 2);
    op_fixture_forward(&f);
    /* Squares of 1000 against a variance of 100: four digits of the seven remain. */
    assert_close(saved(&f, 1)[0] / (square / 10000), 1, 1e4 * ROUNDING);
    op_fixture_free(&f);
}

static void nan_stays_in_its_channel(void **state) {
    (void)state;
    OpFixture f = norm((Shape){1, 3, 40, 10}, 2, true);
    f.x[0][7 * 3 + 1] = (real)NAN;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    for (size_t j = 0; j < f.y_count; j++) {
        assert_int_equal(isnan(f.y[j]) != 0, j % 3 == 1);
        assert_int_equal(isnan(f.run.dx[0][j]) != 0, j % 3 == 1);
    }
    op_fixture_free(&f);
}

/* Adding a constant to a channel or scaling it changes nothing downstream, so dx is orthogonal to both. */
static void gradient_in_training_is_orthogonal_to_shifts_and_scalings(void **state) {
    (void)state;
    OpFixture f = norm((Shape){1, 2, 15, 15}, 2, true);
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    double shift[2] = {0}, scaling[2] = {0};
    for (size_t j = 0; j < f.x_count[0]; j++) {
        shift[j % 2] += (double)f.run.dx[0][j];
        scaling[j % 2] += (double)f.run.dx[0][j] * ((double)f.x[0][j] - (double)saved(&f, 0)[j % 2]);
    }
    for (int c = 0; c < 2; c++) {
        assert_close(shift[c], 0, 450 * ROUNDING); /* 450 terms of about 1 */
        assert_close(scaling[c], 0, 450 * 2e-5);   /* epsilon in the root breaks the symmetry by 1e-5/var */
    }
    op_fixture_free(&f);
}

static void parameter_gradients_are_sums_over_batch_and_place(void **state) {
    (void)state;
    OpFixture f = norm((Shape){1, 2, 9, 8}, 3, false);
    reference_check(&f, 2 * ROUNDING); /* of sums of 216 terms below 2 */
    op_fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_uses_the_biased_variance_of_the_batch),
        cmocka_unit_test(neither_mode_writes_the_running_statistics),
        cmocka_unit_test(evaluation_with_running_variance_zero_divides_by_the_root_of_epsilon),
        cmocka_unit_test(a_constant_channel_in_training_becomes_beta),
        cmocka_unit_test(a_mean_far_from_zero_costs_no_digits_of_the_variance),
        cmocka_unit_test(an_outlier_in_the_first_pixel_is_survived),
        cmocka_unit_test(nan_stays_in_its_channel),
        cmocka_unit_test(gradient_in_training_is_orthogonal_to_shifts_and_scalings),
        cmocka_unit_test(parameter_gradients_are_sums_over_batch_and_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
