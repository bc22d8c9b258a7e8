/* Looking at a pass: what is only computed when somebody asks for it. */
#include <string.h>

#include "core/pass/state.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

static void assert_same_stats(Stats a, Stats b) {
    assert_true(a.known && b.known);
    assert_int_equal(a.count, b.count);
    assert_int_equal(a.zeros, b.zeros);
    assert_int_equal(a.negative, b.negative);
    assert_close(a.min, b.min, 0);
    assert_close(a.max, b.max, 0);
    assert_close(a.mean, b.mean, 0);
    assert_close(a.std, b.std, 0);
    assert_close(a.l2, b.l2, 0);
}

static Stats stats_of(Tensor tensor) {
    return tensor_stats(tensor.data, shape_count(tensor.shape));
}

/* Asked for after the run or in every step, once or again: the figures are those of the tensors. */
static void statistics_are_those_of_the_tensors_of_this_run(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    Pass *asked = pass_check_run(network, (PassConfig){.batch = 2});
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < network->op_count; i++) {
            assert_same_stats(pass_act_stats(asked, i), stats_of(pass_act(asked, i)));
            assert_same_stats(pass_grad_stats(asked, i), stats_of(pass_grad(asked, i)));
        }
        pass_input(asked)[5] += 2;
        pass_restart(asked, NULL);
        assert_false(pass_act_stats(asked, 3).known || pass_grad_stats(asked, 3).known);
        assert_false(pass_junction(asked, 2).known);
        pass_run_forward(asked);
        pass_run_backward(asked);
    }
    for (int b = 0; b < network->block_count; b++) {
        Tensor skip = pass_route_grad(asked, b, ROUTE_SKIP);
        assert_close(pass_junction(asked, b).skip_l2, stats_of(skip).l2,
                     1e-6 * stats_of(skip).l2); /* floats summed */
    }
    pass_free(asked);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_are_those_of_the_tensors_of_this_run),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
