/* A training and its history together: what is measured when, and that a training that was stopped anywhere leaves the
 * same history as one that was not. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "core/train/block_measure.h"
#include "core/train/evaluate.h"
#include "core/train/history_read.h"
#include "core/train/recorder.h"
#include "tests/support/assert_close.h"
#include "tests/support/history_text.h"
#include "tests/support/train_site.h"

enum { STEPS = 2 * STEPS_AN_EPOCH, TESTED = 8 };

/* One run of the training. */
typedef struct Run {
    Site site;
    Dataset *test; /* the first TESTED images of the training set */
    Recorder *recorder;
    Error notice;
    int questions; /* is_stopped was asked */
    int stops_at;  /* which of them is answered with yes; 0: none */
} Run;

static bool is_stopped(void *context) {
    Run *run = context;
    return ++run->questions == run->stops_at;
}

static bool measure_train; /* of the runs that start */

static void start(Run *run, TempDir *dir, const char *history, const char *checkpoint) {
    Error err = {0};
    DatasetConfig tested = {
        .kind = DATASET_CIFAR10, .split = DATASET_TRAIN, .directory = dir->path, .limit = TESTED};
    *run = (Run){.site = site_of(dir, small_config()), .test = dataset_load(&tested, &err)};
    if (!run->test) fail_msg("%s", err.text);
    if (checkpoint && !train_resume(run->site.trainer, checkpoint, &run->notice, &err))
        fail_msg("%s", err.text);
    RecorderConfig config = {.path = history,
                             .run = {.networks = {{"resnet8", run->site.model}},
                                     .network_count = 1,
                                     .recipe = "small",
                                     .dataset = "cifar10",
                                     .train_images = IMAGES,
                                     .batch = BATCH,
                                     .steps = STEPS,
                                     .steps_per_epoch = STEPS_AN_EPOCH},
                             .train = run->site.dataset,
                             .test = run->test,
                             .measure_train = measure_train,
                             .first_step = train_status(run->site.trainer).step,
                             .is_stopped = is_stopped,
                             .context = run};
    run->recorder = recorder_new(&config, checkpoint != NULL, &run->notice, &err);
    if (!run->recorder) fail_msg("%s", err.text);
}

static void finish(Run *run) {
    recorder_free(run->recorder);
    dataset_free(run->test);
    site_free(&run->site);
}

static RecorderStep now(const Run *run) {
    TrainStatus status = train_status(run->site.trainer);
    return (RecorderStep){.loss = status.loss,
                          .error = 1 - status.accuracy,
                          .rate = status.lr,
                          .mean_loss = status.loss_average,
                          .mean_error = 1 - status.accuracy_average};
}

static RecorderEnd end_epoch(Run *run) {
    Error err = {0};
    RecorderStep step = now(run);
    RecorderEnd end = recorder_end_epoch(run->recorder, &step, &err);
    assert_true(end != RECORDER_FAILED);
    return end;
}

/* Up to step `last`, and false where an evaluation was stopped. */
static bool train_to(Run *run, long last) {
    Error err = {0};
    if (recorder_owes_epoch(run->recorder) && end_epoch(run) == RECORDER_STOPPED) return false;
    while (train_status(run->site.trainer).step < last) {
        recorder_before_step(run->recorder);
        run_steps(&run->site, 1);
        RecorderStep step = now(run);
        assert_true(recorder_after_step(run->recorder, &step, &err));
        if (recorder_epoch_ended(run->recorder) && end_epoch(run) == RECORDER_STOPPED) return false;
    }
    return true;
}

static void save(Run *run, const char *path) {
    Error err = {0};
    assert_true(recorder_sync(run->recorder, &err));
    if (!train_save_checkpoint(run->site.trainer, path, &err)) fail_msg("%s", err.text);
}

static void record(TempDir *dir, const char *path, long steps) {
    Run run;
    start(&run, dir, path, NULL);
    assert_true(train_to(&run, steps));
    finish(&run);
}

static void begin_files(TempDir *dir) {
    Site site = site_new(dir, small_config());
    site_free(&site);
}

static Evaluation evaluate_all(const Model *model, const Dataset *dataset) {
    Error err = {0};
    Evaluator *evaluator = evaluate_new(model, dataset, &(PassConfig){.batch = 1}, &err);
    if (!evaluator) fail_msg("%s", err.text);
    while (evaluate_step(evaluator)) {
    }
    Evaluation result = evaluate_result(evaluator);
    evaluate_free(evaluator);
    return result;
}

