#include "core/network/freeze.h"

#include <string.h>

#include "core/network/resnet.h"
#include "tests/support/assert_close.h"

static Network *new_network(void) {
    Error err = {0};
    Network *network = resnet_new(&(ResnetConfig){.arch = "resnet14"}, &err);
    if (!network) fail_msg("%s", err.text);
    return network;
}

static bool is_frozen(const Network *network, const char *name) {
    const Param *param = network_find_param(network, name);
    assert_non_null(param);
    return param->frozen;
}

/* How many the patterns freeze. */
static int freeze(Network *network, const char *patterns) {
    Error err = {0};
    if (!network_freeze(network, patterns, &err)) fail_msg("%s", err.text);
    return network_frozen_count(network);
}

static void patterns_name_parameters_and_modules(void **state) {
    static const struct {
        const char *patterns;
        int count;
    } cases[] = {
        {"conv1.weight", 1},
        {"conv1", 1},   /* the module at the front, not layer1.0.conv1 */
        {"bn1", 4},     /* weight, bias, running mean and variance */
        {"layer1", 20}, /* two blocks of two convolutions and two norms */
        {"layer1.0", 10},
        {"layer[12].*", 40},
        {"*.bn?.weight", 12},
        {"conv1,bn1,layer1.1", 15},
        {"layer1,layer1.0", 20} /* what is named twice counts once */
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        Network *network = new_network();
        assert_int_equal(freeze(network, cases[k].patterns), cases[k].count);
        network_free(network);
    }
}

static void a_batch_norm_is_fixed_when_its_statistics_are(void **state) {
    Network *network = new_network();
    (void)state;
    freeze(network, "layer1.0.bn1,layer1.0.bn2.weight,layer1.1.bn1.running_mean,layer2.*.running_*");
    assert_true(network_op_is_fixed(network, network_find_op(network, "layer1.0.bn1")));
    assert_false(network_op_is_fixed(network, network_find_op(network, "layer1.0.bn2")));
    assert_false(network_op_is_fixed(network, network_find_op(network, "layer1.1.bn1")));
    assert_true(network_op_is_fixed(network, network_find_op(network, "layer2.1.bn2")));
    assert_false(network_op_is_fixed(network, network_find_op(network, "layer1.0.conv1")));
    assert_false(is_frozen(network, "layer2.1.bn2.weight"));
    network_free(network);
}

static void what_comes_before_all_that_learns_is_known(void **state) {
    Network *network = new_network();
    (void)state;
    assert_int_equal(network_first_learning(network), network_find_op(network, "conv1"));
    freeze(network, "conv1,bn1,layer1");
    assert_int_equal(network_first_learning(network), network_find_op(network, "layer2.0.conv1"));
    freeze(network, "layer*");
    assert_int_equal(network_first_learning(network), network_find_op(network, "fc"));
    network_free(network);
}

static void assert_refused(const char *patterns, const char *reason) {
    Error err = {0};
    Network *network = new_network();
    assert_false(network_freeze(network, patterns, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
    assert_int_equal(network_frozen_count(network), 0);
    network_free(network);
}

static void what_names_nothing_or_everything_is_refused(void **state) {
    (void)state;
    assert_refused("conv1,layr1.0", "has no parameter named 'layr1.0'; layer1.0 is the nearest");
    assert_refused("", "has no parameter named ''");
    assert_refused("conv1,", "has no parameter named ''");
    assert_refused("layer", "has no parameter named 'layer'");
    assert_refused("*", "names all that resnet14 could learn");
    assert_refused("*.weight,*.bias", "names all");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_name_parameters_and_modules),
        cmocka_unit_test(a_batch_norm_is_fixed_when_its_statistics_are),
        cmocka_unit_test(what_comes_before_all_that_learns_is_known),
        cmocka_unit_test(what_names_nothing_or_everything_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
