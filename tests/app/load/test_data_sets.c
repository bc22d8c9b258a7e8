/* Which data set the options mean, the bundled one, and weights to begin with. */
#include "app/load/data_sets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "app/load/fine_tune.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

enum { WORDS_MAX = 16 };

/* In the folder of the test: `data` there is what the options mean by default. */
static Options options_of(TempDir *dir, const char *line) {
    static char text[1024];
    static char *words[WORDS_MAX];
    Options options;
    Error err = {0};
    int count = 0;
    assert_int_equal(chdir(dir->path), 0);
    assert_true(strlen(line) < sizeof text);
    strcpy(text, line);
    for (char *word = strtok(text, " "); word && count < WORDS_MAX; word = strtok(NULL, " "))
        words[count++] = word;
    if (!options_parse(&options, count, words, &err)) fail_msg("%s", err.text);
    return options;
}

static DatasetKind kind_for(TempDir *dir, const char *line) {
    Options options = options_of(dir, line);
    return data_sets_config(&options, DATASET_SIDE).kind;
}

static void the_bundled_set_is_meant_where_nothing_is_named_and_nothing_is_there(void **state) {
    TempDir *dir = *state, data;
    unsetenv("SKIPSCOPE_DATA");
    assert_int_equal(kind_for(dir, "skipscope train"), DATASET_MINI);
    assert_int_equal(kind_for(dir, "skipscope eval"), DATASET_MINI);
    assert_int_equal(kind_for(dir, "skipscope train --data data"), DATASET_CIFAR10);
    assert_int_equal(kind_for(dir, "skipscope train --dataset cifar10"), DATASET_CIFAR10);
    assert_int_equal(kind_for(dir, "skipscope train --dataset folder"), DATASET_FOLDER);
    strcpy(data.path, temp_dir_join(dir, "data"));
    setenv("SKIPSCOPE_DATA", data.path, 1);
    assert_int_equal(kind_for(dir, "skipscope train"), DATASET_CIFAR10);
    assert_int_equal(kind_for(dir, "skipscope train --dataset mini"), DATASET_MINI);
    unsetenv("SKIPSCOPE_DATA");
    assert_int_equal(mkdir(data.path, 0700), 0);
    assert_int_equal(kind_for(dir, "skipscope train"), DATASET_MINI);
    test_image_write_cifar10(&data, 1, 1);
    assert_int_equal(kind_for(dir, "skipscope train"), DATASET_CIFAR10);
    assert_int_equal(chdir("/"), 0);
}

/* Of all pixels. */
static uint32_t checksum(const Dataset *dataset) {
    uLong crc = crc32(0, NULL, 0);
    for (int k = 0; k < dataset_count(dataset); k++)
        crc = crc32(crc, dataset_pixels(dataset, k), DATASET_PIXELS);
    return (uint32_t)crc;
}

static void the_bundled_set_is_a_thousand_and_two_hundred_pictures(void **state) {
    /* Of the first pictures of both, as everyone has them: frog, truck, truck, deer; cat, ship, ship, airplane. */
    static const int train_labels[] = {6, 9, 9, 4}, test_labels[] = {3, 8, 8, 0};
    DataSets sets;
    Error err = {0};
    Options options = options_of(*state, "skipscope train --dataset mini --quiet");
    if (!data_sets_load(&sets, &options, DATASET_SIDE, &err)) fail_msg("%s", err.text);
    assert_int_equal(dataset_count(sets.train), 1000);
    assert_int_equal(dataset_count(sets.test), 200);
    for (int k = 0; k < 4; k++) {
        assert_int_equal(dataset_label(sets.train, k), train_labels[k]);
        assert_int_equal(dataset_label(sets.test, k), test_labels[k]);
    }
    /* Of the same pictures in the official files. */
    assert_int_equal(checksum(sets.train), 0xd87da472);
    assert_int_equal(checksum(sets.test), 0xc6d47251);
    assert_string_equal(dataset_class_names(sets.train)[6], "frog");
    assert_string_equal(dataset_kind_name(dataset_kind(sets.train)), "mini");
    data_sets_free(&sets);
    options = options_of(*state, "skipscope train --dataset mini --data here");
    assert_false(data_sets_load(&sets, &options, DATASET_SIDE, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_int_equal(chdir("/"), 0);
}

static void the_bundled_set_has_a_recipe_of_its_own(void **state) {
    TrainConfig usual = train_default_config(), mini = usual;
    (void)state;
    data_sets_recipe(DATASET_CIFAR10, &mini);
    assert_memory_equal(&usual, &mini, sizeof usual);
    data_sets_recipe(DATASET_MINI, &mini);
    assert_int_equal(mini.epochs, 8);
    assert_int_equal(mini.batch, 50);
    assert_close(mini.lr, 0.02, 0);
    assert_false(mini.augment);
}

static Model *new_model(const char *arch, int classes, unsigned long long seed) {
    Error err = {0};
    ResnetConfig config = {.classes = classes};
    strcpy(config.arch, arch);
    Network *network = resnet_new(&config, &err);
    assert_non_null(network);
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = seed});
    Model *model = model_new(network, &err);
    assert_non_null(model);
    return model;
}

