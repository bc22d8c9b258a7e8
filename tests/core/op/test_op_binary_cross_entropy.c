#include <math.h>

#include "tests/support/assert_close.h"
#include "tests/support/reference_check.h"

static const double ROUNDING = sizeof(real) == sizeof(double) ? 1e-15 : 1e-7;

static OpFixture scores(int batch, const double *z, int target) {
    OpFixture f = op_fixture_new(
        &(OpFixtureConfig){.op = {.kind = OP_BINARY_CROSS_ENTROPY}, .x = {{1, 1, 1, 1}}, .batch = batch});
    for (int n = 0; n < batch; n++) {
        f.x[0][n] = (real)z[n];
        f.targets[n] = target;
    }
    f.dy[0] = 1;
    return f;
}

static const double *probabilities(const OpFixture *f) {
    return f->run.saved;
}

/* torch.nn.functional.binary_cross_entropy_with_logits in double: of 1.5 with 1 and with 0, of -0.25 with 1. */
static void losses_are_pytorchs(void **state) {
    (void)state;
    static const double z[] = {1.5, 1.5, -0.25},
                        wanted[] = {0.2014132779827524, 1.7014132779827524, 0.8259394198788435};
    static const int targets[] = {0, 1, 0};
    for (int k = 0; k < 3; k++) {
        OpFixture f = scores(1, &z[k], targets[k]);
        op_fixture_forward(&f);
        assert_close(f.y[0], wanted[k], 2 * ROUNDING);
        op_fixture_free(&f);
    }
}

static void both_probabilities_are_kept_and_add_up_to_one(void **state) {
    (void)state;
    OpFixture f = scores(1, (const double[]){-2}, 0);
    op_fixture_forward(&f);
    assert_close(probabilities(&f)[0], 1 / (1 + exp(2)), 1e-15); /* doubles near 1 */
    assert_close(probabilities(&f)[0] + probabilities(&f)[1], 1, 1e-15);
    op_fixture_free(&f);
}

static void loss_and_gradient_are_means_over_the_batch(void **state) {
    (void)state;
    OpFixture f = scores(3, (const double[]){1, -2, 0.5}, 0);
    f.targets[1] = 1;
    reference_check(&f, 2 * ROUNDING);
    op_fixture_free(&f);
}

static void large_scores_neither_overflow_nor_lose_their_gradient(void **state) {
    (void)state;
    OpFixture f = scores(1, (const double[]){1000}, 1);
    op_fixture_forward(&f);
    assert_close(f.y[0], 1000, 0);
    op_fixture_free(&f);
    f = scores(1, (const double[]){30}, 0);
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_close(f.run.dx[0][0] / -exp(-30), 1, 1e-6); /* exp(-30) beside 1, and a float */
    op_fixture_free(&f);
}

static void an_open_target_is_the_more_probable_answer(void **state) {
    (void)state;
    OpFixture f = scores(2, (const double[]){0.1, -0.1}, -1);
    op_fixture_forward(&f);
    assert_int_equal(f.targets[0], 0);
    assert_int_equal(f.targets[1], 1);
    op_fixture_free(&f);
}

static void a_score_that_is_no_number_makes_no_probability(void **state) {
    (void)state;
    OpFixture f = scores(1, (const double[]){NAN}, -1);
    op_fixture_forward(&f);
    assert_true(isnan(f.y[0]) && isnan(probabilities(&f)[0]) && isnan(probabilities(&f)[1]));
    op_fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_are_pytorchs),
        cmocka_unit_test(both_probabilities_are_kept_and_add_up_to_one),
        cmocka_unit_test(loss_and_gradient_are_means_over_the_batch),
        cmocka_unit_test(large_scores_neither_overflow_nor_lose_their_gradient),
        cmocka_unit_test(an_open_target_is_the_more_probable_answer),
        cmocka_unit_test(a_score_that_is_no_number_makes_no_probability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
