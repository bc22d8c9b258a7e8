/* The corners of float arithmetic, where the operators must do as PyTorch does: NaN, infinities, signed zero,
 * ties, extreme logits, statistics of nearly constant channels. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "core/gemm.h"
#include "core/optim.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/op_fixture.h"

/* One rounding of a result near 1. */
static const double ROUNDING = sizeof(real) == sizeof(double) ? 1e-15 : 2e-7;

static OpFixture fixture_of(Op op, Shape x, int batch) {
    return op_fixture_new(&(OpFixtureConfig){.op = op, .x = {x}, .batch = batch});
}

/* 64 values, so that vectors and their remainders see each case. */
static void relu_lets_nan_through_in_both_directions(void **state) {
    (void)state;
    OpFixture f = fixture_of((Op){.kind = OP_RELU}, (Shape){1, 67, 1, 1}, 1);
    for (int at = 0; at < 67; at++) {
        for (int j = 0; j < 67; j++) f.x[0][j] = j == at ? (real)NAN : (real)(j % 2 ? 1 : -1);
        op_fixture_forward(&f);
        op_fixture_backward(&f);
        for (int j = 0; j < 67; j++) {
            if (j != at) assert_close(f.y[j], j % 2 ? 1 : 0, 0);
            assert_int_equal(isnan(f.y[j]), j == at);
            assert_close(f.run.dx[0][j], j == at || j % 2 ? f.dy[j] : 0, 0);
        }
    }
    op_fixture_free(&f);
}

static void relu_keeps_minus_zero_and_infinity(void **state) {
    (void)state;
    OpFixture f = fixture_of((Op){.kind = OP_RELU}, (Shape){1, 5, 1, 1}, 1);
    const real x[] = {(real)-0.0, 0, (real)INFINITY, (real)-INFINITY, -DBL_MIN};
    memcpy(f.x[0], x, sizeof x);
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_true(f.y[0] == 0 && signbit(f.y[0]));
    assert_true(f.y[1] == 0 && !signbit(f.y[1]));
    assert_true(isinf(f.y[2]) && f.y[2] > 0);
    assert_true(f.y[3] == 0 && f.y[4] == 0);
    /* at 0 the derivative is 0 */
    assert_close(f.run.dx[0][0], 0, 0);
    assert_close(f.run.dx[0][1], 0, 0);
    assert_close(f.run.dx[0][2], f.dy[2], 0);
    assert_close(f.run.dx[0][3], 0, 0);
    op_fixture_free(&f);
}

static Op pool_3x3(void) {
    return (Op){.kind = OP_MAX_POOL, .kernel_h = 3, .kernel_w = 3, .stride = 2, .pad = 1};
}

/* One window that is the whole 3x3 picture. */
static OpFixture one_window(void) {
    Op op = {.kind = OP_MAX_POOL, .kernel_h = 3, .kernel_w = 3, .stride = 1};
    return fixture_of(op, (Shape){1, 1, 3, 3}, 1);
}

static void max_pool_gives_a_tie_to_the_first(void **state) {
    (void)state;
    OpFixture f = one_window();
    const real x[] = {1, 2, 5, 3, 5, 5, 0, 5, 1};
    memcpy(f.x[0], x, sizeof x);
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_close(f.y[0], 5, 0);
    assert_int_equal(((const int *)f.run.saved)[0], 2);
    for (int j = 0; j < 9; j++) assert_close(f.run.dx[0][j], j == 2 ? f.dy[0] : 0, 0);
    op_fixture_free(&f);
}

static void max_pool_gives_minus_zero_and_zero_to_the_first(void **state) {
    (void)state;
    OpFixture f = one_window();
    for (int j = 0; j < 9; j++) f.x[0][j] = j % 2 ? 0 : (real)-0.0;
    op_fixture_forward(&f);
    assert_true(f.y[0] == 0 && signbit(f.y[0]));
    assert_int_equal(((const int *)f.run.saved)[0], 0);
    op_fixture_free(&f);
}

