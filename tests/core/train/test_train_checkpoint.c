/* Checkpoints: what a run needs to go on, what is refused, and that two whole ones are there at any time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/same_file.h"
#include "tests/support/train_site.h"

static void save(const Site *site, const char *path) {
    Error err = {0};
    if (!train_save_checkpoint(site->trainer, path, &err)) fail_msg("%s", err.text);
}

static Error resume(Site *site, const char *path) {
    Error notice = {0}, err = {0};
    if (!train_resume(site->trainer, path, &notice, &err)) fail_msg("%s", err.text);
    return notice;
}

/* Stopped at every kind of place: within an epoch, at its end, after the last step. */
static void a_resumed_run_equals_one_that_was_not_stopped(void **state) {
    TempDir *dir = *state;
    char whole_path[TEMP_PATH_MAX], part_path[TEMP_PATH_MAX];
    Site whole = site_new(dir, small_config());
    strcpy(whole_path, temp_dir_join(dir, "whole.ckpt"));
    strcpy(part_path, temp_dir_join(dir, "part.ckpt"));
    run_steps(&whole, 2 * STEPS_AN_EPOCH);
    save(&whole, whole_path);
    const int stops[] = {1, STEPS_AN_EPOCH, STEPS_AN_EPOCH + 2, 2 * STEPS_AN_EPOCH};
    for (int k = 0; k < 4; k++) {
        Site first = site_of(dir, small_config()), second = site_of(dir, small_config());
        run_steps(&first, stops[k]);
        save(&first, part_path);
        resume(&second, part_path);
        assert_int_equal(train_status(second.trainer).step, stops[k]);
        run_steps(&second, 2 * STEPS_AN_EPOCH - stops[k]);
        assert_same_values(&whole, &second);
        save(&second, part_path);
        assert_same_file(whole_path, part_path);
        site_free(&first), site_free(&second);
    }
    site_free(&whole);
}

static void assert_load_refused(Trainer *trainer, const char *path, const char *reason) {
    Error err = {0}, notice = {0};
    assert_false(train_resume(trainer, path, &notice, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    if (!strstr(err.text, reason)) fail_msg("'%s' does not say '%s'", err.text, reason);
}

static void a_checkpoint_of_another_run_is_refused(void **state) {
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX];
    TrainConfig config = small_config();
    Site site = site_new(dir, config);
    strcpy(path, temp_dir_join(dir, "run.ckpt"));
    run_steps(&site, 1);
    save(&site, path);
    config.lr = 0.05;
    Site other = site_of(dir, config);
    size_t bytes = other.model->network->value_count * sizeof(real);
    real *before = malloc(bytes);
    assert_non_null(before);
    memcpy(before, network_const_all_values(other.model->network), bytes);
    assert_load_refused(other.trainer, path, "the checkpoint's recipe is");
    assert_memory_equal(network_const_all_values(other.model->network), before, bytes);
    assert_int_equal(train_status(other.trainer).step, 0);
    free(before);
    assert_load_refused(site.trainer, temp_dir_join(dir, "nothing.ckpt"), "nothing.ckpt");
    site_free(&site), site_free(&other);
}

/* Changes the byte that lies `offset` behind the place of `mark` in the file. */
static void damage(const char *path, const char *mark, size_t offset) {
    Error err = {0};
    size_t size;
    uint8_t *bytes = file_read_all(path, 1 << 24, &size, &err);
    if (!bytes) fail_msg("%s", err.text);
    uint8_t *at = mark ? memmem(bytes, size, mark, strlen(mark)) : bytes + size - 1000;
    assert_non_null(at);
    at[offset] ^= 1;
    if (!file_write_atomic(path, bytes, size, &err)) fail_msg("%s", err.text);
    free(bytes);
}

static void a_damaged_checkpoint_is_not_gone_on_from(void **state) {
    static const struct {
        const char *mark;
        size_t offset;
        const char *reason;
    } faults[] = {
        {NULL, 0, "run.ckpt: is damaged: the checksum of its data"},
        {"checkpoint_step\":\"2", 18, "run.ckpt: is damaged: the checksum of its metadata"},
        {"recipe\":\"2 epochs", 9, "run.ckpt: is damaged: the checksum of its metadata"},
        {"\"crc32\":", 1, "run.ckpt: is damaged"},
    };
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX];
    Site site = site_new(dir, small_config()), other = site_of(dir, small_config());
    strcpy(path, temp_dir_join(dir, "run.ckpt"));
    run_steps(&other, 2);
    for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
        save(&other, path);
        damage(path, faults[k].mark, faults[k].offset);
        assert_load_refused(site.trainer, path, faults[k].reason);
        assert_int_equal(train_status(site.trainer).step, 0);
    }
    site_free(&site), site_free(&other);
}

