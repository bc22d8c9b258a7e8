/* train --weights --freeze on a folder of pictures, eval on the same, and the bundled set from the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/network/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/same_file.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

enum { PER_CLASS = 20 };

#define TRAIN(out, ...)                                                                                      \
    ARGS("train", "--dataset", "folder", "--batch", "8", "--epochs", "2", "--quiet", "--out", out,           \
         __VA_ARGS__)

/* Three classes of pictures, not divided into train and test. */
static void write_pictures(TempDir *dir) {
    static const char *const classes[] = {"pictures", "pictures/apple", "pictures/pear", "pictures/plum"};
    for (int c = 0; c < 4; c++) {
        assert_int_equal(mkdir(temp_dir_join(dir, classes[c]), 0700), 0);
        for (int k = 0; c > 0 && k < PER_CLASS; k++) {
            char name[64];
            snprintf(name, sizeof name, "%s/%02d.png", classes[c], k);
            test_image_write(dir, name, (unsigned)(c * PER_CLASS + k));
        }
    }
}

static void write_weights(const char *path) {
    Error err = {0};
    Network *network = resnet_new(&(ResnetConfig){.arch = "resnet8"}, &err);
    assert_non_null(network);
    network_init_values(network, &(InitConfig){.kind = INIT_HE, .seed = 7});
    Model *model = model_new(network, &err);
    assert_non_null(model);
    assert_true(model_save(model, NULL, 0, path, &err));
    model_free(model);
}

/* As many, in the same places: one of them is another one. */
static void other_pictures_are_not_gone_on_with(TempDir *dir, const char *weights) {
    char pictures[TEMP_PATH_MAX], out[TEMP_PATH_MAX];
    strcpy(pictures, temp_dir_join(dir, "pictures"));
    strcpy(out, temp_dir_join(dir, "other.safetensors"));
    program_expect_success(TRAIN(out, "--data", pictures, "--weights", weights, "--stop-after", "2"));
    for (int k = 0; k < PER_CLASS; k++) {
        char name[64];
        snprintf(name, sizeof name, "pictures/plum/%02d.png", k);
        test_image_write(dir, name, (unsigned)(1000 + k));
    }
    program_expect_failure(4, "dataset", TRAIN(out, "--data", pictures, "--weights", weights, "--resume"));
}

static void weights_go_on_learning_other_classes_and_resume_to_the_bit(void **state) {
    TempDir *dir = *state;
    char pictures[TEMP_PATH_MAX], weights[TEMP_PATH_MAX], whole[TEMP_PATH_MAX], parts[TEMP_PATH_MAX];
    Error err = {0};
    write_pictures(dir);
    strcpy(pictures, temp_dir_join(dir, "pictures"));
    strcpy(weights, temp_dir_join(dir, "w.safetensors"));
    strcpy(whole, temp_dir_join(dir, "whole.safetensors"));
    strcpy(parts, temp_dir_join(dir, "parts.safetensors"));
    write_weights(weights);
    program_expect_success(
        TRAIN(whole, "--data", pictures, "--weights", weights, "--freeze", "conv1,bn1,layer1"));
    program_expect_success(TRAIN(parts, "--data", pictures, "--weights", weights, "--freeze",
                                 "conv1,bn1,layer1", "--stop-after", "5", "--threads", "1"));
    program_expect_failure(4, "init", TRAIN(parts, "--data", pictures, "--weights", weights, "--resume"));
    program_expect_success(
        TRAIN(parts, "--data", pictures, "--weights", weights, "--freeze", "conv1,bn1,layer1", "--resume"));
    assert_same_file(whole, parts);
    other_pictures_are_not_gone_on_with(dir, weights);
    Model *model = model_load_file(whole, NULL, &err), *before = model_load_file(weights, NULL, &err);
    assert_true(model && before);
    assert_int_equal(model->network->classes, 3);
    assert_string_equal(model->class_names[1], "pear");
    assert_int_equal(strncmp(model_value(model, "dataset"), "folder ", 7), 0);
    assert_string_equal(model_value(model, "test_images"), "12");
    assert_non_null(strstr(model_value(model, "init"), ", frozen conv1,bn1,layer1"));
    const Param *param = network_find_param(model->network, "layer1.0.conv2.weight");
    assert_memory_equal(network_const_values(model->network, param),
                        network_const_values(before->network, param), param->count * sizeof(real));
    model_free(model);
    model_free(before);
    json_t *json =
        program_run_json(ARGS("eval", whole, "--dataset", "folder", "--data", pictures, "--json", "--quiet"));
    assert_int_equal(json_integer_value(json_object_get(json, "n")), 12);
    assert_string_equal(json_string_value(json_object_get(json, "dataset")), "folder");
    json_decref(json);
}

static void what_cannot_be_meant_is_refused(void **state) {
    TempDir *dir = *state;
    char weights[TEMP_PATH_MAX], out[TEMP_PATH_MAX];
    strcpy(weights, temp_dir_join(dir, "w.safetensors"));
    strcpy(out, temp_dir_join(dir, "out.safetensors"));
    write_weights(weights);
    program_expect_failure(
        2, "--init makes random weights",
        ARGS("train", "--dataset", "mini", "--weights", weights, "--init", "he", "--quiet"));
    program_expect_failure(2, "no parameter named 'layr1'",
                           ARGS("train", "resnet8", "--dataset", "mini", "--freeze", "layr1", "--quiet"));
    program_expect_failure(
        2, "--compare begins with random weights",
        ARGS("train", "--compare", "resnet8,plain8", "--dataset", "mini", "--weights", weights));
    program_expect_failure(2, "is inside the program",
                           ARGS("train", "resnet8", "--dataset", "mini", "--data", dir->path, "--quiet"));
    program_expect_failure(4, "expected a folder for each class",
                           TRAIN(out, "--data", dir->path, "--arch", "resnet8"));
    program_expect_failure(4,
                           "expected the folder of cifar10 in its binary version, or cifar-10-binary.tar.gz",
                           ARGS("train", "resnet8", "--data", dir->path, "--quiet"));
}

/* Three steps: it runs from the program alone. */
static void the_bundled_set_trains_without_a_file(void **state) {
    (void)state;
    ProgramRun run =
        program_run(ARGS("train", "resnet8", "--dataset", "mini", "--limit", "150", "--epochs", "1"));
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.err, "150 training and 200 test pictures, the first of CIFAR-10"));
    assert_non_null(strstr(run.err, "without --out nothing is written"));
    assert_non_null(strstr(run.out, "of 200 test images right"));
    program_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(weights_go_on_learning_other_classes_and_resume_to_the_bit),
        IN_TEMP_DIR(what_cannot_be_meant_is_refused),
        cmocka_unit_test(the_bundled_set_trains_without_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
