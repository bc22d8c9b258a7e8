/* The two routes of a block: their gradients kept apart, and each taken away. */
#include <math.h>

#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

static void a_junction_is_exactly_the_sum_of_its_routes(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    Pass *pass = pass_check_run(network, (PassConfig){.batch = 2});
    for (int b = 0; b < network->block_count; b++) {
        Tensor total = pass_grad(pass, network->blocks[b].input);
        size_t count = shape_count(total.shape);
        const real *skip = pass_route_grad(pass, b, ROUTE_SKIP).data;
        const real *branch = pass_route_grad(pass, b, ROUTE_BRANCH).data;
        for (size_t j = 0; j < count; j++) assert_close(total.data[j], skip[j] + branch[j], 0);
        Junction junction = pass_junction(pass, b);
        double dot = tensor_dot(skip, branch, count);
        assert_close(junction.in_l2, pass_grad_stats(pass, network->blocks[b].input).l2, 0);
        assert_close(junction.out_l2, pass_grad_stats(pass, network->blocks[b].output).l2, 0);
        /* |a+b|^2 = |a|^2 + |b|^2 + 2 a.b, up to the rounding of each sum to `real` */
        assert_close(pow(junction.in_l2, 2), pow(junction.skip_l2, 2) + pow(junction.branch_l2, 2) + 2 * dot,
                     1e-6 * pow(junction.in_l2, 2));
        assert_close(junction.cosine, dot / (junction.skip_l2 * junction.branch_l2), 1e-12);
    }
    pass_free(pass);
    network_free(network);
}

static void identity_route_is_the_gradient_behind_the_addition(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    Pass *pass = pass_check_run(network, (PassConfig){0});
    const Block *block = &network->blocks[1];
    Tensor add = pass_grad(pass, block->add);
    pass_check_bits(pass_route_grad(pass, 1, ROUTE_SKIP).data, add.data, shape_count(add.shape),
                    "skip route");
    pass_free(pass);
    network_free(network);
}

static bool is_zero(Tensor tensor) {
    return tensor_stats(tensor.data, shape_count(tensor.shape)).zeros == shape_count(tensor.shape);
}

static void plain_removes_the_skip_in_both_directions(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    Pass *pass = pass_check_run(network, (PassConfig){.skip = SKIP_PLAIN});
    for (int b = 0; b < network->block_count; b++) {
        const Block *block = &network->blocks[b];
        Tensor branch = pass_act(pass, block->branch_last);
        pass_check_bits(pass_act(pass, block->add).data, branch.data, shape_count(branch.shape), "y = F(x)");
        assert_true(is_zero(pass_route_grad(pass, b, ROUTE_SKIP)));
        assert_close(pass_junction(pass, b).skip_l2, 0, 0);
        assert_true(isnan(pass_junction(pass, b).cosine));
        assert_true(pass_junction(pass, b).branch_l2 > 0);
    }
    pass_free(pass);
    network_free(network);
}

static void cut_changes_no_activation_and_drops_only_the_skips_gradient(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    Pass *full = pass_check_run(network, (PassConfig){0}),
         *cut = pass_check_run(network, (PassConfig){.skip = SKIP_CUT});
    for (int i = 0; i < network->op_count; i++) {
        Tensor act = pass_act(full, i);
        pass_check_bits(act.data, pass_act(cut, i).data, shape_count(act.shape), network->ops[i].name);
    }
    for (int b = 0; b < network->block_count; b++) {
        assert_true(is_zero(pass_route_grad(cut, b, ROUTE_SKIP)));
        assert_true(pass_junction(cut, b).branch_l2 > 0);
    }
    /* Above the last addition nothing has been cut yet. */
    Tensor grad = pass_grad(full, network->blocks[8].add);
    pass_check_bits(grad.data, pass_grad(cut, network->blocks[8].add).data, shape_count(grad.shape),
                    "last add");
    pass_free(full);
    pass_free(cut);
    network_free(network);
}

