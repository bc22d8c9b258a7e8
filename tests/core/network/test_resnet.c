#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/network/resnet.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"

static Network *build(ResnetConfig config) {
    Error err = {0};
    fixture_note_network(&config);
    Network *network = resnet_new(&config, &err);
    if (!network) fail_msg("%s: %s", config.arch, err.text);
    return network;
}

typedef struct Count {
    ResnetConfig config;
    uint64_t params, macs;
} Count;

static void assert_counts(const Count *counts, size_t count) {
    for (size_t k = 0; k < count; k++) {
        Network *network = build(counts[k].config);
        if (network_param_count(network) != counts[k].params || network_macs(network) != counts[k].macs)
            fail_msg("%s: %zu parameters and %" PRIu64 " multiply-adds, expected %" PRIu64 " and %" PRIu64,
                     network->arch, network_param_count(network), network_macs(network), counts[k].params,
                     counts[k].macs);
        network_free(network);
    }
}

/* torchvision's metadata; multiply-adds of convolutions and the classifier. */
static void imagenet_networks_have_torchvisions_counts(void **state) {
    (void)state;
    static const Count counts[] = {
        {{.arch = "resnet18"}, 11689512, 1814073344},
        {{.arch = "resnet34"}, 21797672, 3663761408},
        {{.arch = "resnet50"}, 25557032, 4089184256},
        {{.arch = "resnet101"}, 44549160, 7801405440},
        {{.arch = "resnet152"}, 60192808, 11513626624},
        {{.arch = "plain18"}, 11515688, 1794805760},
        {{.arch = "plain34"}, 21623848, 3644493824},
        {{.arch = "resnet18", .shortcut = 'A'}, 11515688, 1794805760},
        {{.arch = "resnet34", .shortcut = 'A'}, 21623848, 3644493824},
    };
    assert_counts(counts, sizeof counts / sizeof counts[0]);
}

/* The paper's 3.8, 7.6 and 11.3 billion. */
static void stride_in_the_first_1x1_gives_the_papers_multiply_adds(void **state) {
    (void)state;
    static const Count counts[] = {
        {{.arch = "resnet50", .stride_in_1x1 = true}, 25557032, 3857973248},
        {{.arch = "resnet101", .stride_in_1x1 = true}, 44549160, 7570194432},
        {{.arch = "resnet152", .stride_in_1x1 = true}, 60192808, 11282415616},
        {{.arch = "resnet18", .stride_in_1x1 = true}, 11689512, 1814073344},
    };
    assert_counts(counts, sizeof counts / sizeof counts[0]);
}

/* He et al. 2015, table 6: 0.27M, 0.46M, 0.66M, 0.85M, 1.7M and 19.4M. */
static void cifar_networks_have_the_papers_counts(void **state) {
    (void)state;
    static const Count counts[] = {
        {{.arch = "resnet20"}, 269722, 40551040},    {{.arch = "resnet32"}, 464154, 68862592},
        {{.arch = "resnet44"}, 658586, 97174144},    {{.arch = "resnet56"}, 853018, 125485696},
        {{.arch = "resnet110"}, 1727962, 252887680}, {{.arch = "resnet1202"}, 19421274, 2829238912},
        {{.arch = "plain20"}, 269722, 40551040},     {{.arch = "plain110"}, 1727962, 252887680},
    };
    assert_counts(counts, sizeof counts / sizeof counts[0]);
}

static void option_b_adds_two_projections_to_a_cifar_network(void **state) {
    (void)state;
    static const char *const names[] = {"resnet20", "resnet32",  "resnet44",
                                        "resnet56", "resnet110", "resnet1202"};
    static const size_t params[] = {272474, 466906, 661338, 855770, 1730714, 19424026};
    for (int k = 0; k < 6; k++) {
        ResnetConfig config = {.shortcut = 'B'};
        snprintf(config.arch, sizeof config.arch, "%s", names[k]);
        Network *network = build(config);
        assert_int_equal(network_param_count(network), params[k]);
        network_free(network);
    }
}

static void a_network_without_batch_norm_has_the_same_layers_and_no_norm(void **state) {
    (void)state;
    /* resnet20 has 688 normalised channels with gamma and beta; nothing else goes. */
    static const Count counts[] = {{{.arch = "resnet20-nobn"}, 269722 - 2 * 688, 40551040},
                                   {{.arch = "plain20-nobn"}, 269722 - 2 * 688, 40551040},
                                   {{.arch = "resnet18-nobn"}, 11689512 - 9600, 1814073344}};
    assert_counts(counts, sizeof counts / sizeof counts[0]);
    Network *network = build((ResnetConfig){.arch = "resnet20-nobn", .shortcut = 'B'});
    for (int i = 0; i < network->op_count; i++) assert_int_not_equal(network->ops[i].kind, OP_BATCH_NORM);
    const Block *block = &network->blocks[network_find_block(network, "layer2.0")];
    assert_string_equal(network->ops[block->branch_last].name, "layer2.0.conv2");
    assert_string_equal(network->ops[block->shortcut_last].name, "layer2.0.downsample.0");
    network_free(network);
}

