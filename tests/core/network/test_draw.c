#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/network/resnet.h"
#include "core/pass/pass.h"
#include "tests/support/assert_close.h"

/* One number after the other, as the comment of network_init_values says: what every other way must equal to
 * the bit. */
static void draw_one_by_one(Network *network, unsigned long long seed) {
    Rng rng;
    rng_init(&rng, seed);
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        bool conv = param->role == PARAM_CONV_WEIGHT;
        if (!conv && param->role != PARAM_LINEAR_WEIGHT && param->role != PARAM_LINEAR_BIAS) continue;
        double taps = (double)param->dims[2] * param->dims[3], out = param->dims[0];
        double scale = conv ? sqrt(2 / (out * taps)) : 1 / sqrt((double)network->ops[param->op].in.c);
        float *drawn = calloc(param->count, sizeof *drawn);
        assert_non_null(drawn);
        for (size_t j = 0; j < param->count; j++)
            drawn[j] = (float)(conv ? scale * rng_normal(&rng) : (2 * rng_uniform(&rng) - 1) * scale);
        param_from_file(network_values(network, param), drawn, param);
        free(drawn);
    }
}

static Network *new_network(const char *arch) {
    Error err = {0};
    ResnetConfig config = {0};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    Network *network = resnet_new(&config, &err);
    assert_non_null(network);
    return network;
}

static Network *begin(const char *arch, unsigned long long seed) {
    Network *network = new_network(arch);
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = seed});
    return network;
}

static Network *expect(const char *arch, unsigned long long seed) {
    Network *network = begin(arch, seed);
    draw_one_by_one(network, seed);
    return network;
}

static void assert_same_values(const Network *a, const Network *b) {
    for (int p = 0; p < a->param_count; p++) {
        const Param *param = &a->params[p];
        if (memcmp(network_const_values(a, param), network_const_values(b, param),
                   param->count * sizeof(real)) != 0)
            fail_msg("%s of %s differs", param->name, a->arch);
    }
}

/* The file's numbers are floats, and so is what draw_one_by_one can say. */
static bool is_float(void) {
    return sizeof(real) == sizeof(float);
}

/* Rows that tiles divide, and the 10 rows of the last layer that they do not. */
static void values_are_those_of_one_sequence(void **state) {
    (void)state;
    if (!is_float()) return;
    const char *const archs[] = {"resnet20", "plain20"};
    for (size_t k = 0; k < sizeof archs / sizeof archs[0]; k++) {
        Network *drawn = begin(archs[k], k), *expected = expect(archs[k], k);
        assert_same_values(drawn, expected);
        network_free(drawn);
        network_free(expected);
    }
}

static void order_and_threads_change_no_value(void **state) {
    (void)state;
    Network *forward = begin("resnet20", 3), *backward = begin("resnet20", 3), *pieces = begin("resnet20", 3);
    int threads = parallel_threads();
    network_all_values(forward);
    parallel_set_threads(3);
    for (int p = backward->param_count - 1; p >= 0; p--) network_const_values(backward, &backward->params[p]);
    parallel_set_threads(1);
    assert_close(network_drawn(pieces), 0, 0);
    for (int i = pieces->op_count - 1; i >= 0; i -= 2) {
        while (network_draw(pieces, i)) {
        }
        const Op *op = &pieces->ops[i];
        for (int p = op->param_first; p < op->param_first + op->param_count; p++)
            assert_memory_equal(pieces->memory + pieces->params[p].offset,
                                network_const_values(forward, &pieces->params[p]),
                                pieces->params[p].count * sizeof(real));
    }
    assert_true(network_drawn(pieces) > 0 && network_drawn(pieces) < 1);
    while (network_draw(pieces, -1)) {
    }
    assert_close(network_drawn(pieces), 1, 0);
    parallel_set_threads(threads);
    assert_same_values(forward, backward);
    assert_same_values(forward, pieces);
    network_free(forward);
    network_free(backward);
    network_free(pieces);
}

static void only_what_a_pass_has_reached_is_drawn(void **state) {
    (void)state;
    Error err = {0};
    Network *network = begin("resnet20", 1), *whole = begin("resnet20", 1);
    network_all_values(whole);
    Pass *pass = pass_new(network, &(PassConfig){.batch = 1}, &err);
    Pass *other = pass_new(whole, &(PassConfig){.batch = 1}, &err);
    assert_non_null(pass);
    assert_non_null(other);
    size_t count = shape_count(network->input);
    for (size_t j = 0; j < count; j++) pass_input(pass)[j] = pass_input(other)[j] = (real)(j % 13) - 6;
    pass_step_forward(pass);
    assert_close(network_drawn(network), 0, 0); /* the picture alone */
    pass_step_forward(pass);
    double share = (double)network_op_param_count(network, 1) / (double)network_param_count(network);
    assert_close(network_drawn(network), share, 0.01 * share); /* running statistics: 0.5 % of all */
    pass_run_forward(pass);
    pass_run_forward(other);
    assert_close(network_drawn(network), 1, 0);
    assert_memory_equal(pass_act(pass, network_logits_op(network)).data,
                        pass_act(other, network_logits_op(network)).data,
                        (size_t)network->classes * sizeof(real));
    pass_free(pass);
    pass_free(other);
    network_free(network);
    network_free(whole);
}

static void values_that_are_overwritten_stay(void **state) {
    (void)state;
    Network *network = begin("resnet20", 1), *other = begin("resnet20", 2), *copy = begin("resnet20", 4);
    const Param *param = network_find_param(network, "layer3.0.conv1.weight");
    assert_non_null(param);
    network_copy_values(copy, other);
    assert_close(network_drawn(copy), 1, 0);
    assert_same_values(copy, other);
    network_values(network, param)[0] = 42;
    network_all_values(network);
    assert_close(network_const_values(network, param)[0], 42, 0);
    /* Begun again, it is as new. */
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = 2});
    assert_same_values(network, other);
    network_free(network);
    network_free(other);
    network_free(copy);
}

static void assert_all_are(const Network *network, int op, ParamRole role, double expected) {
    const Param *param = network_op_param(network, op, role);
    assert_non_null(param);
    for (size_t j = 0; j < param->count; j++)
        assert_close(network_const_values(network, param)[j], expected, 0);
}

static void constants_wait_as_well(void **state) {
    (void)state;
    Network *network = begin("resnet20", 1);
    const Block *block = &network->blocks[0];
    network_init_values(network, &(InitConfig){.kind = INIT_ZERO_GAMMA, .seed = 1});
    assert_close(network_drawn(network), 0, 0);
    assert_all_are(network, block->branch_last, PARAM_NORM_WEIGHT, 0);
    assert_all_are(network, block->branch_first + 1, PARAM_NORM_WEIGHT, 1);
    assert_all_are(network, block->branch_last, PARAM_NORM_BIAS, 0);
    assert_all_are(network, block->branch_last, PARAM_NORM_MEAN, 0);
    assert_all_are(network, block->branch_last, PARAM_NORM_VAR, 1);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_one_sequence),
        cmocka_unit_test(order_and_threads_change_no_value),
        cmocka_unit_test(only_what_a_pass_has_reached_is_drawn),
        cmocka_unit_test(values_that_are_overwritten_stay),
        cmocka_unit_test(constants_wait_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
