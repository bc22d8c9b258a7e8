#include "core/network/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json_write.h"
#include "tests/support/assert_close.h"
#include "tests/support/bytes.h"
#include "tests/support/fixture.h"
#include "tests/support/temp_dir.h"

/* A weights file as a list that a test can bend before it is written. */
enum { BENT_MAX = 400 };

typedef struct BentTensor {
    char name[80];
    int rank, dims[4];
    const char *type; /* NULL: F32 */
    float value;      /* of every element */
} BentTensor;

typedef struct BentFile {
    BentTensor tensors[BENT_MAX];
    int count;
    Bytes bytes;
} BentFile;

static Network *new_network(const char *arch, char shortcut) {
    ResnetConfig config = {.shortcut = shortcut};
    Error err = {0};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    fixture_note_network(&config);
    Network *network = resnet_new(&config, &err);
    if (!network) fail_msg("%s", err.text);
    return network;
}

static BentFile *bent_from(const char *arch, char shortcut, const char *prefix) {
    BentFile *file = calloc(1, sizeof *file);
    Network *network = new_network(arch, shortcut);
    assert_true(network->param_count < BENT_MAX);
    for (int k = 0; k < network->param_count; k++) {
        const Param *param = &network->params[k];
        BentTensor *tensor = &file->tensors[file->count++];
        *tensor = (BentTensor){.rank = param->rank, .value = 0.25f};
        snprintf(tensor->name, sizeof tensor->name, "%s%s", prefix, param->name);
        memcpy(tensor->dims, param->dims, sizeof tensor->dims);
    }
    network_free(network);
    return file;
}

static BentTensor *bent_get(BentFile *file, const char *name) {
    for (int k = 0; k < file->count; k++) {
        if (strcmp(file->tensors[k].name, name) == 0) return &file->tensors[k];
    }
    fail_msg("no tensor %s", name);
    return NULL;
}

static void bent_add(BentFile *file, const char *name, int rank, const int *dims) {
    BentTensor *tensor = &file->tensors[file->count++];
    *tensor = (BentTensor){.rank = rank};
    snprintf(tensor->name, sizeof tensor->name, "%s", name);
    for (int k = 0; k < rank; k++) tensor->dims[k] = dims[k];
}

static void bent_remove(BentFile *file, const char *name) {
    *bent_get(file, name) = file->tensors[--file->count];
}

static size_t bent_count(const BentTensor *tensor) {
    size_t count = 1;
    for (int k = 0; k < tensor->rank; k++) count *= (size_t)tensor->dims[k];
    return count;
}

static size_t bent_bytes(const BentTensor *tensor) {
    return bent_count(tensor) * (tensor->type && strcmp(tensor->type, "I64") == 0 ? 8 : 4);
}

static void put_entry(JsonWriter *writer, const BentTensor *tensor, size_t begin) {
    json_write_key(writer, tensor->name);
    json_write_object_begin(writer);
    json_write_key_string(writer, "dtype", tensor->type ? tensor->type : "F32");
    json_write_key(writer, "shape");
    json_write_array_begin(writer);
    for (int k = 0; k < tensor->rank; k++) json_write_int(writer, tensor->dims[k]);
    json_write_array_end(writer);
    json_write_key(writer, "data_offsets");
    json_write_array_begin(writer);
    json_write_int(writer, (int64_t)begin);
    json_write_int(writer, (int64_t)(begin + bent_bytes(tensor)));
    json_write_array_end(writer);
    json_write_object_end(writer);
}

static Tensors *bent_open(BentFile *file) {
    JsonWriter writer;
    Error err = {0};
    size_t begin = 0;
    json_write_init(&writer, NULL);
    json_write_object_begin(&writer);
    for (int k = 0; k < file->count; k++) {
        put_entry(&writer, &file->tensors[k], begin);
        begin += bent_bytes(&file->tensors[k]);
    }
    json_write_object_end(&writer);
    assert_true(json_write_end(&writer));
    bytes_add_le64(&file->bytes, writer.length);
    bytes_add(&file->bytes, writer.text, writer.length);
    free(writer.text);
    size_t start = file->bytes.size;
    bytes_add_zeros(&file->bytes, begin);
    float *value = (float *)calloc(begin / 4 + 1, 4);
    size_t at = 0;
    for (int k = 0; k < file->count; k++) {
        size_t words = bent_bytes(&file->tensors[k]) / 4;
        for (size_t j = 0; j < words; j++) value[at++] = file->tensors[k].value;
    }
    memcpy(file->bytes.data + start, value, begin);
    free(value);
    Tensors *opened = tensors_open_memory(file->bytes.data, file->bytes.size, "w", NULL, &err);
    if (!opened) fail_msg("%s", err.text);
    return opened;
}

static void bent_free(BentFile *file, Tensors *opened) {
    tensors_close(opened);
    bytes_free(&file->bytes);
    free(file);
}