static void the_same_seed_gives_the_same_convolutions_with_and_without_batch_norm(void **state) {
    (void)state;
    Network *with = build((ResnetConfig){.arch = "resnet20"}),
            *without = build((ResnetConfig){.arch = "resnet20-nobn"});
    InitConfig init = {.kind = INIT_GAIN, .gain = 1, .seed = 5};
    network_init_values(with, &init);
    network_init_values(without, &init);
    double square = 0;
    const Param *last = network_find_param(with, "layer3.2.conv2.weight");
    const real *a = network_const_values(with, last);
    const real *b = network_const_values(without, network_find_param(without, "layer3.2.conv2.weight"));
    for (size_t j = 0; j < last->count; j++) {
        assert_true(a[j] == b[j]);
        square += (double)a[j] * (double)a[j];
    }
    /* 64 * 64 * 9 draws of variance 1 / (64 * 9): the sum is 64 with a standard deviation of 0.47. */
    assert_close(square, 64, 2.5);
    network_free(with);
    network_free(without);
}

static void counts_of_ops_add_up_to_those_of_the_network(void **state) {
    (void)state;
    Network *network = build((ResnetConfig){.arch = "resnet50"});
    size_t params = 0;
    uint64_t macs = 0;
    for (int i = 0; i < network->op_count; i++) {
        params += network_op_param_count(network, i);
        macs += network_op_macs(network, i);
    }
    assert_int_equal(params, 25557032);
    assert_int_equal(macs, 4089184256);
    assert_int_equal(network_op_param_count(network, network_logits_op(network)), 2048 * 1000 + 1000);
    network_free(network);
}

static void assert_names(const Network *network, int first, const char *names) {
    char copy[512];
    int i = first;
    snprintf(copy, sizeof copy, "%s", names);
    for (char *name = strtok(copy, " "); name; name = strtok(NULL, " "), i++) {
        assert_true(i < network->op_count);
        assert_string_equal(network->ops[i].name, name);
        assert_int_equal(network->ops[i].index, i);
    }
}

static void basic_blocks_have_pytorchs_names_in_pytorchs_order(void **state) {
    (void)state;
    Network *network = build((ResnetConfig){.arch = "resnet18"});
    assert_names(
        network, 0,
        "input conv1 bn1 relu maxpool layer1.0.conv1 layer1.0.bn1 layer1.0.relu1 layer1.0.conv2 layer1.0.bn2 "
        "layer1.0.add layer1.0.relu2");
    assert_names(
        network, network_find_op(network, "layer2.0.conv1"),
        "layer2.0.conv1 layer2.0.bn1 layer2.0.relu1 layer2.0.conv2 layer2.0.bn2 layer2.0.downsample.0 "
        "layer2.0.downsample.1 layer2.0.add layer2.0.relu2 layer2.1.conv1");
    assert_names(network, network->op_count - 4, "layer4.1.relu2 avgpool fc loss");
    network_free(network);
}

static void bottlenecks_have_three_convolutions_and_a_projection_in_layer1(void **state) {
    (void)state;
    Network *network = build((ResnetConfig){.arch = "resnet50"});
    assert_names(network, 5,
                 "layer1.0.conv1 layer1.0.bn1 layer1.0.relu1 layer1.0.conv2 layer1.0.bn2 layer1.0.relu2 "
                 "layer1.0.conv3 "
                 "layer1.0.bn3 layer1.0.downsample.0 layer1.0.downsample.1 layer1.0.add layer1.0.relu3 "
                 "layer1.1.conv1");
    network_free(network);
}

static void option_a_is_one_op_and_a_plain_network_has_no_addition(void **state) {
    (void)state;
    Network *network = build((ResnetConfig){.arch = "resnet20"});
    assert_names(network, 0, "input conv1 bn1 relu layer1.0.conv1");
    assert_names(network, network_find_op(network, "layer2.0.bn2"),
                 "layer2.0.bn2 layer2.0.downsample layer2.0.add layer2.0.relu2");
    network_free(network);
    network = build((ResnetConfig){.arch = "plain20"});
    assert_names(network, network_find_op(network, "layer2.0.bn2"),
                 "layer2.0.bn2 layer2.0.relu2 layer2.1.conv1");
    for (int i = 0; i < network->op_count; i++) assert_int_not_equal(network->ops[i].kind, OP_ADD);
    assert_int_equal(network->shortcut, '-');
    network_free(network);
}

