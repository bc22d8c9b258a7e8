/* train beside files that stand already: nothing that took time to make is lost unasked. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/train/files.h"
#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/test_image.h"

/* 16 images in batches of 8: 2 steps an epoch. */
enum { TRAIN_PER_FILE = 13, TEST_IMAGES = 10, FILE_CAP = 1 << 24 };

#define TRAIN(folder, epochs, out, ...)                                                                      \
    ARGS("train", "resnet8", "--data", folder, "--limit", "16", "--batch", "8", "--epochs", epochs,          \
         "--threads", "1", "--quiet", "--out", out, __VA_ARGS__)

typedef struct Bytes {
    uint8_t *bytes;
    size_t size;
} Bytes;

static Bytes read_file(const char *path) {
    Error err = {0};
    Bytes file;
    file.bytes = file_read_all(path, FILE_CAP, &file.size, &err);
    if (!file.bytes) fail_msg("%s", err.text);
    return file;
}

/* Frees what was read before. */
static void assert_unchanged(const char *path, Bytes before) {
    Bytes now = read_file(path);
    assert_int_equal(now.size, before.size);
    assert_memory_equal(now.bytes, before.bytes, now.size);
    free(now.bytes);
    free(before.bytes);
}

static char *assert_runs(const char *const *arguments) {
    ProgramRun run = program_run(arguments);
    if (run.status != 0) fail_msg("exit code %d: %s", run.status, run.err);
    free(run.err);
    return run.out;
}

static void assert_trains(const char *const *arguments) {
    free(assert_runs(arguments));
}

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

typedef struct Names {
    const char *folder;
    char out[TEMP_PATH_MAX], checkpoint[TEMP_PATH_MAX], previous[TEMP_PATH_MAX], whole[TEMP_PATH_MAX];
} Names;

static Names set_up(TempDir *dir) {
    Names names = {.folder = dir->path};
    test_image_write_cifar10(dir, TRAIN_PER_FILE, TEST_IMAGES);
    strcpy(names.out, temp_dir_join(dir, "net"));
    strcpy(names.checkpoint, temp_dir_join(dir, "net.ckpt"));
    strcpy(names.previous, temp_dir_join(dir, "net.ckpt.prev"));
    strcpy(names.whole, temp_dir_join(dir, "whole"));
    return names;
}

/* The folder of the data is wrong: whoever loads it first tells of that instead. */
static void a_checkpoint_is_not_overwritten_unasked(void **state) {
    Names names = set_up(*state);
    assert_trains(TRAIN(names.folder, "2", names.out, "--stop-after", "3"));
    Bytes before = read_file(names.checkpoint);
    program_expect_failure(2, "net.ckpt: the checkpoint of a training stands here: --resume goes on from it",
                           TRAIN("nowhere", "2", names.out, "--seed", "1"));
    assert_unchanged(names.checkpoint, before);
    assert_int_equal(rename(names.checkpoint, names.previous), 0);
    before = read_file(names.previous);
    program_expect_failure(2, "net.ckpt.prev: the checkpoint of a training stands here",
                           TRAIN("nowhere", "2", names.out, "--seed", "1"));
    assert_unchanged(names.previous, before);
}

static void a_restart_begins_anew_by_name(void **state) {
    Names names = set_up(*state);
    assert_trains(TRAIN(names.folder, "1", names.whole, "--seed", "1"));
    assert_trains(TRAIN(names.folder, "2", names.out, "--stop-after", "3"));
    assert_true(exists(names.checkpoint) && exists(names.previous));
    assert_trains(TRAIN(names.folder, "1", names.out, "--seed", "1", "--restart"));
    assert_unchanged(names.out, read_file(names.whole));
    assert_false(exists(names.checkpoint) || exists(names.previous));
}

static void resume_and_restart_exclude_each_other(void **state) {
    Names names = set_up(*state);
    program_expect_failure(2, "--resume goes on and --restart begins anew",
                           TRAIN("nowhere", "1", names.out, "--resume", "--restart"));
    setenv("SKIPSCOPE_RESUME", "1", 1);
    assert_trains(TRAIN(names.folder, "1", names.out, "--restart"));
    unsetenv("SKIPSCOPE_RESUME");
}

static void a_finished_training_says_so(void **state) {
    Names names = set_up(*state);
    char *first = assert_runs(TRAIN(names.folder, "1", names.out, "--seed", "2"));
    Bytes before = read_file(names.out);
    ProgramRun again = program_run(TRAIN(names.folder, "1", names.out, "--seed", "2", "--resume"));
    if (again.status != 0) fail_msg("exit code %d: %s", again.status, again.err);
    assert_string_equal(again.out, first);
    assert_non_null(strstr(again.err, "this training is finished"));
    program_free(&again);
    assert_unchanged(names.out, before);
    free(first);
}