static void lesion_silences_the_branch_of_the_chosen_block_only(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'A');
    bool lesioned[9] = {false, true};
    Pass *pass = fixture_pass(network, &(PassConfig){.skip = SKIP_LESION, .lesioned = lesioned}, 0);
    lesioned[1] = false; /* the flags were copied */
    pass_run_forward(pass);
    pass_run_backward(pass);
    const Block *block = &network->blocks[1];
    Tensor x = pass_act(pass, block->input);
    pass_check_bits(pass_act(pass, block->add).data, x.data, shape_count(x.shape), "y = x");
    assert_true(is_zero(pass_route_grad(pass, 1, ROUTE_BRANCH)));
    assert_true(is_zero(pass_grad(pass, block->branch_first)));
    assert_true(pass_junction(pass, 0).branch_l2 > 0 && pass_junction(pass, 2).branch_l2 > 0);
    assert_true(pass_block_is_lesioned(pass, 1) && !pass_block_is_lesioned(pass, 0));
    pass_free(pass);
    network_free(network);
}

/* Dropped is lesioned, and doubled is what doubling the last batch norm of the branch does: a factor of 2 rounds
 * nothing. Behind the addition and before it all is the same, to the bit, with and without inspection. */
static void a_branch_may_be_dropped_or_scaled_for_one_run(void **state) {
    (void)state;
    real scales[9] = {1, 0, 1, 2, 1, 1, 1, 1, 1};
    bool lesioned[9] = {false, true};
    for (int inspected = 0; inspected < 2; inspected++) {
        PassConfig config = {.batch = 2, .batch_statistics = true, .no_inspection = !inspected};
        Network *network = pass_check_network("resnet20", 'A');
        Pass *scaled = fixture_pass(network, &config, 0);
        pass_set_branch_scales(scaled, scales);
        pass_run_forward(scaled);
        pass_run_backward(scaled);
        Network *twin = pass_check_network("resnet20", 'A');
        config.skip = SKIP_LESION;
        config.lesioned = lesioned;
        int doubled = twin->blocks[3].branch_last;
        for (int role = PARAM_NORM_WEIGHT; role <= PARAM_NORM_BIAS; role++) {
            const Param *param = network_op_param(twin, doubled, (ParamRole)role);
            for (size_t j = 0; j < param->count; j++) network_values(twin, param)[j] *= 2;
        }
        Pass *pass = pass_check_run(twin, config);
        assert_close(pass_loss(scaled), pass_loss(pass), 0);
        for (int p = 0; p < network->param_count; p++) {
            const Param *param = &network->params[p];
            if (!param_role_learns(param->role)) continue;
            double factor = param->op == doubled ? 2 : 1;
            for (size_t j = 0; j < param->count; j++)
                assert_close(pass_param_grad(scaled, param)[j],
                             factor * (double)pass_param_grad(pass, param)[j], 0);
        }
        pass_free(scaled);
        pass_free(pass);
        network_free(network);
        network_free(twin);
    }
}

static double largest(const real *values, size_t count) {
    double most = 0;
    for (size_t j = 0; j < count; j++) most = fmax(most, fabs((double)values[j]));
    return most;
}

/* Whichever branches are dropped, one after the other or at the ends of stages: where gradients share a few places they
 * are those that a pass has that keeps all of them. Strategies that round more are taken there: 1e-4. */
