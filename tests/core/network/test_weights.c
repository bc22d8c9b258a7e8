#include "core/network/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/bent_file.h"
#include "tests/support/fixture.h"
#include "tests/support/temp_dir.h"

static Network *new_network(const char *arch, char shortcut) {
    ResnetConfig config = {.shortcut = shortcut};
    Error err = {0};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    fixture_note_network(&config);
    Network *network = resnet_new(&config, &err);
    if (!network) fail_msg("%s", err.text);
    return network;
}

static void assert_says(const Error *err, const char *reason) {
    assert_int_equal(err->kind, ERROR_FILE);
    if (!strstr(err->text, reason)) fail_msg("'%s' does not say '%s'", err->text, reason);
}

/* Finds, builds and reads; the sentence of whichever refuses first. Frees the file. */
static void assert_refused(BentFile *file, const char *reason) {
    WeightsReport report;
    Tensors *opened = bent_open(file);
    ResnetConfig config;
    Error err = {0};
    Network *network = NULL;
    bool good = weights_find_config(opened, NULL, &config, &err) && (network = resnet_new(&config, &err)) &&
                weights_check(opened, network, &err) && weights_read(opened, network, &report, &err);
    network_free(network);
    assert_false(good);
    assert_says(&err, reason);
    bent_free(file, opened);
}

static void assert_found(const char *arch, char shortcut, const char *prefix) {
    BentFile *file = bent_from(arch, shortcut, prefix);
    Tensors *opened = bent_open(file);
    ResnetConfig config;
    Error err = {0};
    if (!weights_find_config(opened, NULL, &config, &err)) fail_msg("%s", err.text);
    assert_string_equal(config.arch, arch);
    assert_int_equal(config.shortcut, shortcut);
    Network *network = resnet_new(&config, &err);
    if (!weights_check(opened, network, &err)) fail_msg("%s", err.text);
    network_free(network);
    bent_free(file, opened);
}

static void the_architecture_is_found_from_the_tensors(void **state) {
    (void)state;
    assert_found("resnet8", 'A', "");
    assert_found("resnet20", 'A', "");
    assert_found("resnet20", 'B', "");
    assert_found("resnet20", 'C', "");
    assert_found("resnet56", 'A', "");
    assert_found("resnet18", 'B', "");
    assert_found("resnet18", 'A', "");
    assert_found("resnet18", 'C', "");
    assert_found("resnet50", 'B', "");
    assert_found("resnet50", 'C', "");
}

static void a_prefix_that_all_tensors_carry_is_stripped(void **state) {
    (void)state;
    assert_found("resnet20", 'A', "module.");
    assert_found("resnet20", 'B', "_orig_mod.module.");
    assert_found("resnet20", 'A', "model.");
}

/* Opens a file, reads it into its network, and hands both out. */
static Network *read_bent(BentFile *file, WeightsReport *report) {
    Tensors *opened = bent_open(file);
    ResnetConfig config;
    Error err = {0};
    Network *network = weights_find_config(opened, NULL, &config, &err) ? resnet_new(&config, &err) : NULL;
    if (!network || !weights_check(opened, network, &err) || !weights_read(opened, network, report, &err))
        fail_msg("%s", err.text);
    bent_free(file, opened);
    return network;
}

static void assert_part(const char *text, const char *part) {
    if (!strstr(text, part)) fail_msg("'%s' does not say '%s'", text, part);
}

static void a_prefix_that_some_tensors_lack_is_found_all_the_same(void **state) {
    (void)state;
    WeightsReport report;
    BentFile *file = bent_from("resnet20", 'A', "module.");
    strcpy(bent_get(file, "module.fc.bias")->name, "fc.bias");
    bent_add(file, "criterion.weight", 1, (int[]){10});
    network_free(read_bent(file, &report));
    assert_part(report.names, "names after 'module.'");
    assert_string_equal(report.left_out, "left out: criterion.weight, fc.bias");
}

static void linear_is_accepted_for_fc_and_batch_counters_are_ignored(void **state) {
    WeightsReport report;
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "module.");
    strcpy(bent_get(file, "module.fc.bias")->name, "module.linear.bias");
    strcpy(bent_get(file, "module.fc.weight")->name, "module.linear.weight");
    bent_add(file, "module.bn1.num_batches_tracked", 0, NULL);
    file->tensors[file->count - 1].type = "I64";
    Tensors *opened = bent_open(file);
    Network *network = new_network("resnet20", 'A');
    Error err = {0};
    ResnetConfig config;
    assert_true(weights_find_config(opened, NULL, &config, &err));
    assert_true(weights_check(opened, network, &err));
    assert_true(weights_read(opened, network, &report, &err));
    assert_true(network_const_values(network, network_find_param(network, "fc.bias"))[9] == (real)0.25);
    network_free(network);
    bent_free(file, opened);
}