static void nothing_to_go_on_from_is_told(void **state) {
    Names names = set_up(*state);
    program_expect_failure(4, "there is no checkpoint to go on from",
                           TRAIN("nowhere", "1", names.out, "--resume"));
    assert_trains(TRAIN(names.folder, "1", names.out, "--stop-after", "1"));
    program_expect_failure(4, "is a checkpoint, not the end of a training",
                           TRAIN(names.folder, "1", names.checkpoint, "--resume"));
}

static void another_network_is_not_overwritten_unasked(void **state) {
    Names names = set_up(*state);
    assert_trains(TRAIN(names.folder, "1", names.out, "--seed", "2"));
    Bytes before = read_file(names.out);
    program_expect_failure(2, "net: holds a trained resnet8",
                           TRAIN("nowhere", "1", names.out, "--seed", "3"));
    program_expect_failure(4, "it is no result of this training",
                           TRAIN(names.folder, "1", names.out, "--seed", "3", "--resume"));
    program_expect_failure(4, "its train_images is \"16\", this run's is \"12\"",
                           ARGS("train", "resnet8", "--data", names.folder, "--limit", "12", "--batch", "8",
                                "--epochs", "1", "--seed", "2", "--out", names.out, "--resume"));
    assert_unchanged(names.out, before);
}

/* Until the new network is there the old one stays, and --restart is remembered. */
static void a_restart_replaces_the_network_at_its_end(void **state) {
    Names names = set_up(*state);
    assert_trains(TRAIN(names.folder, "1", names.whole, "--seed", "3"));
    assert_trains(TRAIN(names.folder, "1", names.out, "--seed", "2"));
    Bytes before = read_file(names.out);
    ProgramRun stopped =
        program_run(TRAIN(names.folder, "1", names.out, "--seed", "3", "--restart", "--stop-after", "1"));
    assert_int_equal(stopped.status, 0);
    assert_non_null(strstr(stopped.err, "with --resume in place of --restart"));
    program_free(&stopped);
    assert_unchanged(names.out, before);
    assert_trains(TRAIN(names.folder, "1", names.out, "--seed", "3", "--resume"));
    assert_unchanged(names.out, read_file(names.whole));
}

static void a_foreign_file_is_not_overwritten_unasked(void **state) {
    TempDir *dir = *state;
    Names names = set_up(dir);
    temp_dir_write(dir, "net", "my thesis", 9);
    Bytes before = read_file(names.out);
    program_expect_failure(2, "net: holds something else than weights",
                           TRAIN("nowhere", "1", names.out, "-q"));
    program_expect_failure(4, "net: is no safetensors file", TRAIN(names.folder, "1", names.out, "--resume"));
    assert_unchanged(names.out, before);
    temp_dir_write(dir, "net", "", 0); /* as mktemp leaves it */
    assert_trains(TRAIN(names.folder, "1", names.out, "--stop-after", "1"));
    temp_dir_write(dir, "net", "my thesis", 9);
    before = read_file(names.out);
    program_expect_failure(4, "move it away first", TRAIN(names.folder, "1", names.out, "--resume"));
    assert_unchanged(names.out, before);
}

static void what_comes_to_the_place_meanwhile_is_kept(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    TrainFiles files;
    const TrainNetworks networks = {.archs = {"resnet8"}, .count = 1};
    char out[TEMP_PATH_MAX];
    strcpy(out, temp_dir_join(dir, "net"));
    Options options = {.output.out = out};
    assert_true(train_files_begin(&files, &options, &networks, &err));
    assert_true(train_files_check_end(&files, &err));
    temp_dir_write(dir, "net", "", 0);
    assert_true(train_files_check_end(&files, &err));
    temp_dir_write(dir, "net", "another's", 9);
    assert_false(train_files_check_end(&files, &err));
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_non_null(strstr(err.text, "is not replaced"));
    train_files_end(&files);
    options.train.restart = true;
    assert_true(train_files_begin(&files, &options, &networks, &err));
    assert_true(train_files_check_end(&files, &err));
    temp_dir_write(dir, "net", "a third one's", 13);
    assert_false(train_files_check_end(&files, &err));
    train_files_end(&files);
}

static void two_trainings_do_not_write_in_one_place(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    TrainFiles files, other;
    const TrainNetworks networks = {.archs = {"resnet8"}, .count = 1};
    char out[TEMP_PATH_MAX], owner[64];
    strcpy(out, temp_dir_join(dir, "net"));
    snprintf(owner, sizeof owner, "another training, process %ld writes", (long)getpid());
    Options options = {.output.out = out};
    assert_true(train_files_begin(&files, &options, &networks, &err));
    assert_false(train_files_begin(&other, &options, &networks, &err));
    if (!strstr(err.text, owner)) fail_msg("%s", err.text);
    train_files_end(&other);
    program_expect_failure(1, "another training", TRAIN("nowhere", "1", out, "--restart"));
    train_files_end(&files);
    assert_int_equal(temp_dir_count(dir), 0);
    temp_dir_write(dir, "net.ckpt.lock", "1\n", 2); /* of one that was killed */
    assert_true(train_files_begin(&files, &options, &networks, &err));
    train_files_end(&files);
    assert_int_equal(temp_dir_count(dir), 0);
}

