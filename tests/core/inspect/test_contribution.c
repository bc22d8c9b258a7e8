/* What one input channel of a convolution has to do with one output channel, against the definition. */
#include "core/inspect/contribution.h"

#include <math.h>
#include <stdlib.h>

#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

/* w[k,c,r,s] by its place in memory. */
static double weight_at(const Network *network, const Op *op, const int at[4]) {
    const Param *param = network_op_param(network, op->index, PARAM_CONV_WEIGHT);
    size_t tap =
        ((size_t)at[0] * (size_t)op->kernel_h + (size_t)at[2]) * (size_t)op->kernel_w + (size_t)at[3];
    return (double)network_const_values(network, param)[tap * (size_t)op->in.c + (size_t)at[1]];
}

static double part_forward(const Pass *pass, const Op *op, int k, int c) {
    Tensor x = pass_act(pass, op->inputs[0]);
    double squares = 0;
    for (int i = 0; i < op->out.h; i++)
        for (int j = 0; j < op->out.w; j++) {
            double sum = 0;
            for (int r = 0; r < op->kernel_h; r++)
                for (int s = 0; s < op->kernel_w; s++) {
                    int row = i * op->stride - op->pad + r, column = j * op->stride - op->pad + s;
                    if (row < 0 || row >= op->in.h || column < 0 || column >= op->in.w) continue;
                    sum += weight_at(pass_network(pass), op, (int[]){k, c, r, s}) *
                           (double)x.data[shape_index(x.shape, 0, c, row, column)];
                }
            squares += sum * sum;
        }
    return sqrt(squares);
}

/* Spreads dy[k] over the places it was read from, as the definition of a backward pass has it. */
static double part_backward(const Pass *pass, const Op *op, int k, int c) {
    Tensor dy = pass_grad(pass, op->index);
    double *dx = calloc((size_t)op->in.h * (size_t)op->in.w, sizeof *dx), squares = 0;
    assert_non_null(dx);
    for (int i = 0; i < op->out.h; i++)
        for (int j = 0; j < op->out.w; j++)
            for (int r = 0; r < op->kernel_h; r++)
                for (int s = 0; s < op->kernel_w; s++) {
                    int row = i * op->stride - op->pad + r, column = j * op->stride - op->pad + s;
                    if (row < 0 || row >= op->in.h || column < 0 || column >= op->in.w) continue;
                    dx[row * op->in.w + column] += weight_at(pass_network(pass), op, (int[]){k, c, r, s}) *
                                                   (double)dy.data[shape_index(dy.shape, 0, k, i, j)];
                }
    for (int at = 0; at < op->in.h * op->in.w; at++) squares += dx[at] * dx[at];
    free(dx);
    return sqrt(squares);
}

static void check_operation(const Pass *pass, const char *name) {
    const Network *network = pass_network(pass);
    int index = network_find_op(network, name);
    assert_true(index >= 0);
    const Op *op = &network->ops[index];
    double *parts = malloc((size_t)op->in.c * sizeof *parts);
    assert_non_null(parts);
    for (int k = 0; k < op->out.c; k += 7)
        for (int backward = 0; backward < 2; backward++) {
            assert_true(contribution_of_channels(pass, index, backward, k, parts));
            for (int c = 0; c < op->in.c; c += 3) {
                double expected = backward ? part_backward(pass, op, k, c) : part_forward(pass, op, k, c);
                assert_close(parts[c], expected, 1e-5 * expected); /* at most 49 products summed in float */
            }
        }
    free(parts);
}

static void parts_are_those_of_the_definition(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 'B');
    Pass *pass = pass_check_run(network, (PassConfig){.batch = 2});
    check_operation(pass, "conv1");
    check_operation(pass, "layer1.1.conv2");
    check_operation(pass, "layer2.0.conv1");        /* stride 2 */
    check_operation(pass, "layer2.0.downsample.0"); /* 1x1, stride 2 */
    pass_free(pass);
    network_free(network);
}

static void what_has_no_filters_or_no_numbers_has_no_parts(void **state) {
    (void)state;
    Network *network = pass_check_network("resnet20", 0);
    Pass *pass = fixture_pass(network, &(PassConfig){0}, 1);
    double parts[64];
    assert_false(contribution_of_channels(pass, network_find_op(network, "layer1.0.conv1"), false, 0, parts));
    pass_run_forward(pass);
    assert_true(contribution_of_channels(pass, network_find_op(network, "layer1.0.conv1"), false, 0, parts));
    assert_false(contribution_of_channels(pass, network_find_op(network, "layer1.0.conv1"), true, 0, parts));
    assert_false(contribution_of_channels(pass, network_find_op(network, "layer1.0.bn1"), false, 0, parts));
    pass_free(pass);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_those_of_the_definition),
        cmocka_unit_test(what_has_no_filters_or_no_numbers_has_no_parts),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
