#include "app/train/report.h"

#include <math.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"

/* The first steps touch new memory and are slow. */
enum { ESTIMATE_SKIPS = 4, ESTIMATE_STEPS = 20, LINE_MAX_BYTES = 640 };

/* A forward pass against a step, which goes forward, backward for inputs and backward for weights. */
static const double FORWARD_SHARE = 1.0 / 3;

TrainReport train_report_begin(const Trainer *trainer, int epochs, long evaluated, bool quiet) {
    TrainStatus status = train_status(trainer);
    return (TrainReport){.trainer = trainer,
                         .quiet = quiet,
                         .epochs = epochs,
                         .evaluated = evaluated,
                         .resumed = status.step > 0,
                         .progress = progress_begin(quiet, (double)status.step)};
}

void train_report_before_step(TrainReport *report) {
    report->begun_s = clock_seconds();
}

/* "35 s", "17 min", "2 h 05 min" */
static void format_time(double seconds, char out[32]) {
    long minutes = lround(seconds / 60);
    if (seconds < 1)
        snprintf(out, 32, "%.2g s", seconds);
    else if (seconds < 99.5)
        snprintf(out, 32, "%.0f s", seconds);
    else if (minutes < 100)
        snprintf(out, 32, "%ld min", minutes);
    else
        snprintf(out, 32, "%ld h %02ld min", minutes / 60, minutes % 60);
}

static void say_time(TrainReport *report) {
    TrainStatus status = train_status(report->trainer);
    double step = report->seconds / (ESTIMATE_STEPS - ESTIMATE_SKIPS);
    double epoch = step * ((double)status.steps_per_epoch +
                           FORWARD_SHARE * (double)report->evaluated / train_batch(report->trainer));
    double left = (double)(status.steps - (report->resumed ? status.step : 0));
    char an_epoch[32], whole[32];
    format_time(epoch, an_epoch);
    format_time(epoch * left / (double)status.steps_per_epoch, whole);
    progress_end(&report->progress);
    fprintf(stderr, "skipscope: an epoch takes about %s, the %s %s\n", an_epoch,
            report->resumed ? "rest of the run" : "whole run", whole);
}

/* " resnet56 61.2 %, plain56 18.1 %" */
static size_t list_accuracies(const TrainReport *report, char *out, size_t size) {
    size_t used = 0;
    for (int k = 0; k < train_network_count(report->trainer); k++) {
        char name[TRAIN_NAME_MAX];
        train_network_name(report->trainer, k, name);
        used += utf8_format(out + used, size - used, "%s%s %.1f %%", k > 0 ? ", " : "", name,
                            100 * train_status_of(report->trainer, k).accuracy_average);
    }
    return used;
}

static void show(TrainReport *report) {
    TrainStatus status = train_status(report->trainer);
    char text[LINE_MAX_BYTES], name[TRAIN_NAME_MAX];
    long epoch = (status.step - 1) / status.steps_per_epoch + 1;
    train_network_name(report->trainer, 0, name);
    if (train_network_count(report->trainer) > 1) {
        size_t used = list_accuracies(report, text, sizeof text);
        utf8_format(text + used, sizeof text - used, " right, epoch %ld of %d, step %ld of %ld", epoch,
                    report->epochs, status.step, status.steps);
    } else {
        utf8_format(text, sizeof text,
                    "%s: epoch %ld of %d, step %ld of %ld, loss %.3f, %.1f %% right, rate %.4f", name, epoch,
                    report->epochs, status.step, status.steps, status.loss_average,
                    100 * status.accuracy_average, status.lr);
    }
    progress_show(&report->progress, (double)status.step, (double)status.steps, text);
}

void train_report_after_step(TrainReport *report) {
    report->steps++;
    if (report->steps > ESTIMATE_SKIPS && report->steps <= ESTIMATE_STEPS)
        report->seconds += clock_seconds() - report->begun_s;
    if (report->quiet) return;
    if (report->steps == ESTIMATE_STEPS) say_time(report);
    /* Elsewhere than on a terminal there is one line an epoch. */
    if (report->progress.terminal) show(report);
}

void train_report_epoch(TrainReport *report, const double *test_accuracy) {
    TrainStatus all = train_status(report->trainer);
    char text[LINE_MAX_BYTES];
    size_t used =
        utf8_format(text, sizeof text, "epoch %ld of %d, step %ld of %ld:", all.step / all.steps_per_epoch,
                    report->epochs, all.step, all.steps);
    if (report->quiet) return;
    for (int k = 0; k < train_network_count(report->trainer); k++) {
        TrainStatus status = train_status_of(report->trainer, k);
        char name[TRAIN_NAME_MAX];
        train_network_name(report->trainer, k, name);
        used += utf8_format(text + used, sizeof text - used, "%s %s loss %.3f, %.1f %% right",
                            k > 0 ? ";" : "", name, status.loss_average, 100 * status.accuracy_average);
        if (test_accuracy && !isnan(test_accuracy[k]))
            used += utf8_format(text + used, sizeof text - used, ", test %.1f %%", 100 * test_accuracy[k]);
    }
    progress_end(&report->progress);
    fprintf(stderr, "%s\n", text);
}

void train_report_pause(TrainReport *report) {
    progress_end(&report->progress);
}
