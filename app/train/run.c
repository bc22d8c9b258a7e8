#include "app/train/run.h"

#include <stdio.h>

#include "app/cli/interrupt.h"
#include "app/train/recipe.h"
#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "core/train/block_measure.h"

static const double SAVE_EVERY_MINUTES = 10;

static bool check_snapshots(const TrainRun *run, Error *err) {
    const OptionCounts *snapshots = &run->files.snapshots;
    for (int s = 0; s < snapshots->count; s++)
        if (snapshots->values[s] > run->config.epochs)
            return error_set(err, ERROR_USAGE, "--snapshots %d: there are %d epochs", snapshots->values[s],
                             run->config.epochs);
    return true;
}

static bool read_recipe(TrainRun *run, Error *err) {
    const Options *options = run->options;
    if (!train_recipe(&run->config, options, dataset_kind(run->loaded.data.train), err)) return false;
    run->config.init = run->loaded.origin;
    run->config.replaces = train_files_replace(&run->files);
    train_machine_describe(&run->machine, run->maker, sizeof run->maker);
    run->config.maker = run->maker;
    return check_snapshots(run, err);
}

bool train_run_begin(TrainRun *run, const Options *options, Error *err) {
    *run = (TrainRun){.options = options, .files.lock = -1};
    train_machine(&run->machine);
    if (!train_networks_parse(&run->networks, options, err) ||
        !train_files_begin(&run->files, options, &run->networks, err))
        return false;
    if (!run->files.out && !options->output.quiet)
        fprintf(stderr, "skipscope: without --out nothing is written: no weights, no checkpoint\n");
    if (!train_load(&run->loaded, &run->networks, options, err) || !read_recipe(run, err)) return false;
    run->trainer =
        train_new_several(run->loaded.models, run->loaded.count, run->loaded.data.train, &run->config, err);
    return run->trainer && train_files_resume(&run->files, run->trainer, &run->finished, err);
}

void train_run_end(TrainRun *run) {
    recorder_free(run->recorder);
    train_files_end(&run->files);
    train_free(run->trainer);
    train_unload(&run->loaded);
}

static bool is_stopped(const TrainRun *run) {
    return interrupt_signal() || (run->options->train.stop_after &&
                                  train_status(run->trainer).step >= run->options->train.stop_after);
}

bool train_run_refuse_broken(const TrainRun *run, Error *err) {
    TrainStatus status = train_status(run->trainer);
    char cause[TRAIN_DIVERGENCE_MAX], hint[TRAIN_PATH_MAX + 80] = "";
    struct stat checkpoint;
    train_tell_divergence(run->trainer, cause);
    bool stands = run->files.out && stat(run->files.checkpoint, &checkpoint) == 0;
    if (stands) snprintf(hint, sizeof hint, ", with --restart");
    if (!status.broken)
        snprintf(cause, sizeof cause, "the loss on the test pictures is not a finite number after step %ld",
                 status.step);
    else if (stands)
        snprintf(hint, sizeof hint, ", with --restart. What was before: skipscope %s", run->files.checkpoint);
    return error_set(err, ERROR_FAILED, "%s; try a smaller --lr than %g%s", cause, run->config.lr, hint);
}

/* The history on the disk is never behind a checkpoint. */
static bool save_checkpoint(TrainRun *run, Error *err) {
    run->saved_s = clock_seconds();
    return !run->files.out || (recorder_sync(run->recorder, err) &&
                               train_save_checkpoint(run->trainer, run->files.checkpoint, err));
}

static bool is_save_due(const TrainRun *run) {
    double minutes = run->options->train.save_every;
    return clock_seconds() - run->saved_s >= 60 * (minutes > 0 ? minutes : SAVE_EVERY_MINUTES);
}

static void read_steps(const TrainRun *run, RecorderStep steps[TRAIN_NETWORKS_MAX]) {
    for (int k = 0; k < run->loaded.count; k++) {
        TrainStatus status = train_status_of(run->trainer, k);
        steps[k] = (RecorderStep){.loss = status.loss,
                                  .error = 1 - status.accuracy,
                                  .rate = status.lr,
                                  .mean_loss = status.loss_average,
                                  .mean_error = 1 - status.accuracy_average};
    }
}