static void a_plain_network_must_be_asked_for_by_name(void **state) {
    (void)state;
    BentFile *file = bent_from("plain20", 0, "");
    Tensors *opened = bent_open(file);
    ResnetConfig config;
    Error err = {0};
    assert_true(weights_find_config(opened, NULL, &config, &err));
    assert_string_equal(config.arch, "resnet20");
    assert_int_equal(config.shortcut, 'A');
    assert_true(weights_find_config(opened, "plain20", &config, &err));
    assert_string_equal(config.arch, "plain20");
    assert_false(weights_find_config(opened, "resnet56", &config, &err));
    assert_says(&err, "expected the tensors of resnet56, found those of resnet20");
    bent_free(file, opened);
}

static void a_plain_network_has_no_projections(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'B', "");
    Tensors *opened = bent_open(file);
    ResnetConfig config;
    Error err = {0};
    assert_false(weights_find_config(opened, "plain20", &config, &err));
    assert_says(&err, "found projections");
    bent_free(file, opened);
}

static void a_network_without_batch_norm_is_known_by_its_missing_tensors(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20-nobn", 0, "");
    Tensors *opened = bent_open(file);
    ResnetConfig config;
    Error err = {0};
    assert_true(weights_find_config(opened, NULL, &config, &err));
    assert_string_equal(config.arch, "resnet20-nobn");
    assert_true(weights_find_config(opened, "plain20-nobn", &config, &err));
    assert_string_equal(config.arch, "plain20-nobn");
    assert_false(weights_find_config(opened, "resnet20", &config, &err));
    assert_says(&err, "expected the tensors of resnet20, found those of resnet20-nobn");
    bent_free(file, opened);
}

static void the_number_of_classes_comes_from_fc(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_get(file, "fc.weight")->dims[0] = 100;
    bent_get(file, "fc.bias")->dims[0] = 100;
    Tensors *opened = bent_open(file);
    ResnetConfig config;
    Error err = {0};
    assert_true(weights_find_config(opened, NULL, &config, &err));
    assert_int_equal(config.classes, 100);
    bent_free(file, opened);
}

static void a_wrong_shape_is_named_with_both_shapes(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    memcpy(bent_get(file, "conv1.weight")->dims, (int[]){16, 3, 9, 1}, 4 * sizeof(int));
    assert_refused(file, "conv1.weight is [16,3,9,1], expected [16,3,3,3]");
}

static void missing_tensors_are_named(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_remove(file, "layer2.1.bn2.running_var");
    assert_refused(file, "has no tensor layer2.1.bn2.running_var, which resnet20 needs (1 missing in all)");
}

/* Tensors whose names contain a word are taken out. */
static void remove_all(BentFile *file, const char *word) {
    for (int k = file->count - 1; k >= 0; k--)
        if (strstr(file->tensors[k].name, word)) file->tensors[k] = file->tensors[--file->count];
}

static void other_kinds_of_norm_are_named(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet18", 'B', "");
    remove_all(file, "running_");
    assert_refused(file,
                   "has no tensor bn1.running_mean, nor another running mean or variance: it has GroupNorm");
}

static void other_networks_are_no_resnet_of_no_blocks(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet18", 'B', "");
    remove_all(file, "layer");
    assert_refused(file, "has no block of a ResNet");
    file = bent_from("resnet18", 'B', "net.");
    bent_get(file, "net.conv1.weight")->dims[0] = 96;
    assert_refused(file, "net.conv1.weight is [96,3,7,7], expected the first convolution of a ResNet");
}

static void without_a_classifier_a_network_ends_at_avgpool(void **state) {
    (void)state;
    WeightsReport report;
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_remove(file, "fc.weight");
    bent_remove(file, "fc.bias");
    Network *network = read_bent(file, &report);
    assert_true(network->headless);
    assert_string_equal(network->ops[network_logits_op(network)].name, "avgpool");
    assert_int_equal(network->classes, 64);
    assert_part(report.names, "no classifier: the network ends at avgpool");
    network_free(network);
}

/* Zeros are what a bias that is not there adds. */
static void a_classifier_needs_no_bias(void **state) {
    (void)state;
    WeightsReport report;
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_remove(file, "fc.bias");
    Network *network = read_bent(file, &report);
    assert_false(network->headless);
    assert_true(network_const_values(network, network_find_param(network, "fc.bias"))[3] == 0);
    assert_part(report.names, "has no bias");
    network_free(network);
}

