/* What one input channel of a convolution has to do with one output channel, against the reference
 * loops over these two channels. */
#include "core/inspect/contribution.h"

#include <math.h>
#include <stdlib.h>

#include "core/op/reference/reference.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

/* One channel of image n, as a tensor of its own. */
static Doubles channel_of(Shape shape, const real *values, int n, int c) {
    Doubles out = {{1, 1, shape.h, shape.w}, calloc((size_t)shape.h * (size_t)shape.w, sizeof *out.data)};
    assert_non_null(out.data);
    for (int h = 0; h < shape.h; h++)
        for (int w = 0; w < shape.w; w++)
            *at(out, 0, 0, h, w) = values ? (double)values[shape_index(shape, n, c, h, w)] : 0;
    return out;
}

/* The kernel between two channels; weights of shape (K,C,R,S) lie as (R,S,C,K). */
static Doubles kernel_of(Shape weights, const real *values, int k, int c) {
    Doubles out = {{1, 1, weights.h, weights.w},
                   calloc((size_t)weights.h * (size_t)weights.w, sizeof *out.data)};
    assert_non_null(out.data);
    for (int tap = 0; tap < weights.h * weights.w; tap++)
        out.data[tap] = values ? (double)values[(tap * weights.c + c) * weights.n + k] : 0;
    return out;
}

static double length_of(Doubles values) {
    double squares = 0;
    for (size_t j = 0; j < shape_count(values.shape); j++) squares += values.data[j] * values.data[j];
    return sqrt(squares);
}

/* The reference convolution of input channel c and output channel k of image 0, as if there were no others. */
static double part(const Pass *pass, const Op *op, bool backward, int k, int c) {
    const OpReference *convolution = op_spec(OP_CONV2D)->reference;
    const Network *network = pass_network(pass);
    const Shape weights = {op->out.c, op->in.c, op->kernel_h, op->kernel_w};
    const real *w = network_const_values(network, network_op_param(network, op->index, PARAM_CONV_WEIGHT));
    Tensor x = pass_act(pass, op->inputs[0]), dy = pass_grad(pass, op->index);
    ReferenceRun run = {.op = op,
                        .x = {channel_of(x.shape, x.data, 0, c)},
                        .w = {kernel_of(weights, w, k, c)},
                        .y = channel_of(dy.shape, NULL, 0, 0),
                        .dy = channel_of(dy.shape, dy.data, 0, k),
                        .dx = {channel_of(x.shape, NULL, 0, 0)},
                        .dw = {kernel_of(weights, NULL, 0, 0)}};
    convolution->forward(&run);
    convolution->backward(&run);
    double length = length_of(backward ? run.dx[0] : run.y);
    free(run.x[0].data), free(run.w[0].data), free(run.y.data);
    free(run.dy.data), free(run.dx[0].data), free(run.dw[0].data);
    return length;
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
                double expected = part(pass, op, backward, k, c);
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