/* Stopped meanwhile, it is left to the run that goes on from here. */
static bool end_epoch(TrainRun *run, Error *err) {
    RecorderStep steps[TRAIN_NETWORKS_MAX];
    double accuracies[TRAIN_NETWORKS_MAX];
    TrainStatus status = train_status(run->trainer);
    read_steps(run, steps);
    RecorderEnd end = recorder_end_epoch(run->recorder, steps, err);
    if (end != RECORDER_DONE) return end == RECORDER_STOPPED;
    for (int k = 0; k < run->loaded.count; k++)
        accuracies[k] = 1 - recorder_figures(run->recorder, k).test_error;
    train_report_epoch(&run->report, accuracies);
    return train_run_snapshot(run, (int)(status.step / status.steps_per_epoch), err) &&
           save_checkpoint(run, err);
}

/* *more: whether a step was made. */
static bool make_step(TrainRun *run, bool *more, Error *err) {
    RecorderStep steps[TRAIN_NETWORKS_MAX];
    train_report_before_step(&run->report);
    recorder_before_step(run->recorder);
    *more = train_step(run->trainer);
    if (!*more) return true;
    train_report_after_step(&run->report);
    read_steps(run, steps);
    if (!recorder_after_step(run->recorder, steps, err)) return false;
    if (recorder_epoch_ended(run->recorder)) return end_epoch(run, err);
    return !is_save_due(run) || save_checkpoint(run, err);
}

/* Pictures that go forward after an epoch. Measuring blocks takes about as long as three steps of its batch, and a step
 * as long as three passes forward. */
static long evaluated_images(const TrainRun *run) {
    const DataSets *data = &run->loaded.data;
    int measured = run->config.batch < BLOCK_MEASURE_IMAGES ? run->config.batch : BLOCK_MEASURE_IMAGES;
    return dataset_count(data->test) + (run->options->train.measure_train ? dataset_count(data->train) : 0) +
           (run->files.out ? 9 * measured : 0);
}

/* Up to the end, a stop, or an error; every whole epoch leaves a checkpoint. */
static bool learn(TrainRun *run, Error *err) {
    bool ok = true, more = true;
    run->report = train_report_begin(run->trainer, run->config.epochs, evaluated_images(run),
                                     run->options->output.quiet);
    run->saved_s = clock_seconds();
    if (train_status(run->trainer).step == 0) ok = train_run_snapshot(run, 0, err);
    if (recorder_owes_epoch(run->recorder)) ok = end_epoch(run, err);
    while (ok && more && !is_stopped(run)) ok = make_step(run, &more, err);
    train_report_pause(&run->report);
    return ok && (!train_status(run->trainer).broken || train_run_refuse_broken(run, err));
}

static bool save_stopped(TrainRun *run, Error *err) {
    TrainStatus status = train_status(run->trainer);
    if (!save_checkpoint(run, err)) return false;
    fprintf(stderr, "skipscope: stopped after step %ld of %ld", status.step, status.steps);
    if (run->files.out) {
        fprintf(stderr, "; saved ");
        utf8_put(stderr, run->files.checkpoint);
        fprintf(stderr, ". The same command with --resume%s goes on from there",
                run->files.restart ? " in place of --restart" : "");
    }
    fprintf(stderr, ".\n");
    return true;
}

bool train_run(TrainRun *run, Error *err) {
    interrupt_begin();
    bool ok = train_run_watch(run, err) && learn(run, err);
    TrainStatus status = train_status(run->trainer);
    bool stopped = ok && is_stopped(run) && status.step < status.steps;
    int caught = interrupt_signal();
    if (stopped) ok = save_stopped(run, err);
    interrupt_end();
    if (ok && !stopped) ok = train_run_finish(run, err);
    run->signal = ok && stopped ? caught : 0;
    return ok;
}