static void the_last_nan_wins_a_window(void **state) {
    (void)state;
    OpFixture f = one_window();
    const real x[] = {1, (real)NAN, 5, (real)INFINITY, (real)NAN, 9, 0, 5, 1};
    memcpy(f.x[0], x, sizeof x);
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_true(isnan(f.y[0]));
    assert_int_equal(((const int *)f.run.saved)[0], 4);
    for (int j = 0; j < 9; j++) assert_close(f.run.dx[0][j], j == 4 ? f.dy[0] : 0, 0);
    op_fixture_free(&f);
}

static void padding_never_wins_a_window(void **state) {
    (void)state;
    OpFixture f = fixture_of(pool_3x3(), (Shape){1, 3, 7, 7}, 2);
    for (size_t j = 0; j < f.x_count[0]; j++) f.x[0][j] = (real)-INFINITY;
    f.x[0][0] = -5;
    op_fixture_forward(&f);
    assert_close(f.y[0], -5, 0);
    for (size_t j = 1; j < f.y_count; j++) assert_true(isinf(f.y[j]) && f.y[j] < 0);
    for (size_t j = 0; j < f.y_count; j++) assert_in_range(((const int *)f.run.saved)[j], 0, 8);
    op_fixture_free(&f);
}

static OpFixture loss_of(const real *z, int classes, int target) {
    OpFixture f = fixture_of((Op){.kind = OP_CROSS_ENTROPY}, (Shape){1, classes, 1, 1}, 1);
    memcpy(f.x[0], z, (size_t)classes * sizeof *z);
    f.targets[0] = target;
    f.dy[0] = 1;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    return f;
}

static void a_confident_mistake_has_a_finite_loss(void **state) {
    (void)state;
    const real z[] = {1000, 0};
    OpFixture wrong = loss_of(z, 2, 1), right = loss_of(z, 2, 0);
    assert_close(wrong.y[0], 1000, 0);
    assert_close(wrong.run.dx[0][0], 1, 0);
    assert_close(wrong.run.dx[0][1], -1, 0);
    assert_close(right.y[0], 0, 0);
    assert_close(right.run.dx[0][0], 0, 0);
    op_fixture_free(&wrong);
    op_fixture_free(&right);
}

static void large_logits_neither_overflow_nor_vanish(void **state) {
    (void)state;
    const real high[] = {(real)1e30, (real)1e30}, low[] = {-1000, -1000, -1000, -1000};
    OpFixture a = loss_of(high, 2, 0), b = loss_of(low, 4, 3);
    assert_true(isfinite(a.y[0]));
    assert_close(a.run.dx[0][0], -0.5, 0);
    /* 1000 and 1.39 are added before -1000 takes the former away again, in double */
    assert_close(b.y[0], log(4), ROUNDING + 1e-12);
    assert_close(b.run.dx[0][3], -0.75, 0);
    op_fixture_free(&a);
    op_fixture_free(&b);
}

static void the_loss_is_the_mean_over_the_batch(void **state) {
    (void)state;
    OpFixture f = fixture_of((Op){.kind = OP_CROSS_ENTROPY}, (Shape){1, 3, 1, 1}, 2);
    const real z[] = {0, 0, 0, (real)1.5, (real)0.5, -1};
    memcpy(f.x[0], z, sizeof z);
    f.targets[0] = 2, f.targets[1] = 1, f.dy[0] = 1;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    double sum = exp(1.5) + exp(0.5) + exp(-1);
    assert_close(f.y[0], (log(3) + log(sum) - 0.5) / 2, ROUNDING);
    assert_close(f.run.dx[0][0], 1.0 / 6, ROUNDING);
    assert_close(f.run.dx[0][2], -1.0 / 3, ROUNDING);
    assert_close(f.run.dx[0][4], (exp(0.5) / sum - 1) / 2, ROUNDING);
    op_fixture_free(&f);
}

