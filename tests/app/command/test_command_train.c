/* train and eval on a small data set made here. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/network/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/same_file.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

enum { TRAIN_PER_FILE = 52, TEST_IMAGES = 40 };

/* 256 of 260 images in batches of 32: 8 steps an epoch. */
#define TRAIN(dir, epochs, out, ...)                                                                         \
    ARGS("train", "resnet8", "--data", (dir)->path, "--limit", "256", "--batch", "32", "--epochs", epochs,   \
         "--threads", "2", "--quiet", "--out", out, __VA_ARGS__)

static void a_stopped_and_resumed_run_equals_one_that_was_not(void **state) {
    TempDir *dir = *state;
    char whole[TEMP_PATH_MAX], parts[TEMP_PATH_MAX];
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(whole, temp_dir_join(dir, "whole.safetensors"));
    strcpy(parts, temp_dir_join(dir, "parts.safetensors"));
    program_expect_success(TRAIN(dir, "2", whole, "--seed", "3"));
    program_expect_success(TRAIN(dir, "2", parts, "--seed", "3", "--stop-after", "5"));
    assert_int_equal(access(parts, F_OK), -1);
    program_expect_success(
        TRAIN(dir, "2", parts, "--seed", "3", "--stop-after", "11", "--resume", "--threads", "1"));
    program_expect_success(TRAIN(dir, "2", parts, "--seed", "3", "--resume", "--threads", "3"));
    assert_same_file(whole, parts);
    assert_int_equal(access(temp_dir_join(dir, "parts.safetensors.ckpt"), F_OK), -1);
}

/* The run is far too long to end by itself; its first line says that it has begun. */
static void stop_by_signal(TempDir *dir, int signal) {
    char out[TEMP_PATH_MAX], text[4096] = "";
    size_t length = 0;
    int fd, status;
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "net.safetensors"));
    pid_t child = program_start(ARGS("train", "resnet8", "--data", dir->path, "--limit", "32", "--batch", "8",
                                     "--epochs", "100000", "--threads", "2", "--out", out, "--restart"),
                                &fd);
    bool asked = false; /* a second signal would end it at once */
    for (ssize_t got; (got = read(fd, text + length, sizeof text - 1 - length)) > 0; length += (size_t)got) {
        if (asked || !strstr(text, "epoch 1 of 100000")) continue;
        assert_int_equal(kill(child, signal), 0);
        asked = true;
    }
    close(fd);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal);
    if (!strstr(text, "goes on from there")) fail_msg("%s", text);
    char *step = strstr(text, "stopped after step ");
    assert_non_null(step);
    char next[32];
    snprintf(next, sizeof next, "%ld", strtol(step + strlen("stopped after step "), NULL, 10) + 3);
    program_expect_success(ARGS("train", "resnet8", "--data", dir->path, "--limit", "32", "--batch", "8",
                                "--epochs", "100000", "--quiet", "--out", out, "--resume", "--stop-after",
                                next));
}

static void a_signal_leaves_a_checkpoint_to_go_on_from(void **state) {
    stop_by_signal(*state, SIGINT);
    stop_by_signal(*state, SIGTERM);
    stop_by_signal(*state, SIGHUP);
}

/* So often that each of three steps of an epoch of eight does, and the stop once more. */
static void a_checkpoint_is_saved_within_an_epoch(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    char out[TEMP_PATH_MAX];
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "net.safetensors"));
    program_expect_success(TRAIN(dir, "1", out, "--save-every", "1e-6", "--stop-after", "3"));
    Safetensors *file = safetensors_open_file(temp_dir_join(dir, "net.safetensors.ckpt.prev"), &err);
    if (!file) fail_msg("%s", err.text);
    assert_string_equal(safetensors_value(file, "checkpoint_step"), "3");
    safetensors_close(file);
}

