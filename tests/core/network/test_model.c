#include "core/network/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/temp_dir.h"

static Model *new_model(const char *arch, int classes) {
    ResnetConfig config = {.classes = classes};
    Error err = {0};
    snprintf(config.arch, sizeof config.arch, "%s", arch);
    fixture_note_network(&config);
    Network *network = resnet_new(&config, &err);
    if (!network) fail_msg("%s", err.text);
    Model *model = model_new(network, &err);
    if (!model) fail_msg("%s", err.text);
    return model;
}

/* Saves a fresh network with these metadata. */
static const char *save_with(TempDir *dir, const char *arch, int classes, const SafetensorsPair *pairs,
                             int pair_count) {
    Error err = {0};
    Model *model = new_model(arch, classes);
    const char *path = temp_dir_join(dir, "m.safetensors");
    if (!model_save(model, pairs, pair_count, path, &err)) fail_msg("%s", err.text);
    model_free(model);
    return path;
}

static Model *load(const char *path, const ModelOptions *options) {
    Error err = {0};
    Model *model = model_load_file(path, options, &err);
    if (!model) fail_msg("%s", err.text);
    return model;
}

static void assert_refused(const char *path, const ModelOptions *options, const char *reason) {
    Error err = {0};
    assert_null(model_load_file(path, options, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void assert_arch(const char *path, const ModelOptions *options, const char *arch) {
    Model *model = load(path, options);
    assert_string_equal(model->network->arch, arch);
    assert_string_equal(network_activation(model->network)->name,
                        op_spec(arch_activation(arch_of(arch)))->name);
    model_free(model);
}

/* A file of ours says its activation function; in place of that an option may say another one. */
static void the_activation_travels_with_the_file(void **state) {
    TempDir *dir = *state;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const OpSpec *spec = op_spec((OpKind)kind);
        char arch[ARCH_NAME_MAX];
        if (!spec->activation) continue;
        arch_format(arch_with_activation(arch_of("resnet8"), (OpKind)kind), arch);
        assert_arch(save_with(dir, arch, 0, NULL, 0), NULL, arch);
        assert_arch(save_with(dir, "resnet8", 0, NULL, 0), &(ModelOptions){.activation = spec}, arch);
        assert_arch(save_with(dir, "resnet8", 0, NULL, 0), &(ModelOptions){.arch = arch}, arch);
        assert_arch(save_with(dir, arch, 0, NULL, 0), &(ModelOptions){.arch = "resnet8"}, "resnet8");
    }
}

static void a_new_cifar_network_gets_cifars_names_and_colors(void **state) {
    (void)state;
    Model *model = new_model("resnet20", 0);
    assert_string_equal(model->class_names[3], "cat");
    assert_close(model->preprocess.normalise.std[2], 0.2616, 1e-7); /* the rounding of a float */
    model_free(model);
}

static void an_imagenet_network_has_numbers_for_names(void **state) {
    (void)state;
    char text[32];
    Model *model = new_model("resnet18", 0);
    assert_null(model->class_names);
    assert_string_equal(model_class_name(model, 281, text, sizeof text), "class 281");
    assert_close(model->preprocess.normalise.mean[0], 0.485, 1e-7); /* the rounding of a float */
    model_free(model);
}

static void a_cifar_network_of_another_class_count_has_no_names(void **state) {
    (void)state;
    Model *model = new_model("resnet20", 7);
    assert_null(model->class_names);
    model_free(model);
}

static void a_hundred_classes_are_taken_for_cifar_100(void **state) {
    (void)state;
    Model *model = new_model("resnet20", 100);
    assert_close(model->preprocess.normalise.mean[0], 0.5071, 1e-7); /* the rounding of a float */
    assert_int_equal(model->preprocess.origins[PREPROCESS_MEAN], PREPROCESS_GUESSED);
    model_free(model);
}

static void what_the_file_says_of_normalisation_is_no_guess(void **state) {
    const SafetensorsPair pair = {.key = "dataset", .value = "cifar10"};
    Model *model = load(save_with(*state, "resnet20", 100, &pair, 1), NULL);
    assert_int_equal(model->preprocess.origins[PREPROCESS_MEAN], PREPROCESS_FROM_FILE);
    model_free(model);
}

static void pictures_are_made_ready_as_the_file_says(void **state) {
    Error err = {0};
    const char *path = temp_dir_join(*state, "m.safetensors");
    Model *model = new_model("resnet20", 10), *back;
    model->preprocess.filter = IMAGE_FILTER_BICUBIC;
    model->preprocess.channels = IMAGE_CHANNELS_BGR;
    assert_true(model_save(model, NULL, 0, path, &err));
    back = load(path, NULL);
    assert_int_equal(back->preprocess.filter, IMAGE_FILTER_BICUBIC);
    assert_int_equal(back->preprocess.channels, IMAGE_CHANNELS_BGR);
    assert_int_equal(back->preprocess.origins[PREPROCESS_CHANNELS], PREPROCESS_FROM_FILE);
    assert_null(model_value(model, "preprocess"));
    model_free(model);
    model_free(back);
}

static void a_network_made_for_larger_pictures_says_so_in_its_file(void **state) {
    Error err = {0};
    const char *path = temp_dir_join(*state, "m.safetensors");
    ResnetConfig config = {.arch = "resnet20", .side = 48};
    Network *network = resnet_new(&config, &err);
    Model *model = network ? model_new(network, &err) : NULL, *back;
    assert_non_null(model);
    assert_true(model_save(model, NULL, 0, path, &err));
    back = load(path, NULL);
    assert_int_equal(back->network->input.h, 48);
    assert_int_equal(back->preprocess.crop, 48);
    model_free(back);
    back = load(path, &(ModelOptions){.side = 32});
    assert_int_equal(back->network->input.h, 32);
    assert_int_equal(back->preprocess.crop, 32);
    model_free(back);
    model_free(model);
}

static void a_model_comes_back_with_everything_it_was_saved_with(void **state) {
    const SafetensorsPair pairs[] = {{.key = "dataset", .value = "cifar10"},
                                     {.key = "test_top1", .value = "91.5"}};
    Error err = {0};
    char text[32];
    Model *model = new_model("plain20", 3);
    const char *const names[] = {"cat", "dog, small", "\xc3\xa9l\xc3\xa9phant"};
    assert_true(model_set_class_names(model, names, &err));
    model->preprocess.normalise = (Normalise){.mean = {0.1f, 0.2f, 0.3f}, .std = {0.4f, 0.5f, 0.6f}};
    const char *path = temp_dir_join(*state, "m.safetensors");
    assert_true(model_save(model, pairs, 2, path, &err));
    model_free(model);
    model = load(path, NULL);
    assert_string_equal(model->network->arch, "plain20");
    assert_int_equal(model->network->classes, 3);
    assert_true(model->preprocess.normalise.mean[0] == 0.1f && model->preprocess.normalise.std[2] == 0.6f);
    assert_string_equal(model_class_name(model, 1, text, sizeof text), "dog, small");
    assert_string_equal(model->class_names[2], "\xc3\xa9l\xc3\xa9phant");
    assert_string_equal(model_value(model, "test_top1"), "91.5");
    assert_null(model_value(model, "recipe"));
    assert_string_equal(model->source, path);
    model_free(model);
}

static void a_model_is_loaded_from_memory_the_same_way(void **state) {
    size_t size;
    Error err = {0};
    uint8_t *bytes = file_read_all(save_with(*state, "resnet20", 0, NULL, 0), 1 << 24, &size, &err);
    Model *model = model_load_memory(bytes, size, "the bundled model", NULL, &err);
    free(bytes);
    assert_non_null(model);
    assert_string_equal(model->source, "the bundled model");
    assert_string_equal(model->network->arch, "resnet20");
    model_free(model);
}

static void names_with_commas_between_them_are_read(void **state) {
    const SafetensorsPair pair = {.key = "classes", .value = "red,green,blue"};
    Model *model = load(save_with(*state, "resnet20", 3, &pair, 1), NULL);
    assert_string_equal(model->class_names[1], "green");
    model_free(model);
}

static void metadata_that_make_no_sense_are_refused_by_name(void **state) {
    const struct {
        const char *key, *value, *reason;
    } cases[] = {
        {"mean", "0.5,0.5", "metadata mean is '0.5,0.5', expected three numbers"},
        {"mean", "a,b,c", "expected three numbers"},
        {"mean", "1e999,0,0", "expected three numbers"},
        {"std", "0.5,0,0.5", "expected positive numbers"},
        {"classes", "a,b", "has 2 class names, expected 3"},
        {"classes", "a,,c", "line 2 is empty"},
        {"classes", "a,b,\x1b[2J", "control character"},
        {"classes", "[1,2,3]", "expected names one a line, a JSON list"},
        {"arch", "resnet56", "expected the tensors of resnet56, found those of resnet20"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const SafetensorsPair pair = {.key = cases[k].key, .value = cases[k].value};
        assert_refused(save_with(*state, "resnet20", 3, &pair, 1), NULL, cases[k].reason);
    }
}

static void an_option_makes_a_plain_network_of_the_same_tensors(void **state) {
    const SafetensorsPair pair = {.key = "arch", .value = "resnet20"};
    const char *path = save_with(*state, "plain20", 0, &pair, 1);
    Model *model = load(path, NULL);
    assert_string_equal(model->network->arch, "resnet20");
    model_free(model);
    model = load(path, &(ModelOptions){.arch = "plain20"});
    assert_string_equal(model->network->arch, "plain20");
    model_free(model);
    assert_refused(path, &(ModelOptions){.arch = "resnet18"},
                   "expected the tensors of resnet18, found those of resnet20");
}

static void another_shortcut_option_than_the_files_is_refused(void **state) {
    assert_refused(save_with(*state, "resnet20", 0, NULL, 0), &(ModelOptions){.shortcut = 'B'},
                   "expected shortcuts of option B, found the tensors of option A");
}

static void a_damaged_byte_is_noticed_on_loading(void **state) {
    size_t size;
    Error err = {0};
    uint8_t *bytes = file_read_all(save_with(*state, "resnet20", 0, NULL, 0), 1 << 24, &size, &err);
    bytes[size - 1000] ^= 1;
    assert_null(model_load_memory(bytes, size, "x", NULL, &err));
    assert_non_null(strstr(err.text, "damaged"));
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_activation_travels_with_the_file, temp_dir_setup,
                                        temp_dir_teardown),
        cmocka_unit_test(a_new_cifar_network_gets_cifars_names_and_colors),
        cmocka_unit_test(an_imagenet_network_has_numbers_for_names),
        cmocka_unit_test(a_cifar_network_of_another_class_count_has_no_names),
        cmocka_unit_test(a_hundred_classes_are_taken_for_cifar_100),
        IN_TEMP_DIR(what_the_file_says_of_normalisation_is_no_guess),
        IN_TEMP_DIR(a_model_comes_back_with_everything_it_was_saved_with),
        IN_TEMP_DIR(pictures_are_made_ready_as_the_file_says),
        IN_TEMP_DIR(a_network_made_for_larger_pictures_says_so_in_its_file),
        IN_TEMP_DIR(a_model_is_loaded_from_memory_the_same_way),
        IN_TEMP_DIR(names_with_commas_between_them_are_read),
        IN_TEMP_DIR(metadata_that_make_no_sense_are_refused_by_name),
        IN_TEMP_DIR(an_option_makes_a_plain_network_of_the_same_tensors),
        IN_TEMP_DIR(another_shortcut_option_than_the_files_is_refused),
        IN_TEMP_DIR(a_damaged_byte_is_noticed_on_loading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