static void every_choice_of_branches_has_the_same_gradients_without_inspection(void **state) {
    (void)state;
    static const unsigned choices[] = {0, 1, 6, 0x1ff, 0x155, 0x0aa, 0x1c7, 0x100, 0x1f8, 0x038};
    Network *network = pass_check_network("resnet20", 'A');
    PassConfig config = {.batch = 2, .batch_statistics = true};
    Pass *kept = fixture_pass(network, &config, 0);
    config.no_inspection = true;
    Pass *shared = fixture_pass(network, &config, 0);
    for (size_t k = 0; k < sizeof choices / sizeof choices[0]; k++) {
        Pass *const both[2] = {kept, shared};
        real scales[9];
        for (int b = 0; b < 9; b++) scales[b] = choices[k] >> b & 1 ? 0 : (real)1.25;
        for (int p = 0; p < 2; p++) {
            pass_set_branch_scales(both[p], scales);
            pass_restart(both[p], (const int[]){3, 5});
            pass_run_forward(both[p]);
            pass_run_backward(both[p]);
        }
        for (int p = 0; p < network->param_count; p++) {
            const Param *param = &network->params[p];
            if (!param_role_learns(param->role)) continue;
            const real *expected = pass_param_grad(kept, param), *found = pass_param_grad(shared, param);
            double tolerance = 1e-4 * largest(expected, param->count);
            for (size_t j = 0; j < param->count; j++) assert_close(found[j], expected[j], tolerance);
        }
    }
    pass_free(kept);
    pass_free(shared);
    network_free(network);
}

static void a_plain_network_has_one_route(void **state) {
    (void)state;
    Network *network = pass_check_network("plain20", 0);
    Pass *pass = pass_check_run(network, (PassConfig){0});
    Junction junction = pass_junction(pass, 4);
    assert_true(junction.known && isnan(junction.cosine));
    assert_close(junction.skip_l2, 0, 0);
    assert_close(junction.branch_l2, junction.in_l2, 0);
    assert_null(pass_route_grad(pass, 4, ROUTE_SKIP).data);
    pass_free(pass);
    network_free(network);
}

/* Nothing kept from an earlier run may be seen in a later one. */
static void the_terms_of_an_addition_are_measured_in_every_run_anew(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    Pass *pass = pass_check_run(network, (PassConfig){.batch = 2});
    double first = pass_addition_terms(pass, 1).cosine;
    pass_input(pass)[0] += 1;
    pass_restart(pass, NULL);
    assert_false(pass_addition_terms(pass, 1).known);
    pass_run_forward(pass);
    for (int b = 0; b < network->block_count; b++) {
        AdditionTerms terms = pass_addition_terms(pass, b);
        Tensor f = pass_act(pass, network->blocks[b].branch_last);
        Tensor skip = pass_act(pass, network->blocks[b].shortcut_last);
        double dot = tensor_dot(f.data, skip.data, shape_count(f.shape));
        /* Statistics add up squares that have been rounded to `real`. */
        assert_close(terms.branch_l2, pass_act_stats(pass, network->blocks[b].branch_last).l2,
                     1e-6 * terms.branch_l2);
        assert_close(terms.skip_l2, pass_act_stats(pass, network->blocks[b].shortcut_last).l2,
                     1e-6 * terms.skip_l2);
        assert_close(terms.cosine, dot / (terms.branch_l2 * terms.skip_l2), 1e-12);
    }
    assert_true(pass_addition_terms(pass, 1).cosine != first);
    pass_free(pass);
    network_free(network);
}

static void skip_modes_have_the_names_of_the_option(void **state) {
    (void)state;
    assert_string_equal(skip_mode_name(SKIP_NONE_REMOVED), "none");
    assert_string_equal(skip_mode_name(SKIP_PLAIN), "plain");
    assert_string_equal(skip_mode_name(SKIP_CUT), "cut");
    assert_string_equal(skip_mode_name(SKIP_LESION), "lesion");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_junction_is_exactly_the_sum_of_its_routes),
        cmocka_unit_test(identity_route_is_the_gradient_behind_the_addition),
        cmocka_unit_test(plain_removes_the_skip_in_both_directions),
        cmocka_unit_test(cut_changes_no_activation_and_drops_only_the_skips_gradient),
        cmocka_unit_test(lesion_silences_the_branch_of_the_chosen_block_only),
        cmocka_unit_test(a_branch_may_be_dropped_or_scaled_for_one_run),
        cmocka_unit_test(every_choice_of_branches_has_the_same_gradients_without_inspection),
        cmocka_unit_test(a_plain_network_has_one_route),
        cmocka_unit_test(the_terms_of_an_addition_are_measured_in_every_run_anew),
        cmocka_unit_test(skip_modes_have_the_names_of_the_option),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