static void assert_says(const Error *err, const char *reason) {
    assert_int_equal(err->kind, ERROR_FILE);
    if (!strstr(err->text, reason)) fail_msg("'%s' does not say '%s'", err->text, reason);
}

/* Finds, builds and reads; the sentence of whichever refuses first. Frees the file. */
static void assert_refused(BentFile *file, const char *reason) {
    Tensors *opened = bent_open(file);
    ResnetConfig config;
    Error err = {0};
    Network *network = NULL;
    bool good = weights_find_config(opened, NULL, &config, &err) && (network = resnet_new(&config, &err)) &&
                weights_check(opened, network, &err) && weights_read(opened, network, &err);
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

static void a_prefix_that_some_tensors_lack_is_not_stripped(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "module.");
    strcpy(bent_get(file, "module.fc.bias")->name, "fc.bias");
    assert_refused(file, "has no tensor conv1.weight");
}

static void linear_is_accepted_for_fc_and_batch_counters_are_ignored(void **state) {
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
    assert_true(weights_read(opened, network, &err));
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

static void missing_and_unexpected_tensors_are_named(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_remove(file, "layer2.1.bn2.running_var");
    assert_refused(file, "has no tensor layer2.1.bn2.running_var, which resnet20 needs (1 missing in all)");
    file = bent_from("resnet20", 'A', "");
    bent_add(file, "layer2.1.attention", 1, (int[]){4});
    assert_refused(file, "has the tensor layer2.1.attention, which resnet20 does not have");
    file = bent_from("resnet20", 'A', "");
    bent_remove(file, "fc.weight");
    assert_refused(file, "has no tensor fc.weight");
}

static void gaps_between_blocks_are_named(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    for (int k = 0; k < file->count; k++) {
        if (strncmp(file->tensors[k].name, "layer2.2.", 9) == 0) file->tensors[k].name[7] = '4';
    }
    assert_refused(file, "layer2 has a block 4 but no tensor layer2.2.conv1.weight");
    file = bent_from("resnet20", 'A', "");
    bent_add(file, "layer2.4000000000.conv1.weight", 1, (int[]){1});
    assert_refused(file, "layer2 has a block 4000000000 but no tensor layer2.3.conv1.weight");
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

static void values_that_poison_a_network_are_refused(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_get(file, "layer1.0.bn1.weight")->value = NAN;
    assert_refused(file, "16 of the 16 values of layer1.0.bn1.weight are NaN or infinite");
    file = bent_from("resnet20", 'A', "");
    bent_get(file, "bn1.bias")->value = INFINITY;
    assert_refused(file, "of bn1.bias are NaN or infinite");
    file = bent_from("resnet20", 'A', "");
    bent_get(file, "layer3.0.bn2.running_var")->value = -0.5f;
    assert_refused(file, "64 of the 64 values of layer3.0.bn2.running_var are negative");
}

static void integer_weights_are_refused_by_name(void **state) {
    (void)state;
    BentFile *file = bent_from("resnet20", 'A', "");
    bent_get(file, "bn1.weight")->type = "I32";
    assert_refused(file, "bn1.weight has the type I32");
}

static void all_values_survive_saving_and_reading(void **state) {
    Error err = {0};
    Network *network = new_network("resnet20", 'B'), *again = new_network("resnet20", 'B');
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = 7});
    const char *path = temp_dir_join(*state, "w.safetensors");
    assert_true(weights_save(network, &(WeightsNotes){.half = false}, path, &err));
    Tensors *file = tensors_open_file(path, NULL, &err);
    assert_true(weights_check(file, again, &err));
    assert_true(weights_read(file, again, &err));
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
    assert_true(weights_read(file, again, &err));
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
        cmocka_unit_test(a_prefix_that_some_tensors_lack_is_not_stripped),
        cmocka_unit_test(linear_is_accepted_for_fc_and_batch_counters_are_ignored),
        cmocka_unit_test(a_plain_network_must_be_asked_for_by_name),
        cmocka_unit_test(a_plain_network_has_no_projections),
        cmocka_unit_test(a_network_without_batch_norm_is_known_by_its_missing_tensors),
        cmocka_unit_test(the_number_of_classes_comes_from_fc),
        cmocka_unit_test(a_wrong_shape_is_named_with_both_shapes),
        cmocka_unit_test(missing_and_unexpected_tensors_are_named),
        cmocka_unit_test(gaps_between_blocks_are_named),
        cmocka_unit_test(other_kinds_of_resnet_are_refused_by_name),
        cmocka_unit_test(block_counts_of_no_known_resnet_are_refused),
        cmocka_unit_test(values_that_poison_a_network_are_refused),
        cmocka_unit_test(integer_weights_are_refused_by_name),
        IN_TEMP_DIR(all_values_survive_saving_and_reading),
        IN_TEMP_DIR(in_float16_convolutions_are_rounded_and_vectors_are_not),
        IN_TEMP_DIR(a_convolution_lies_in_the_file_in_pytorch_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