static void gaps_between_blocks_are_named(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    for (int k = 0; k < file->count; k++) {
        if (strncmp(file->tensors[k].name, "layer2.2.", 9) == 0) file->tensors[k].name[7] = '4';
    }
    assert_refused(file, "layer2 has a block 4 but no tensor layer2.2.conv1.weight");
    file = bent_from("resnet20", 'A', "");
    bent_add(file, "layer2.40000.conv1.weight", 1, (int[]){1});
    assert_refused(file, "layer2 has a block 40000 but no tensor layer2.3.conv1.weight");
}

static void other_kinds_of_resnet_are_refused_by_name(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet50", 'B', "");
    memcpy(bent_get(file, "layer1.0.conv2.weight")->dims, (int[]){128, 4, 3, 3}, 4 * sizeof(int));
    assert_refused(file, "ResNeXt with 32 groups");
    file = bent_from("resnet50", 'B', "");
    memcpy(bent_get(file, "layer1.0.conv2.weight")->dims, (int[]){128, 128, 3, 3}, 4 * sizeof(int));
    assert_refused(file, "wide ResNet");
    file = bent_from("resnet50", 'B', "");
    strcpy(bent_get(file, "conv1.weight")->name, "conv1.0.weight");
    assert_refused(file, "deep stem");
    file = bent_from("resnet50", 'B', "");
    bent_add(file, "layer1.0.se.fc1.weight", 1, (int[]){1});
    assert_refused(file, "squeeze and excitation");
    file = bent_from("resnet50", 'B', "");
    BentTensor *second = bent_get(file, "layer2.0.downsample.1.weight");
    second->rank = 4;
    memcpy(second->dims, (int[]){2, 2, 1, 1}, 4 * sizeof(int));
    assert_refused(file, "averages in its shortcuts");
}

static void block_counts_of_no_known_resnet_are_refused(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    for (int k = file->count - 1; k >= 0; k--) {
        if (strncmp(file->tensors[k].name, "layer3.2.", 9) == 0) bent_remove(file, file->tensors[k].name);
    }
    assert_refused(file, "has 3, 3, 2 and 0 blocks of two convolutions");
}

static void values_that_poison_a_network_are_said(void **state) {
    (void)state;
    WeightsReport report;
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_get(file, "layer1.0.bn1.weight")->value = NAN;
    bent_get(file, "bn1.bias")->value = INFINITY;
    bent_get(file, "layer3.0.bn2.running_var")->value = -0.5f;
    network_free(read_bent(file, &report));
    assert_part(report.values, "layer1.0.bn1.weight: 16 of 16 values are NaN or infinite");
    assert_part(report.values, "bn1.bias: 16 of 16 values are NaN or infinite");
    assert_part(report.values, "layer3.0.bn2.running_var: 64 of 64 values are negative variances");
    file = bent_from("resnet20", 'A', "");
    for (int k = 0; k < file->count; k++) file->tensors[k].value = NAN;
    network_free(read_bent(file, &report));
    assert_part(report.values, " and 93 tensors more");
}

/* BN((z + b) - m) = BN(z - (m - b)). */
static void biases_of_convolutions_go_into_the_running_means(void **state) {
    (void)state;
    WeightsReport report;
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_add(file, "conv1.bias", 1, (int[]){16});
    bent_add(file, "layer1.0.conv2.bias", 1, (int[]){16});
    bent_get(file, "conv1.bias")->value = 1;
    Network *network = read_bent(file, &report);
    assert_true(network_const_values(network, network_find_param(network, "bn1.running_mean"))[3] ==
                (real)-0.75);
    assert_true(network_const_values(network, network_find_param(network, "layer1.0.bn2.running_mean"))[3] ==
                (real)0.25);
    assert_string_equal(report.left_out, "left out: 1 bias of a convolution, which is 0");
    assert_part(report.names, "1 bias of a convolution taken off");
    network_free(network);
    file = bent_from("resnet20-nobn", 0, "");
    bent_add(file, "conv1.bias", 1, (int[]){16});
    bent_get(file, "conv1.bias")->value = 1;
    assert_refused(file, "conv1.bias is not 0, and resnet20-nobn has neither biases nor batch norm");
}

static void integer_weights_are_refused_by_name(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_get(file, "bn1.weight")->type = "I32";
    assert_refused(file, "bn1.weight has the type I32");
}

static void all_values_survive_saving_and_reading(void **state) {
    WeightsReport report;
    Error err = {0};
    Network *network = new_network("resnet20", 'B'), *again = new_network("resnet20", 'B');
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = 7});
    const char *path = temp_dir_join(*state, "w.safetensors");
    assert_true(weights_save(network, &(WeightsNotes){.half = false}, path, &err));
    Tensors *file = tensors_open_file(path, NULL, &err);
    assert_true(weights_check(file, again, &err));
    assert_true(weights_read(file, again, &report, &err));
    for (int k = 0; k < network->param_count; k++) {
        const Param *param = &network->params[k];
        const real *a = network_const_values(network, param), *b = network_const_values(again, param);
        for (size_t j = 0; j < param->count; j++) assert_true((float)a[j] == (float)b[j]);
    }
    tensors_close(file);
    network_free(network);
    network_free(again);
}

