#include <math.h>

#include "tests/support/assert_close.h"
#include "tests/support/op_fixture.h"

static OpFixture pair(const AddGates *gates, bool adds) {
    return op_fixture_new(&(OpFixtureConfig){
        .op = {.kind = OP_ADD}, .x = {{1, 2, 3, 3}, {1, 2, 3, 3}}, .gates = gates, .dx_adds = adds});
}

static void add_gives_the_sum_and_hands_the_gradient_to_both(void **state) {
    (void)state;
    OpFixture f = pair(NULL, false);
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    for (size_t j = 0; j < f.y_count; j++) {
        assert_close(f.y[j], f.x[0][j] + f.x[1][j], 0);
        assert_close(f.run.dx[0][j], f.dy[j], 0);
        assert_close(f.run.dx[1][j], f.dy[j], 0);
    }
    op_fixture_free(&f);
}

static void without_the_skip_only_the_branch_counts(void **state) {
    (void)state;
    const AddGates plain = {.branch_forward = true, .branch_backward = true};
    OpFixture f = pair(&plain, false);
    f.x[1][0] = (real)NAN; /* a closed gate lets nothing through, not even this */
    f.run.dx[1][0] = 7;
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    for (size_t j = 0; j < f.y_count; j++) {
        assert_close(f.y[j], f.x[0][j], 0);
        assert_close(f.run.dx[0][j], f.dy[j], 0);
        assert_close(f.run.dx[1][j], 0, 0);
    }
    op_fixture_free(&f);
}

static void cut_keeps_the_sum_and_drops_the_skips_gradient(void **state) {
    (void)state;
    const AddGates cut = {.branch_forward = true, .skip_forward = true, .branch_backward = true};
    OpFixture f = pair(&cut, false);
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    for (size_t j = 0; j < f.y_count; j++) {
        assert_close(f.y[j], f.x[0][j] + f.x[1][j], 0);
        assert_close(f.run.dx[1][j], 0, 0);
    }
    op_fixture_free(&f);
}

static void a_lesion_keeps_only_the_skip(void **state) {
    (void)state;
    const AddGates lesion = {.skip_forward = true, .skip_backward = true};
    OpFixture f = pair(&lesion, false);
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    for (size_t j = 0; j < f.y_count; j++) {
        assert_close(f.y[j], f.x[1][j], 0);
        assert_close(f.run.dx[0][j], 0, 0);
        assert_close(f.run.dx[1][j], f.dy[j], 0);
    }
    op_fixture_free(&f);
}

static void a_closed_gate_leaves_an_accumulated_gradient_alone(void **state) {
    (void)state;
    const AddGates plain = {.branch_forward = true, .branch_backward = true};
    OpFixture f = pair(&plain, true);
    real skip = f.run.dx[1][4], branch = f.run.dx[0][4];
    op_fixture_forward(&f);
    op_fixture_backward(&f);
    assert_close(f.run.dx[1][4], skip, 0);
    assert_close(f.run.dx[0][4], branch + f.dy[4], 0);
    op_fixture_free(&f);
}

/* Stochastic depth: each of the four numbers is rounded once or twice, and so is the expected one. */
static void a_scaled_branch_counts_that_often_in_both_directions(void **state) {
    (void)state;
    const AddGates scaled = {true, true, true, true, (real)1.25};
    for (int adds = 0; adds < 2; adds++) {
        OpFixture f = pair(&scaled, adds);
        real before[2] = {f.run.dx[0][4], f.run.dx[1][4]};
        op_fixture_forward(&f);
        op_fixture_backward(&f);
        for (size_t j = 0; j < f.y_count; j++)
            assert_close(f.y[j], (real)((real)1.25 * f.x[0][j]) + f.x[1][j], 0);
        real branch = (real)1.25 * f.dy[4];
        assert_close(f.run.dx[0][4], adds ? branch + before[0] : branch, 0);
        assert_close(f.run.dx[1][4], adds ? f.dy[4] + before[1] : f.dy[4], 0);
        op_fixture_free(&f);
    }
}

static void different_shapes_are_refused_with_both_named(void **state) {
    (void)state;
    Error err = {0};
    const Shape x[2] = {{1, 32, 16, 16}, {1, 16, 32, 32}};
    Op op = {.kind = OP_ADD, .name = "layer2.0.add"};
    assert_false(op_spec(OP_ADD)->shape(&op, x, &err));
    assert_string_equal(err.text, "layer2.0.add: the branch is 32x16x16 but the shortcut 16x32x32");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add_gives_the_sum_and_hands_the_gradient_to_both),
        cmocka_unit_test(without_the_skip_only_the_branch_counts),
        cmocka_unit_test(cut_keeps_the_sum_and_drops_the_skips_gradient),
        cmocka_unit_test(a_lesion_keeps_only_the_skip),
        cmocka_unit_test(a_closed_gate_leaves_an_accumulated_gradient_alone),
        cmocka_unit_test(a_scaled_branch_counts_that_often_in_both_directions),
        cmocka_unit_test(different_shapes_are_refused_with_both_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