static void a_broken_logit_shows_in_the_loss(void **state) {
    (void)state;
    const real z[] = {1, (real)NAN, 2};
    OpFixture f = loss_of(z, 3, 0);
    assert_true(isnan(f.y[0]));
    op_fixture_free(&f);
    OpFixture predicted = loss_of(z, 3, -1);
    assert_int_equal(predicted.targets[0], 1); /* NaN counts as largest */
    op_fixture_free(&predicted);
}

static void a_tie_is_predicted_as_the_first_class(void **state) {
    (void)state;
    const real z[] = {1, 3, 3, 2};
    OpFixture f = loss_of(z, 4, -1);
    assert_int_equal(f.targets[0], 1);
    op_fixture_free(&f);
}

static OpFixture norm_of(Shape x, int batch, bool training) {
    return op_fixture_new(&(OpFixtureConfig){
        .op = {.kind = OP_BATCH_NORM}, .x = {x}, .batch = batch, .batch_statistics = training});
}

static void a_running_variance_of_zero_is_held_by_epsilon(void **state) {
    (void)state;
    OpFixture f = norm_of((Shape){1, 1, 1, 2}, 1, false);
    f.w[0][0] = 1, f.w[1][0] = 0, f.w[2][0] = 2, f.w[3][0] = 0;
    f.x[0][0] = 3, f.x[0][1] = 2;
    op_fixture_forward(&f);
    assert_close(f.y[0], 1 / sqrt(1e-5), 316.3 * ROUNDING);
    assert_close(f.y[1], 0, 0);
    op_fixture_free(&f);
}

static void a_constant_channel_becomes_beta_in_training(void **state) {
    (void)state;
    OpFixture f = norm_of((Shape){1, 3, 5, 5}, 2, true);
    for (size_t j = 0; j < f.x_count[0]; j++) f.x[0][j] = (real)(j % 3 == 0 ? 1e6 : j % 3 == 1 ? 0 : -0.1);
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    for (size_t j = 0; j < f.y_count; j++) {
        assert_close(f.y[j], f.w[1][j % 3], 0);
        assert_true(isfinite(f.run.dx[0][j]));
    }
    op_fixture_free(&f);
}

/* Values 0 .. 5 around an offset: mean offset + 2.5, biased variance 35/12, unbiased 3.5. */
static void training_normalises_by_the_biased_variance(void **state) {
    (void)state;
    static const double offsets[] = {0, 1000};
    for (int k = 0; k < 2; k++) {
        OpFixture f = norm_of((Shape){1, 1, 1, 3}, 2, true);
        f.w[0][0] = 1, f.w[1][0] = 0;
        for (int j = 0; j < 6; j++) f.x[0][j] = (real)(offsets[k] + j);
        op_fixture_forward(&f);
        const real *saved = f.run.saved;
        assert_close(saved[0], offsets[k] + 2.5, 0);
        assert_close(saved[1], 35.0 / 12, 3 * ROUNDING);
        for (int j = 0; j < 6; j++) assert_close(f.y[j], (j - 2.5) / sqrt(35.0 / 12 + 1e-5), 4 * ROUNDING);
        op_fixture_free(&f);
    }
}

static void one_nan_breaks_its_channel_only(void **state) {
    (void)state;
    OpFixture f = norm_of((Shape){1, 2, 4, 4}, 1, true);
    f.x[0][6] = (real)NAN;
    op_fixture_forward(&f);
    for (size_t j = 0; j < f.y_count; j++) assert_int_equal(isnan(f.y[j]), j % 2 == 0);
    op_fixture_free(&f);
}

/* A spread of 1 around a million, of many values: the variance must not cancel. */
static void the_variance_of_a_far_off_channel_survives(void **state) {
    (void)state;
    OpFixture f = norm_of((Shape){1, 1, 64, 64}, 4, true);
    for (size_t j = 0; j < f.x_count[0]; j++) f.x[0][j] = (real)(1e6 + (double)(j % 2));
    op_fixture_forward(&f);
    const real *saved = f.run.saved;
    assert_close(saved[1], 0.25, ROUNDING);
    op_fixture_free(&f);
}