static void assert_step(const Site *site, const char *path, long step) {
    Error err = {0};
    Site fresh = {.model = new_model((ResnetConfig){.arch = "resnet8"}), .dataset = site->dataset};
    TrainConfig config = small_config();
    fresh.trainer = train_new(fresh.model, fresh.dataset, &config, &err);
    resume(&fresh, path);
    assert_int_equal(train_status(fresh.trainer).step, step);
    train_free(fresh.trainer);
    model_free(fresh.model);
}

/* The damaged one gives way; the good one it went on from stays until there are two again. */
static void a_damaged_checkpoint_leaves_the_one_before_it(void **state) {
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX], previous[TEMP_PATH_MAX];
    Site whole = site_new(dir, small_config()), first = site_of(dir, small_config()),
         second = site_of(dir, small_config());
    strcpy(path, temp_dir_join(dir, "run.ckpt"));
    strcpy(previous, temp_dir_join(dir, "run.ckpt.prev"));
    run_steps(&first, 1);
    save(&first, path);
    run_steps(&first, 2);
    save(&first, path);
    assert_step(&first, previous, 1);
    assert_step(&first, path, 3);
    damage(path, NULL, 0);
    Error notice = resume(&second, path);
    if (!strstr(notice.text, "run.ckpt: is damaged")) fail_msg("%s", notice.text);
    if (!strstr(notice.text, "run.ckpt.prev, after step 1")) fail_msg("%s", notice.text);
    run_steps(&second, 1);
    save(&second, path);
    assert_step(&first, previous, 1);
    assert_step(&first, path, 2);
    run_steps(&second, 1);
    save(&second, path);
    assert_step(&first, previous, 2);
    run_steps(&whole, 3);
    assert_same_values(&whole, &second);
    site_free(&whole), site_free(&first), site_free(&second);
}

static void a_checkpoint_that_is_gone_leaves_the_one_before_it(void **state) {
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX];
    Site first = site_new(dir, small_config()), second = site_of(dir, small_config());
    strcpy(path, temp_dir_join(dir, "run.ckpt"));
    for (int k = 0; k < 2; k++) {
        run_steps(&first, 1);
        save(&first, path);
    }
    assert_string_equal(resume(&second, path).text, "");
    assert_int_equal(remove(path), 0);
    assert_non_null(strstr(resume(&second, path).text, "cannot be opened"));
    assert_int_equal(train_status(second.trainer).step, 1);
    train_remove_checkpoint(path);
    assert_int_equal(remove(temp_dir_join(dir, "run.ckpt.prev")), -1);
    Error notice, err = {0};
    assert_false(train_resume(second.trainer, path, &notice, &err));
    assert_int_equal(err.kind, ERROR_FILE);
    site_free(&first), site_free(&second);
}

/* Of another training, its two must not be mixed with this one's. */
static void a_new_training_keeps_nothing_of_an_old_one(void **state) {
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX], previous[TEMP_PATH_MAX];
    Site old = site_new(dir, small_config()), young = site_of(dir, small_config());
    strcpy(path, temp_dir_join(dir, "run.ckpt"));
    strcpy(previous, temp_dir_join(dir, "run.ckpt.prev"));
    for (int k = 0; k < 3; k++) {
        run_steps(&old, 1);
        save(&old, path);
    }
    run_steps(&young, 1);
    save(&young, path);
    assert_int_equal(remove(previous), -1);
    run_steps(&young, 4);
    save(&young, path);
    assert_step(&young, previous, 1);
    site_free(&old), site_free(&young);
}