static void damage(const char *path) {
    Error err = {0};
    Bytes file = read_file(path);
    file.bytes[file.size / 2] ^= 1;
    if (!file_write_atomic(path, file.bytes, file.size, &err)) fail_msg("%s", err.text);
    free(file.bytes);
}

static void a_damaged_checkpoint_is_told_of_and_the_one_before_it_used(void **state) {
    Names names = set_up(*state);
    assert_trains(TRAIN(names.folder, "2", names.whole, "--seed", "4"));
    assert_trains(TRAIN(names.folder, "2", names.out, "--seed", "4", "--stop-after", "3"));
    damage(names.checkpoint);
    ProgramRun run = program_run(TRAIN(names.folder, "2", names.out, "--seed", "4", "--resume"));
    if (run.status != 0) fail_msg("exit code %d: %s", run.status, run.err);
    if (!strstr(run.err, "net.ckpt: is damaged")) fail_msg("%s", run.err);
    if (!strstr(run.err, "net.ckpt.prev, after step 2")) fail_msg("%s", run.err);
    program_free(&run);
    assert_unchanged(names.out, read_file(names.whole));
    assert_false(exists(names.checkpoint) || exists(names.previous));
}

static void two_damaged_checkpoints_end_it(void **state) {
    Names names = set_up(*state);
    assert_trains(TRAIN(names.folder, "2", names.out, "--stop-after", "3"));
    damage(names.checkpoint);
    damage(names.previous);
    Bytes before = read_file(names.checkpoint);
    program_expect_failure(4, "nor can the one before it be used",
                           TRAIN(names.folder, "2", names.out, "--resume"));
    assert_unchanged(names.checkpoint, before);
}

/* RLIMIT_FSIZE stands for a full disk; the program inherits it. */
static void a_full_disk_costs_no_checkpoint(void **state) {
    Names names = set_up(*state);
    struct rlimit before;
    assert_trains(TRAIN(names.folder, "2", names.whole, "--seed", "5"));
    assert_trains(TRAIN(names.folder, "2", names.out, "--seed", "5", "--stop-after", "1"));
    Bytes checkpoint = read_file(names.checkpoint);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 100000, .rlim_max = before.rlim_max});
    ProgramRun run = program_run(TRAIN(names.folder, "2", names.out, "--seed", "5", "--resume"));
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(run.status, 1);
    if (!strstr(run.err, "the previous file is still intact")) fail_msg("%s", run.err);
    program_free(&run);
    assert_unchanged(names.checkpoint, checkpoint);
    assert_trains(TRAIN(names.folder, "2", names.out, "--seed", "5", "--resume"));
    assert_unchanged(names.out, read_file(names.whole));
}

/* Whoever stops it is to know that nothing could be saved. */
static void a_stop_that_cannot_be_saved_is_told(void **state) {
    Names names = set_up(*state);
    char text[4096] = "";
    size_t length = 0;
    int fd, status;
    pid_t child = program_start(ARGS("train", "resnet8", "--data", names.folder, "--batch", "2", "--epochs",
                                     "100000", "--threads", "1", "--out", names.out),
                                &fd);
    bool asked = false; /* a second signal would end it at once */
    for (ssize_t got; (got = read(fd, text + length, sizeof text - 1 - length)) > 0; length += (size_t)got) {
        if (asked || !strstr(text, "epoch 1 of 100000")) continue;
        assert_int_equal(
            prlimit(child, RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 1000, .rlim_max = 1000}, NULL), 0);
        assert_int_equal(kill(child, SIGINT), 0);
        asked = true;
    }
    close(fd);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
        fail_msg("wait status %#x: %s", (unsigned)status, text);
    assert_non_null(strstr(text, "cannot be written: File too large"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_checkpoint_is_not_overwritten_unasked),
        IN_TEMP_DIR(a_restart_begins_anew_by_name),
        IN_TEMP_DIR(resume_and_restart_exclude_each_other),
        IN_TEMP_DIR(a_finished_training_says_so),
        IN_TEMP_DIR(nothing_to_go_on_from_is_told),
        IN_TEMP_DIR(another_network_is_not_overwritten_unasked),
        IN_TEMP_DIR(a_restart_replaces_the_network_at_its_end),
        IN_TEMP_DIR(a_foreign_file_is_not_overwritten_unasked),
        IN_TEMP_DIR(what_comes_to_the_place_meanwhile_is_kept),
        IN_TEMP_DIR(two_trainings_do_not_write_in_one_place),
        IN_TEMP_DIR(a_damaged_checkpoint_is_told_of_and_the_one_before_it_used),
        IN_TEMP_DIR(two_damaged_checkpoints_end_it),
        IN_TEMP_DIR(a_full_disk_costs_no_checkpoint),
        IN_TEMP_DIR(a_stop_that_cannot_be_saved_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