/* The pass itself leaves the running statistics alone; committing moves them by a tenth, towards the mean and
 * the unbiased variance. */
static void running_statistics_move_towards_the_unbiased_variance(void **state) {
    (void)state;
    Network *network = fixture_network(&(ResnetConfig){.arch = "resnet8"}, 1);
    Pass *pass = fixture_pass(network, &(PassConfig){.batch = 2, .batch_statistics = true}, 1);
    int op = network_find_op(network, "layer3.0.bn2");
    real *mean = network_values(network, network_find_param(network, "layer3.0.bn2.running_mean"));
    real *var = network_values(network, network_find_param(network, "layer3.0.bn2.running_var"));
    real *gamma = network_values(network, network_find_param(network, "layer3.0.bn2.weight"));
    const double old_mean = (double)mean[5], old_var = (double)var[5], old_gamma = (double)gamma[5];
    pass_run_forward(pass);
    assert_close(var[5], old_var, 0);
    Tensor x = pass_act(pass, op - 1);
    double sum = 0, square = 0, count = 2 * 8 * 8;
    for (size_t j = 5; j < shape_count(x.shape); j += 64) sum += (double)x.data[j];
    for (size_t j = 5; j < shape_count(x.shape); j += 64) square += pow((double)x.data[j] - sum / count, 2);
    optim_commit_statistics(network, pass);
    /* the batch's moments are sums in float of 64 terms each: a few roundings */
    assert_close(mean[5], 0.9 * old_mean + 0.1 * sum / count, 8 * ROUNDING);
    assert_close(var[5], 0.9 * old_var + 0.1 * square / (count - 1), 8 * ROUNDING * (1 + square / count));
    assert_true(fabs(square / (count - 1) - square / count) > 100 * ROUNDING);
    assert_close(gamma[5], old_gamma, 0);
    pass_free(pass);
    network_free(network);
}

static void shortcut_a_and_pooling_pass_nan_on(void **state) {
    (void)state;
    OpFixture a = fixture_of((Op){.kind = OP_SHORTCUT_A, .channels = 4, .stride = 2}, (Shape){1, 2, 4, 4}, 1);
    OpFixture mean = fixture_of((Op){.kind = OP_AVG_POOL}, (Shape){1, 2, 4, 4}, 1);
    a.x[0][0] = mean.x[0][0] = (real)NAN;
    op_fixture_forward(&a);
    op_fixture_forward(&mean);
    assert_true(isnan(a.y[1]));
    assert_close(a.y[0], 0, 0);
    assert_close(a.y[3], 0, 0);
    assert_true(isnan(mean.y[0]) && !isnan(mean.y[1]));
    op_fixture_free(&a);
    op_fixture_free(&mean);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relu_lets_nan_through_in_both_directions),
        cmocka_unit_test(relu_keeps_minus_zero_and_infinity),
        cmocka_unit_test(max_pool_gives_a_tie_to_the_first),
        cmocka_unit_test(max_pool_gives_minus_zero_and_zero_to_the_first),
        cmocka_unit_test(the_last_nan_wins_a_window),
        cmocka_unit_test(padding_never_wins_a_window),
        cmocka_unit_test(a_confident_mistake_has_a_finite_loss),
        cmocka_unit_test(large_logits_neither_overflow_nor_vanish),
        cmocka_unit_test(the_loss_is_the_mean_over_the_batch),
        cmocka_unit_test(a_broken_logit_shows_in_the_loss),
        cmocka_unit_test(a_tie_is_predicted_as_the_first_class),
        cmocka_unit_test(a_running_variance_of_zero_is_held_by_epsilon),
        cmocka_unit_test(a_constant_channel_becomes_beta_in_training),
        cmocka_unit_test(training_normalises_by_the_biased_variance),
        cmocka_unit_test(one_nan_breaks_its_channel_only),
        cmocka_unit_test(the_variance_of_a_far_off_channel_survives),
        cmocka_unit_test(running_statistics_move_towards_the_unbiased_variance),
        cmocka_unit_test(shortcut_a_and_pooling_pass_nan_on),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