/* A float16 has 11 bits: a rounding of at most 2^-11 of the value, or of half of its smallest step, 2^-25. */
static void in_float16_convolutions_are_rounded_and_vectors_are_not(void **state) {
    WeightsReport report;
    Error err = {0};
    Network *network = new_network("resnet20", 'B'), *again = new_network("resnet20", 'B');
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = 7});
    network_values(network, network_find_param(network, "bn1.weight"))[3] = 1e-9F;
    network_values(network, network_find_param(network, "fc.weight"))[3] = 65505;
    const char *path = temp_dir_join(*state, "w.safetensors");
    assert_true(weights_save(network, &(WeightsNotes){.half = true}, path, &err));
    Tensors *file = tensors_open_file(path, NULL, &err);
    assert_int_equal(tensors_find(file, "conv1.weight")->type, ELEMENT_F16);
    assert_int_equal(tensors_find(file, "fc.weight")->type, ELEMENT_F32);
    assert_true(tensors_check_data(file, &err));
    assert_true(weights_check(file, again, &err));
    assert_true(weights_read(file, again, &report, &err));
    bool rounded = false;
    for (int k = 0; k < network->param_count; k++) {
        const Param *param = &network->params[k];
        const real *a = network_const_values(network, param), *b = network_const_values(again, param);
        bool half = param->rank > 1 && strcmp(param->name, "fc.weight") != 0;
        for (size_t j = 0; j < param->count; j++) {
            double error = fabs((double)a[j] - (double)b[j]);
            if (half)
                assert_true(error <= fabs((double)a[j]) * 0x1p-11 + 0x1p-25);
            else
                assert_true((float)a[j] == (float)b[j]);
            rounded |= error > 0;
        }
    }
    assert_true(rounded);
    tensors_close(file);
    network_free(network);
    network_free(again);
}

/* conv1 of the file is (K,C,R,S); in memory (R,S,C,K). */
static void a_convolution_lies_in_the_file_in_pytorch_order(void **state) {
    Error err = {0};
    Network *network = new_network("resnet20", 'A');
    const Param *param = network_find_param(network, "conv1.weight");
    network_values(network, param)[((1 * 3 + 2) * 3 + 0) * 16 + 5] = 42; /* k 5, r 1, s 2, c 0 */
    const char *path = temp_dir_join(*state, "w.safetensors");
    assert_true(weights_save(network, &(WeightsNotes){.half = false}, path, &err));
    Tensors *file = tensors_open_file(path, NULL, &err);
    float values[16 * 3 * 3 * 3];
    assert_true(tensors_read(file, tensors_find(file, "conv1.weight"), values, &err));
    assert_true(values[((5 * 3 + 0) * 3 + 1) * 3 + 2] == 42.0f);
    tensors_close(file);
    network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_architecture_is_found_from_the_tensors),
        cmocka_unit_test(a_prefix_that_all_tensors_carry_is_stripped),
        cmocka_unit_test(a_prefix_that_some_tensors_lack_is_found_all_the_same),
        cmocka_unit_test(linear_is_accepted_for_fc_and_batch_counters_are_ignored),
        cmocka_unit_test(a_plain_network_must_be_asked_for_by_name),
        cmocka_unit_test(a_plain_network_has_no_projections),
        cmocka_unit_test(a_network_without_batch_norm_is_known_by_its_missing_tensors),
        cmocka_unit_test(the_number_of_classes_comes_from_fc),
        cmocka_unit_test(a_wrong_shape_is_named_with_both_shapes),
        cmocka_unit_test(missing_tensors_are_named),
        cmocka_unit_test(other_kinds_of_norm_are_named),
        cmocka_unit_test(other_networks_are_no_resnet_of_no_blocks),
        cmocka_unit_test(without_a_classifier_a_network_ends_at_avgpool),
        cmocka_unit_test(a_classifier_needs_no_bias),
        cmocka_unit_test(gaps_between_blocks_are_named),
        cmocka_unit_test(other_kinds_of_resnet_are_refused_by_name),
        cmocka_unit_test(block_counts_of_no_known_resnet_are_refused),
        cmocka_unit_test(values_that_poison_a_network_are_said),
        cmocka_unit_test(biases_of_convolutions_go_into_the_running_means),
        cmocka_unit_test(integer_weights_are_refused_by_name),
        IN_TEMP_DIR(all_values_survive_saving_and_reading),
        IN_TEMP_DIR(in_float16_convolutions_are_rounded_and_vectors_are_not),
        IN_TEMP_DIR(a_convolution_lies_in_the_file_in_pytorch_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