static void the_file_says_how_it_was_made(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    char out[TEMP_PATH_MAX];
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "net.safetensors"));
    program_expect_success(TRAIN(dir, "1", out, "--seed", "4", "--lr", "0.05"));
    Model *model = model_load_file(out, NULL, &err);
    if (!model) fail_msg("%s", err.text);
    assert_string_equal(model_value(model, "dataset"), "cifar10");
    assert_string_equal(model_value(model, "seed"), "4");
    assert_non_null(strstr(model_value(model, "recipe"), "1 epochs, batch 32"));
    assert_string_equal(model->class_names[3], "cat");
    double noted = strtod(model_value(model, "test_top1"), NULL);
    model_free(model);
    json_t *json = program_run_json(ARGS("eval", out, "--data", dir->path, "--json", "--quiet"));
    assert_string_equal(json_string_value(json_object_get(json, "arch")), "resnet8");
    assert_string_equal(json_string_value(json_object_get(json, "dataset")), "cifar10");
    assert_string_equal(json_string_value(json_object_get(json, "split")), "test");
    assert_int_equal(json_integer_value(json_object_get(json, "n")), TEST_IMAGES);
    assert_close(json_number_value(json_object_get(json, "top1")), noted, 5e-5); /* noted with four digits */
    assert_true(json_number_value(json_object_get(json, "loss")) > 0);
    assert_true(json_number_value(json_object_get(json, "images_per_s")) > 0);
    json_decref(json);
}

static void learning_lowers_the_loss(void **state) {
    TempDir *dir = *state;
    char out[TEMP_PATH_MAX];
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "net.safetensors"));
    program_expect_success(TRAIN(dir, "6", out, "--no-augment"));
    json_t *json =
        program_run_json(ARGS("eval", out, "--data", dir->path, "--split", "train", "--json", "--quiet"));
    /* guessing has a loss of ln 10 = 2.30 */
    assert_true(json_number_value(json_object_get(json, "loss")) < 1.8);
    json_decref(json);
}

static void what_cannot_work_is_refused_at_the_start(void **state) {
    TempDir *dir = *state;
    char out[TEMP_PATH_MAX];
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "net.safetensors"));
    program_expect_failure(1, "no-such-folder/net",
                           TRAIN(dir, "1", temp_dir_join(dir, "no-such-folder/net"), "--seed", "1"));
    program_expect_failure(2, "--resume needs --out", ARGS("train", "resnet8", "--resume"));
    program_expect_failure(2, "--snapshots needs --out", ARGS("train", "resnet8", "--snapshots", "1"));
    program_expect_failure(2, "--snapshots 2: there are 1 epochs",
                           TRAIN(dir, "1", out, "--snapshots", "1,2"));
    program_expect_failure(2, "--compare names all networks: leave out 'resnet8'",
                           TRAIN(dir, "1", out, "--compare", "resnet8,plain8"));
    program_expect_failure(2, "--compare: expected two to 4", ARGS("train", "--compare", "resnet8"));
    program_expect_failure(2, "--compare: expected at most 4",
                           ARGS("train", "--compare", "resnet8,resnet8,resnet8,resnet8,resnet8"));
    program_expect_failure(2, "--compare: expected architectures with commas",
                           ARGS("train", "--compare", "resnet8,,plain8"));
    program_expect_failure(4, "net.safetensors.ckpt", TRAIN(dir, "1", out, "--resume"));
    program_expect_failure(2, "reads 224x224 images",
                           ARGS("train", "resnet18", "--data", dir->path, "--out", out));
    program_expect_failure(2, "a batch of 4096",
                           ARGS("train", "resnet8", "--data", dir->path, "--batch", "4096", "--out", out));
    program_expect_failure(
        4, "expected the folder of cifar100",
        ARGS("train", "resnet8", "--dataset", "cifar100", "--data", dir->path, "--out", out));
}

static void another_recipe_is_not_resumed(void **state) {
    TempDir *dir = *state;
    char out[TEMP_PATH_MAX];
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "net.safetensors"));
    program_expect_success(TRAIN(dir, "1", out, "--stop-after", "2"));
    program_expect_failure(4, "recipe is \"1 epochs, ...\", this run's is \"2 epochs, ...\"",
                           TRAIN(dir, "2", out, "--resume"));
    program_expect_failure(
        4, "recipe is \"..., seed 0\", this run's is \"..., gradients clipped at norm 2, seed 0\"",
        TRAIN(dir, "1", out, "--clip", "2", "--resume"));
    program_expect_failure(4, "recipe is \"..., peak learning rate 0.1, ...\", this run's is \"..., peak ",
                           TRAIN(dir, "1", out, "--lr", "0.3", "--resume"));
}