static void write_step(const Site *site, const char *path, const char *step) {
    Error err = {0};
    char recipe[256];
    TrainConfig config = small_config();
    train_describe(&config, recipe, sizeof recipe);
    const SafetensorsPair pairs[] = {{"recipe", recipe}, {"checkpoint_step", step}};
    if (!model_save(site->model, pairs, 2, path, &err)) fail_msg("%s", err.text);
}

static void a_step_that_is_no_number_of_a_step_is_refused(void **state) {
    static const char *const steps[] = {"", "x", "-1", "+3", " 3", "3 ", "0x3", "9", "99999999999999999999"};
    TempDir *dir = *state;
    char path[TEMP_PATH_MAX];
    Site site = site_new(dir, small_config());
    strcpy(path, temp_dir_join(dir, "run.ckpt"));
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
        write_step(&site, path, steps[k]);
        assert_load_refused(site.trainer, path, "expected a number from 0 to 8");
    }
    site_free(&site);
}

static void a_checkpoint_of_other_pictures_is_refused(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    char path[TEMP_PATH_MAX];
    Site site = site_new(dir, small_config());
    strcpy(path, temp_dir_join(dir, "run.ckpt"));
    run_steps(&site, 1);
    save(&site, path);
    DatasetConfig fewer = {
        .kind = DATASET_CIFAR10, .split = DATASET_TRAIN, .directory = dir->path, .limit = IMAGES - 1};
    TrainConfig config = small_config();
    Site other = {.model = new_model((ResnetConfig){.arch = "resnet8"}),
                  .dataset = dataset_load(&fewer, &err)};
    other.trainer = train_new(other.model, other.dataset, &config, &err);
    if (!other.trainer) fail_msg("%s", err.text);
    assert_load_refused(other.trainer, path, "train_images is \"65\", this run's is \"64\"");
    config.init = "glorot";
    Site init = site_of(dir, config);
    save(&init, path);
    config.init = "he";
    Site he = site_of(dir, config);
    assert_load_refused(he.trainer, path, "init is \"glorot\", this run's is \"he\"");
    site_free(&site), site_free(&other), site_free(&init), site_free(&he);
}

static void weights_without_a_step_are_no_checkpoint(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    char recipe[256], path[TEMP_PATH_MAX];
    TrainConfig config = small_config();
    Site site = site_new(dir, config);
    train_describe(&config, recipe, sizeof recipe);
    strcpy(path, temp_dir_join(dir, "weights.safetensors"));
    const SafetensorsPair pair = {"recipe", recipe};
    if (!model_save(site.model, &pair, 1, path, &err)) fail_msg("%s", err.text);
    assert_load_refused(site.trainer, path, "expected a training checkpoint, found a plain weights file");
    site_free(&site);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_resumed_run_equals_one_that_was_not_stopped),
        IN_TEMP_DIR(a_checkpoint_of_another_run_is_refused),
        IN_TEMP_DIR(a_damaged_checkpoint_is_not_gone_on_from),
        IN_TEMP_DIR(a_damaged_checkpoint_leaves_the_one_before_it),
        IN_TEMP_DIR(a_checkpoint_that_is_gone_leaves_the_one_before_it),
        IN_TEMP_DIR(a_new_training_keeps_nothing_of_an_old_one),
        IN_TEMP_DIR(a_step_that_is_no_number_of_a_step_is_refused),
        IN_TEMP_DIR(a_checkpoint_of_other_pictures_is_refused),
        IN_TEMP_DIR(weights_without_a_step_are_no_checkpoint),
    };
    gemm_init();
    parallel_set_threads(2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