static void a_history_has_what_the_training_did(void **state) {
    Error err = {0};
    char path[TEMP_PATH_MAX];
    Run run;
    strcpy(path, temp_dir_join(*state, "net.history.jsonl"));
    begin_files(*state);
    measure_train = true;
    start(&run, *state, path, NULL);
    measure_train = false;
    double loss = 0, means[2], errors[2];
    for (int step = 1; step <= STEPS; step++) {
        assert_true(train_to(&run, step));
        if (step == 3) loss = train_status(run.site.trainer).loss;
        if (step % STEPS_AN_EPOCH == 0)
            means[step / STEPS_AN_EPOCH - 1] = train_status(run.site.trainer).loss_average;
        if (step % STEPS_AN_EPOCH == 0)
            errors[step / STEPS_AN_EPOCH - 1] = 1 - train_status(run.site.trainer).accuracy_average;
    }
    History *h = history_load(path, &err);
    if (!h) fail_msg("%s", err.text);
    assert_int_equal(h->step_count, STEPS);
    assert_close(h->step_lines[2].loss, loss, 1e-8); /* nine digits */
    assert_int_equal(h->epoch_count, 2);
    for (int e = 0; e < 2; e++) {
        assert_close(h->epochs[e].train_loss, means[e], 1e-8);
        assert_close(h->epochs[e].train_error, errors[e], 1e-8);
        assert_true(h->epochs[e].seconds > 0 && h->epochs[e].seconds < 600);
    }
    Evaluation test = evaluate_all(run.site.model, run.test);
    Evaluation train = evaluate_all(run.site.model, run.site.dataset);
    assert_close(h->epochs[1].test_error, 1 - (double)test.right / TESTED, 1e-8);
    assert_close(h->epochs[1].train_error_pass, 1 - (double)train.right / IMAGES, 1e-8);
    /* the fast pass in batches of one or of many rounds differently */
    assert_close(h->epochs[1].test_loss, test.loss_sum / TESTED, 1e-4);
    assert_close(recorder_figures(run.recorder, 0).test_error, h->epochs[1].test_error, 1e-8);
    /* Before the first step and after each epoch, in both modes. */
    assert_int_equal(h->blocks_count, 2 * 3);
    assert_true(isnan(history_block_figure(history_blocks_at(h, 0, 0, true), BLOCK_UPDATE)[0]));
    const double *update = history_block_figure(history_blocks_at(h, 0, STEPS, false), BLOCK_UPDATE);
    for (int b = 0; b < 3; b++) assert_true(update[b] > 0 && update[b] < 1);
    history_free(h);
    finish(&run);
}

/* The weights that the last step of the epoch started from are those of another run, stopped one step before. */
static void the_update_is_that_of_the_last_step(void **state) {
    Error err = {0};
    char path[TEMP_PATH_MAX];
    strcpy(path, temp_dir_join(*state, "net.history.jsonl"));
    begin_files(*state);
    record(*state, path, STEPS_AN_EPOCH);
    History *h = history_load(path, &err);
    Site before = site_of(*state, small_config()), after = site_of(*state, small_config());
    run_steps(&before, STEPS_AN_EPOCH - 1), run_steps(&after, STEPS_AN_EPOCH);
    const char *const names[] = {"layer2.0.conv1.weight", "layer2.0.conv2.weight"};
    double moved = 0, length = 0;
    for (int k = 0; k < 2; k++) {
        const Param *param = network_find_param(before.model->network, names[k]);
        const real *old = network_const_values(before.model->network, param),
                   *new = network_const_values(after.model->network, param);
        for (size_t j = 0; j < param->count; j++) {
            moved += pow((double)new[j] - (double)old[j], 2);
            length += pow((double)old[j], 2);
        }
    }
    double found = history_block_figure(history_blocks_at(h, 0, STEPS_AN_EPOCH, true), BLOCK_UPDATE)[1];
    assert_close(found, sqrt(moved / length), 1e-8 * found); /* nine digits */
    history_free(h);
    site_free(&before), site_free(&after);
}

/* Stopped after any step, and in the evaluation at the end of an epoch. */
static void a_stopped_training_leaves_the_same_history(void **state) {
    char whole[TEMP_PATH_MAX], part[TEMP_PATH_MAX], checkpoint[TEMP_PATH_MAX];
    strcpy(whole, temp_dir_join(*state, "whole.jsonl"));
    strcpy(part, temp_dir_join(*state, "part.jsonl"));
    strcpy(checkpoint, temp_dir_join(*state, "net.ckpt"));
    begin_files(*state);
    record(*state, whole, STEPS);
    char *expected = history_substance(whole);
    const struct { int last, killed_at, stops_at; } stops[] = {{3, 6, 0}, {4, 4, 1}, {8, 8, 2}};
    for (size_t k = 0; k < sizeof stops / sizeof *stops; k++) {
        Run run;
        start(&run, *state, part, NULL);
        run.stops_at = stops[k].stops_at;
        bool whole_epoch = train_to(&run, stops[k].last);
        assert_true(whole_epoch == !stops[k].stops_at);
        save(&run, checkpoint);
        /* What it did from there on until it was killed is not in the checkpoint. */
        if (whole_epoch && stops[k].killed_at > stops[k].last) train_to(&run, stops[k].killed_at);
        finish(&run);
        start(&run, *state, part, checkpoint);
        assert_string_equal(run.notice.text, "");
        assert_true(recorder_owes_epoch(run.recorder) == !whole_epoch);
        assert_true(train_to(&run, STEPS));
        finish(&run);
        char *found = history_substance(part);
        assert_string_equal(found, expected);
        free(found);
        remove(checkpoint);
    }
    free(expected);
}

static void without_a_history_the_test_set_is_measured_alone(void **state) {
    Run run;
    begin_files(*state);
    int files = temp_dir_count(*state);
    start(&run, *state, NULL, NULL);
    assert_true(train_to(&run, STEPS_AN_EPOCH));
    RecorderFigures figures = recorder_figures(run.recorder, 0);
    assert_true(figures.test_error >= 0 && figures.test_error <= 1);
    finish(&run);
    assert_int_equal(temp_dir_count(*state), files);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(a_history_has_what_the_training_did),
        IN_TEMP_DIR(the_update_is_that_of_the_last_step),
        IN_TEMP_DIR(a_stopped_training_leaves_the_same_history),
        IN_TEMP_DIR(without_a_history_the_test_set_is_measured_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
