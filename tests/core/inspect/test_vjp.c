#include "core/inspect/vjp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/pass_check.h"

typedef struct Parts {
    Network *network;
    Pass *pass;
    Vjp *vjp;
    real *masked, *part;
} Parts;

static Parts parts_open(const char *arch, char shortcut, PassConfig config) {
    Error err = {0};
    Parts parts = {.network = pass_check_network(arch, shortcut)};
    parts.pass = pass_check_run(parts.network, config);
    parts.vjp = vjp_new(parts.pass, &err);
    size_t largest = 0;
    for (int i = 0; i < parts.network->op_count; i++) {
        size_t count = shape_count(pass_act(parts.pass, i).shape);
        if (count > largest) largest = count;
    }
    parts.masked = calloc(largest, sizeof(real));
    parts.part = calloc(largest, sizeof(real));
    assert_true(parts.vjp && parts.masked && parts.part);
    return parts;
}

static void parts_close(Parts *parts) {
    vjp_free(parts->vjp);
    pass_free(parts->pass);
    network_free(parts->network);
    free(parts->masked);
    free(parts->part);
}

/* The same operators on the same numbers: no tolerance is needed. */
static void compare_with_pass(const char *arch, char shortcut, PassConfig config) {
    Parts p = parts_open(arch, shortcut, config);
    for (int b = 0; b < p.network->block_count; b++) {
        const Block *block = &p.network->blocks[b];
        Tensor out = pass_grad(p.pass, block->output), add = pass_grad(p.pass, block->add);
        vjp_mask(p.vjp, b, out.data, p.masked);
        pass_check_bits(add.data, p.masked, shape_count(add.shape), "mask");
        Tensor branch = pass_route_grad(p.pass, b, ROUTE_BRANCH),
               skip = pass_route_grad(p.pass, b, ROUTE_SKIP);
        vjp_branch(p.vjp, b, p.masked, p.part);
        pass_check_bits(branch.data, p.part, shape_count(branch.shape), "branch");
        vjp_shortcut(p.vjp, b, p.masked, p.part);
        pass_check_bits(skip.data, p.part, shape_count(skip.shape), "shortcut");
    }
    parts_close(&p);
}

static void the_parts_of_a_block_are_those_of_the_pass_bit_for_bit(void **state) {
    (void)state;
    compare_with_pass("resnet20", 'A', (PassConfig){.batch = 2});
    compare_with_pass("resnet20", 'B', (PassConfig){.batch = 2, .batch_statistics = true});
    compare_with_pass("resnet8", 'C', (PassConfig){0});
}

static void a_chain_through_the_head_is_the_gradient_of_the_last_block(void **state) {
    (void)state;
    Parts p = parts_open("resnet8", 0, (PassConfig){.batch = 2});
    int last = p.network->blocks[p.network->block_count - 1].output, logits = network_logits_op(p.network);
    Tensor want = pass_grad(p.pass, last);
    vjp_chain(p.vjp, last + 1, logits, pass_grad(p.pass, logits).data, p.part);
    pass_check_bits(want.data, p.part, shape_count(want.shape), "head");
    parts_close(&p);
}

static void the_pass_is_left_as_it_was(void **state) {
    (void)state;
    Parts p = parts_open("resnet8", 'B', (PassConfig){0});
    const Block *block = &p.network->blocks[1];
    size_t values = p.network->value_count, count = shape_count(pass_grad(p.pass, block->input).shape);
    real *params = malloc(values * sizeof *params), *grad = malloc(count * sizeof *grad);
    memcpy(params, pass_param_grads(p.pass), values * sizeof *params);
    memcpy(grad, pass_grad(p.pass, block->input).data, count * sizeof *grad);
    vjp_branch(p.vjp, 1, pass_act(p.pass, block->add).data, p.part);
    vjp_shortcut(p.vjp, 1, pass_act(p.pass, block->add).data, p.part);
    pass_check_bits(params, pass_param_grads(p.pass), values, "parameter gradients");
    pass_check_bits(grad, pass_grad(p.pass, block->input).data, count, "gradient");
    free(params);
    free(grad);
    parts_close(&p);
}