/* By its last step, after which no other finds that out. */
static void a_network_that_broke_is_not_kept(void **state) {
    TempDir *dir = *state;
    char out[TEMP_PATH_MAX];
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "broken.safetensors"));
    program_expect_failure(1, "not a finite number after step 1; try a smaller --lr than 1e+06",
                           ARGS("train", "resnet20-nobn", "--data", dir->path, "--batch", "64", "--limit",
                                "64", "--epochs", "1", "--lr", "1000000", "--quiet", "--out", out));
    assert_int_equal(access(out, F_OK), -1);
}

/* Step 1 makes weights that are numbers still, step 2 statistics that are none. */
static void a_training_that_runs_away_leaves_its_last_checkpoint(void **state) {
    TempDir *dir = *state;
    char out[TEMP_PATH_MAX], checkpoint[TEMP_PATH_MAX], copy[TEMP_PATH_MAX];
    Error err = {0};
    size_t size;
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "away.safetensors"));
    strcpy(checkpoint, temp_dir_join(dir, "away.safetensors.ckpt"));
    strcpy(copy, temp_dir_join(dir, "copy"));
    program_expect_success(TRAIN(dir, "2", out, "--lr", "1000000", "--optimizer", "adamw", "--stop-after",
                                 "1", "--schedule", "constant"));
    uint8_t *bytes = file_read_all(checkpoint, 1 << 24, &size, &err);
    if (!bytes || !file_write_atomic(copy, bytes, size, &err)) fail_msg("%s", err.text);
    free(bytes);
    const char *const again[] = {
        "resnet8, step ", " is inf in ",
        "try a smaller --lr than 1e+06, with --restart. What was before: skipscope "};
    for (int k = 0; k < 3; k++)
        program_expect_failure(1, again[k],
                               TRAIN(dir, "2", out, "--lr", "1000000", "--optimizer", "adamw", "--resume",
                                     "--schedule", "constant"));
    assert_same_file(checkpoint, copy);
    program_expect_success(ARGS("summary", checkpoint));
}

#define COMPARE(dir, out, ...)                                                                               \
    ARGS("train", "--compare", "resnet8,plain8", "--data", (dir)->path, "--limit", "32", "--batch", "8",     \
         "--epochs", "2", "--threads", "2", "--quiet", "--out", out, __VA_ARGS__)

#define ALONE(dir, arch, out, ...)                                                                           \
    ARGS("train", arch, "--data", (dir)->path, "--limit", "32", "--batch", "8", "--epochs", "2",             \
         "--threads", "1", "--quiet", "--out", out, __VA_ARGS__)

/* Beside each other, stopped and resumed: to the files that each network comes to alone and at one go. */
static void compared_networks_equal_those_trained_alone(void **state) {
    TempDir *dir = *state;
    char out[TEMP_PATH_MAX], alone[TEMP_PATH_MAX], beside[TEMP_PATH_MAX];
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "both.safetensors"));
    program_expect_success(COMPARE(dir, out, "--snapshots", "0,1", "--stop-after", "5"));
    assert_int_equal(access(temp_dir_join(dir, "both-resnet8.safetensors"), F_OK), -1);
    program_expect_success(COMPARE(dir, out, "--snapshots", "0,1", "--resume"));
    assert_int_equal(access(temp_dir_join(dir, "both.safetensors.ckpt"), F_OK), -1);
    assert_int_equal(access(temp_dir_join(dir, "both-plain8.epoch0.safetensors"), F_OK), 0);
    strcpy(alone, temp_dir_join(dir, "alone.safetensors"));
    program_expect_success(ALONE(dir, "resnet8", alone, "--snapshots", "1"));
    strcpy(beside, temp_dir_join(dir, "both-resnet8.safetensors"));
    assert_same_file(alone, beside);
    strcpy(alone, temp_dir_join(dir, "alone.epoch1.safetensors"));
    strcpy(beside, temp_dir_join(dir, "both-resnet8.epoch1.safetensors"));
    assert_same_file(alone, beside);
    strcpy(alone, temp_dir_join(dir, "plain.safetensors"));
    program_expect_success(ALONE(dir, "plain8", alone, "--seed", "0"));
    strcpy(beside, temp_dir_join(dir, "both-plain8.safetensors"));
    assert_same_file(alone, beside);
    program_expect_failure(2, "both-resnet8.safetensors: holds a trained resnet8", COMPARE(dir, out, "-q"));
    ProgramRun again = program_run(COMPARE(dir, out, "--resume"));
    assert_int_equal(again.status, 0);
    assert_non_null(strstr(again.err, "this training is finished"));
    assert_non_null(strstr(again.out, "both-plain8.safetensors: plain8, "));
    program_free(&again);
}