static const real *values_of(const Model *model, const char *name) {
    return network_const_values(model->network, network_find_param(model->network, name));
}

static Dataset *new_dataset(TempDir *dir) {
    Error err = {0};
    test_image_write_cifar10(dir, 1, 1);
    DatasetConfig config = {.kind = DATASET_CIFAR10, .split = DATASET_TRAIN, .directory = dir->path};
    Dataset *dataset = dataset_load(&config, &err);
    if (!dataset) fail_msg("%s", err.text);
    return dataset;
}

static void weights_of_other_classes_get_a_new_last_layer(void **state) {
    char origin[FINE_TUNE_ORIGIN_MAX], again[FINE_TUNE_ORIGIN_MAX];
    Error err = {0};
    Dataset *dataset = new_dataset(*state);
    Model *kept = new_model("resnet8", 7, 1), *fresh = new_model("resnet8", 10, 3),
          *given = new_model("resnet8", 7, 1);
    given->preprocess.normalise.mean[0] = 0.25f;
    Model *model = fine_tune_fit(given, dataset, 3, origin, &err);
    if (!model) fail_msg("%s", err.text);
    assert_int_equal(model->network->classes, 10);
    assert_memory_equal(values_of(model, "layer3.0.conv2.weight"), values_of(kept, "layer3.0.conv2.weight"),
                        64 * sizeof(real));
    assert_memory_equal(values_of(model, "fc.weight"), values_of(fresh, "fc.weight"), 640 * sizeof(real));
    assert_close(model->preprocess.normalise.mean[0], 0.25, 0);
    assert_string_equal(model->class_names[3], "cat");
    model_free(model);
    /* With ten classes all of it stays, and the origin is another one. */
    model = fine_tune_fit(new_model("resnet8", 10, 1), dataset, 3, again, &err);
    assert_memory_equal(values_of(model, "conv1.weight"), values_of(kept, "conv1.weight"),
                        432 * sizeof(real));
    assert_int_equal(strncmp(origin, "weights ", 8), 0);
    assert_string_not_equal(origin, again);
    model_free(model);
    model_free(kept);
    model_free(fresh);
    dataset_free(dataset);
}

static void weights_of_the_command_line_count_and_exclude_random_ones(void **state) {
    Model *given, *saved = new_model("plain8", 10, 1);
    Error err = {0};
    char line[TEMP_PATH_MAX + 64];
    assert_true(model_save(saved, NULL, 0, temp_dir_join(*state, "w.safetensors"), &err));
    setenv("SKIPSCOPE_WEIGHTS", temp_dir_join(*state, "w.safetensors"), 1);
    Options options = options_of(*state, "skipscope train");
    assert_true(fine_tune_open(&given, &options, NULL, &err));
    assert_null(given);
    unsetenv("SKIPSCOPE_WEIGHTS");
    snprintf(line, sizeof line, "skipscope train --weights %s", temp_dir_join(*state, "w.safetensors"));
    options = options_of(*state, line);
    assert_true(fine_tune_open(&given, &options, NULL, &err));
    assert_string_equal(given->network->arch, "plain8");
    model_free(given);
    assert_false(fine_tune_open(&given, &options, "resnet20", &err));
    strcat(line, " --init he");
    options = options_of(*state, line);
    assert_false(fine_tune_open(&given, &options, NULL, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    model_free(saved);
    assert_int_equal(chdir("/"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(the_bundled_set_is_meant_where_nothing_is_named_and_nothing_is_there),
        IN_TEMP_DIR(the_bundled_set_is_a_thousand_and_two_hundred_pictures),
        cmocka_unit_test(the_bundled_set_has_a_recipe_of_its_own),
        IN_TEMP_DIR(weights_of_other_classes_get_a_new_last_layer),
        IN_TEMP_DIR(weights_of_the_command_line_count_and_exclude_random_ones),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