static void products_are_linear_in_the_gradient(void **state) {
    (void)state;
    Parts p = parts_open("resnet8", 'B', (PassConfig){.batch = 2, .batch_statistics = true});
    const Block *block = &p.network->blocks[1];
    size_t in = shape_count(pass_act(p.pass, block->input).shape),
           out = shape_count(pass_act(p.pass, block->add).shape);
    real *g = malloc(out * sizeof *g), *once = malloc(in * sizeof *once), *thrice = malloc(in * sizeof *g);
    fixture_fill(g, out, 1, "gradient");
    vjp_branch(p.vjp, 1, g, once);
    for (size_t j = 0; j < out; j++) g[j] *= 4; /* exact in binary */
    vjp_branch(p.vjp, 1, g, thrice);
    for (size_t j = 0; j < in; j++) once[j] *= 4;
    pass_check_bits(once, thrice, in, "four times the gradient");
    free(g);
    free(once);
    free(thrice);
    parts_close(&p);
}

/* The central difference of <weights, F of the first block> along a direction of the picture. */
static double directional(const Network *network, const real *picture, const real *direction, double step,
                          const real *weights) {
    Error err = {0};
    int last = network->blocks[0].branch_last;
    double sums[2];
    for (int side = 0; side < 2; side++) {
        Pass *pass = pass_new(network, &(PassConfig){.forward_only = true}, &err);
        size_t count = shape_count(network->input);
        for (size_t j = 0; j < count; j++)
            pass_input(pass)[j] = (real)((double)picture[j] + (side ? step : -step) * (double)direction[j]);
        pass_restart(pass, NULL);
        while (pass_forward_done(pass) <= last) pass_step_forward(pass);
        Tensor out = pass_act(pass, last);
        sums[side] = tensor_dot(out.data, weights, shape_count(out.shape));
        pass_free(pass);
    }
    return (sums[1] - sums[0]) / (2 * step);
}

/* From the picture through the stem and F of the first block: <v, J d> = <J^T v, d>. */
static void a_product_agrees_with_a_central_difference(void **state) {
    (void)state;
    Parts p = parts_open("resnet8", 0, (PassConfig){0});
    const Block *block = &p.network->blocks[0];
    Tensor picture = pass_act(p.pass, 0), out = pass_act(p.pass, block->branch_last);
    size_t in = shape_count(picture.shape), count = shape_count(out.shape);
    real *v = malloc(count * sizeof *v), *direction = malloc(in * sizeof *direction);
    real *stem = malloc(shape_count(pass_act(p.pass, block->input).shape) * sizeof *stem);
    fixture_fill(v, count, 1, "v");
    vjp_branch(p.vjp, 0, v, stem);
    vjp_chain(p.vjp, 1, block->input, stem, p.part);
    /* along the gradient itself, where the difference stands out of the rounding */
    double length = sqrt(tensor_dot(p.part, p.part, in));
    for (size_t j = 0; j < in; j++) direction[j] = (real)((double)p.part[j] / length);
    double exact = tensor_dot(p.part, direction, in);
    double numeric = directional(p.network, picture.data, direction, 1e-2, v);
    /* a few of the ReLUs turn over within the step: 3e-4 was seen */
    assert_close(numeric, exact, 2e-3 * fabs(exact));
    free(v);
    free(direction);
    free(stem);
    parts_close(&p);
}

/* In training batch norm saves on its way back what gradients that are not kept are computed from. */
static void what_the_pass_can_show_stays_as_it_was(void **state) {
    (void)state;
    const PassConfig config = {.batch = 2, .batch_statistics = true};
    Parts p = parts_open("resnet20", 'A', config);
    Pass *alone = pass_check_run(p.network, config);
    for (int b = 0; b < p.network->block_count; b++) {
        const Block *block = &p.network->blocks[b];
        Tensor out = pass_act(p.pass, block->output); /* any numbers but the gradient's */
        vjp_branch(p.vjp, b, out.data, p.part);
        for (int i = block->branch_first; i <= block->branch_last; i++) {
            Tensor grad = pass_grad(p.pass, i);
            pass_check_bits(grad.data, pass_grad(alone, i).data, shape_count(grad.shape),
                            p.network->ops[i].name);
        }
    }
    pass_free(alone);
    parts_close(&p);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_of_a_block_are_those_of_the_pass_bit_for_bit),
        cmocka_unit_test(a_chain_through_the_head_is_the_gradient_of_the_last_block),
        cmocka_unit_test(the_pass_is_left_as_it_was),
        cmocka_unit_test(products_are_linear_in_the_gradient),
        cmocka_unit_test(a_product_agrees_with_a_central_difference),
        cmocka_unit_test(what_the_pass_can_show_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