static void parameters_have_pytorchs_names(void **state) {
    (void)state;
    Network *network = build((ResnetConfig){.arch = "resnet18"});
    static const char *const names[] = {"conv1.weight",
                                        "bn1.running_var",
                                        "layer1.0.bn1.weight",
                                        "layer2.0.downsample.0.weight",
                                        "layer2.0.downsample.1.running_mean",
                                        "layer4.1.conv2.weight",
                                        "fc.weight",
                                        "fc.bias"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        assert_non_null(network_find_param(network, names[k]));
    assert_null(network_find_param(network, "bn1.num_batches_tracked"));
    const Param *conv = network_find_param(network, "layer2.0.conv1.weight");
    static const int dims[4] = {128, 64, 3, 3};
    assert_memory_equal(conv->dims, dims, sizeof dims);
    network_free(network);
}

static void blocks_know_their_ends(void **state) {
    (void)state;
    Network *network = build((ResnetConfig){.arch = "resnet50"});
    assert_int_equal(network->block_count, 16);
    const Block *block = &network->blocks[network_find_block(network, "layer2.0")];
    assert_int_equal(block->stage, 2);
    assert_int_equal(block->shortcut, SHORTCUT_PROJECTION);
    assert_int_equal(block->input, network_find_op(network, "layer1.2.relu3"));
    assert_int_equal(block->branch_first, network_find_op(network, "layer2.0.conv1"));
    assert_int_equal(block->branch_last, network_find_op(network, "layer2.0.bn3"));
    assert_int_equal(block->shortcut_last, network_find_op(network, "layer2.0.downsample.1"));
    assert_int_equal(block->add, network_find_op(network, "layer2.0.add"));
    assert_int_equal(block->output, network_find_op(network, "layer2.0.relu3"));
    const Op *add = &network->ops[block->add];
    assert_int_equal(add->inputs[0], block->branch_last);
    assert_int_equal(add->inputs[1], block->shortcut_last);
    block = &network->blocks[1];
    assert_int_equal(block->shortcut, SHORTCUT_IDENTITY);
    assert_int_equal(block->shortcut_last, block->input);
    network_free(network);
}

static void every_op_reads_earlier_ops_and_its_block_contains_it(void **state) {
    (void)state;
    for (const char *const *name = resnet_names(); *name; name++) {
        ResnetConfig config = {0};
        snprintf(config.arch, sizeof config.arch, "%s", *name);
        Network *network = build(config);
        for (int i = 0; i < network->op_count; i++) {
            const Op *op = &network->ops[i];
            for (int k = 0; k < op->input_count; k++) assert_in_range(op->inputs[k], 0, i - 1);
            if (op->block < 0) continue;
            const Block *block = &network->blocks[op->block];
            assert_in_range(i, block->branch_first, block->output);
            assert_memory_equal(op->name, block->name, strlen(block->name));
        }
        network_free(network);
    }
}

static void sizes_halve_stage_by_stage(void **state) {
    (void)state;
    Network *network = build((ResnetConfig){.arch = "resnet34"});
    static const char *const names[] = {"conv1",          "maxpool",        "layer1.2.relu2",
                                        "layer2.3.relu2", "layer4.2.relu2", "avgpool"};
    static const Shape shapes[] = {{1, 64, 112, 112}, {1, 64, 56, 56}, {1, 64, 56, 56},
                                   {1, 128, 28, 28},  {1, 512, 7, 7},  {1, 512, 1, 1}};
    for (int k = 0; k < 6; k++)
        assert_true(shape_equal(network->ops[network_find_op(network, names[k])].out, shapes[k]));
    network_free(network);
}

static void stride_sits_in_the_3x3_or_in_the_first_1x1(void **state) {
    (void)state;
    for (int v1 = 0; v1 < 2; v1++) {
        Network *network = build((ResnetConfig){.arch = "resnet50", .stride_in_1x1 = v1 == 1});
        assert_int_equal(network->ops[network_find_op(network, "layer3.0.conv1")].stride, v1 == 1 ? 2 : 1);
        assert_int_equal(network->ops[network_find_op(network, "layer3.0.conv2")].stride, v1 == 1 ? 1 : 2);
        assert_int_equal(network->ops[network_find_op(network, "layer1.0.conv1")].stride, 1);
        network_free(network);
    }
}

static void option_c_projects_every_shortcut(void **state) {
    (void)state;
    Network *network = build((ResnetConfig){.arch = "resnet20", .shortcut = 'C', .classes = 7});
    for (int b = 0; b < network->block_count; b++)
        assert_int_equal(network->blocks[b].shortcut, SHORTCUT_PROJECTION);
    assert_int_equal(network->classes, 7);
    network_free(network);
}

static void assert_refused(ResnetConfig config, const char *sentence) {
    Error err = {0};
    assert_null(resnet_new(&config, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_string_equal(err.text, sentence);
}

/* What stands between grows with the list of activation functions. */
static void assert_nearest(ResnetConfig config, const char *nearest) {
    char begin[160], end[64];
    Error err = {0};
    snprintf(begin, sizeof begin,
             "there is no architecture '%s': expected resnet or plain with 18, 34, 50, 101, 152 or 6n+2 up "
             "to 1202, and -nobn after it for no batch norm",
             config.arch);
    snprintf(end, sizeof end, "; the nearest is %s", nearest);
    assert_null(resnet_new(&config, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_memory_equal(err.text, begin, strlen(begin));
    assert_string_equal(err.text + strlen(err.text) - strlen(end), end);
}

static void unknown_architectures_are_refused_with_the_nearest_name(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"resnet21", "resnet20"}, {"plain49", "plain50"}, {"resnet1208", "resnet152"}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        ResnetConfig config = {.classes = 0};
        snprintf(config.arch, sizeof config.arch, "%s", cases[k][0]);
        assert_nearest(config, cases[k][1]);
    }
    static const char *const bad[] = {"",
                                      "resnet",
                                      "resnet018",
                                      "resnet20x",
                                      "resnet-20",
                                      "vgg16",
                                      "resnet2",
                                      "Resnet20",
                                      "resnet99999999999999",
                                      "resnet20-nob",
                                      "resnet-nobn"};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        ResnetConfig config = {0};
        Error err = {0};
        snprintf(config.arch, sizeof config.arch, "%s", bad[k]);
        assert_null(resnet_new(&config, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
    }
}

static void impossible_options_are_refused(void **state) {
    (void)state;
    assert_refused((ResnetConfig){.arch = "resnet20", .shortcut = 'D'},
                   "there is no shortcut option 'D': expected A, B or C");
    assert_refused((ResnetConfig){.arch = "resnet20", .classes = -1}, "-1 classes: expected 1 to 100000");
}

static void imagenet_depths_are_not_cifar(void **state) {
    (void)state;
    assert_true(resnet_is_cifar("resnet20") && resnet_is_cifar("plain56") && resnet_is_cifar("resnet1202"));
    /* 50 and 152 are 6n+2 as well; ImageNet owns them. */
    assert_false(resnet_is_cifar("resnet50") || resnet_is_cifar("resnet152") || resnet_is_cifar("plain18"));
    assert_false(resnet_is_cifar("resnet21") || resnet_is_cifar("hello"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(imagenet_networks_have_torchvisions_counts),
        cmocka_unit_test(stride_in_the_first_1x1_gives_the_papers_multiply_adds),
        cmocka_unit_test(cifar_networks_have_the_papers_counts),
        cmocka_unit_test(option_b_adds_two_projections_to_a_cifar_network),
        cmocka_unit_test(a_network_without_batch_norm_has_the_same_layers_and_no_norm),
        cmocka_unit_test(the_same_seed_gives_the_same_convolutions_with_and_without_batch_norm),
        cmocka_unit_test(counts_of_ops_add_up_to_those_of_the_network),
        cmocka_unit_test(basic_blocks_have_pytorchs_names_in_pytorchs_order),
        cmocka_unit_test(bottlenecks_have_three_convolutions_and_a_projection_in_layer1),
        cmocka_unit_test(option_a_is_one_op_and_a_plain_network_has_no_addition),
        cmocka_unit_test(parameters_have_pytorchs_names),
        cmocka_unit_test(blocks_know_their_ends),
        cmocka_unit_test(every_op_reads_earlier_ops_and_its_block_contains_it),
        cmocka_unit_test(sizes_halve_stage_by_stage),
        cmocka_unit_test(stride_sits_in_the_3x3_or_in_the_first_1x1),
        cmocka_unit_test(option_c_projects_every_shortcut),
        cmocka_unit_test(unknown_architectures_are_refused_with_the_nearest_name),
        cmocka_unit_test(impossible_options_are_refused),
        cmocka_unit_test(imagenet_depths_are_not_cifar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