static void a_snapshot_is_a_model_in_float16(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    char out[TEMP_PATH_MAX], path[TEMP_PATH_MAX];
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "net.safetensors"));
    strcpy(path, temp_dir_join(dir, "net.epoch1.safetensors"));
    program_expect_success(TRAIN(dir, "1", out, "--snapshots", "1"));
    Safetensors *file = safetensors_open_file(path, &err);
    if (!file) fail_msg("%s", err.text);
    assert_int_equal(safetensors_find(file, "conv1.weight")->type, ELEMENT_F16);
    assert_string_equal(safetensors_value(file, "epoch"), "1");
    safetensors_close(file);
    json_t *half = program_run_json(ARGS("eval", path, "--data", dir->path, "--json", "--quiet"));
    json_t *full = program_run_json(ARGS("eval", out, "--data", dir->path, "--json", "--quiet"));
    /* Of 40 pictures, none near enough to a border to change sides by 2^-11 of a weight; the loss by as little. */
    assert_close(json_number_value(json_object_get(half, "loss")),
                 json_number_value(json_object_get(full, "loss")), 1e-2);
    json_decref(half), json_decref(full);
    remove(out);
    program_expect_failure(2, "net.epoch1.safetensors: stands already",
                           TRAIN(dir, "1", out, "--snapshots", "1"));
}

static void a_finished_training_says_again_what_it_came_to(void **state) {
    TempDir *dir = *state;
    char out[TEMP_PATH_MAX];
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(out, temp_dir_join(dir, "net.safetensors"));
    ProgramRun run = program_run(ALONE(dir, "resnet8", out, "--ema", "0.9")),
               again = program_run(ALONE(dir, "resnet8", out, "--ema", "0.9", "--resume"));
    assert_non_null(strstr(run.out, "(moving average of the weights)"));
    assert_string_equal(run.out, again.out);
    program_free(&run), program_free(&again);
}

static void without_out_nothing_is_written(void **state) {
    TempDir *dir = *state;
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    int before = temp_dir_count(dir);
    ProgramRun run = program_run(ARGS("train", "--compare", "resnet8,plain8", "--data", dir->path, "--limit",
                                      "64", "--batch", "32", "--epochs", "2", "--threads", "2"));
    if (run.status != 0) fail_msg("exit code %d: %s", run.status, run.err);
    static const char first[] = "skipscope: without --out nothing is written";
    assert_int_equal(strncmp(run.err, first, sizeof first - 1), 0);
    /* One line an epoch. */
    assert_non_null(strstr(run.err, "\nepoch 1 of 2, step 2 of 4: resnet8 loss "));
    assert_non_null(strstr(run.err, "\nepoch 2 of 2, step 4 of 4: resnet8 loss "));
    assert_non_null(strstr(run.err, "; plain8 loss "));
    assert_non_null(strstr(run.out, "not saved: plain8, "));
    assert_int_equal(temp_dir_count(dir), before);
    program_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_stopped_and_resumed_run_equals_one_that_was_not),
        IN_TEMP_DIR(a_signal_leaves_a_checkpoint_to_go_on_from),
        IN_TEMP_DIR(a_checkpoint_is_saved_within_an_epoch),
        IN_TEMP_DIR(the_file_says_how_it_was_made),
        IN_TEMP_DIR(learning_lowers_the_loss),
        IN_TEMP_DIR(what_cannot_work_is_refused_at_the_start),
        IN_TEMP_DIR(another_recipe_is_not_resumed),
        IN_TEMP_DIR(a_network_that_broke_is_not_kept),
        IN_TEMP_DIR(a_training_that_runs_away_leaves_its_last_checkpoint),
        IN_TEMP_DIR(compared_networks_equal_those_trained_alone),
        IN_TEMP_DIR(a_snapshot_is_a_model_in_float16),
        IN_TEMP_DIR(a_finished_training_says_again_what_it_came_to),
        IN_TEMP_DIR(without_out_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
