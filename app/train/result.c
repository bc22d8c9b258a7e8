#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/measure/accuracy.h"
#include "app/train/run.h"
#include "core/base/utf8.h"

enum { TRAIN_EVAL_BATCH = 128, RESULT_NOTES_MAX = TRAIN_IDENTITY_MAX + 6 };

/* Of weights at the end and of snapshots. */
static int note_identity(const TrainRun *run, int network, TrainIdentity *identity,
                         SafetensorsPair pairs[RESULT_NOTES_MAX]) {
    train_identify(run->trainer, network, identity);
    memcpy(pairs, identity->pairs, sizeof identity->pairs);
    pairs[identity->count] = (SafetensorsPair){"made_by", train_makers(run->trainer)};
    return identity->count + 1;
}

/* The identity, and what was reached: enough to tell later that this training has come to its end. */
static bool save_model(const TrainRun *run, int network, const Accuracy *accuracy, Error *err) {
    TrainIdentity identity;
    SafetensorsPair pairs[RESULT_NOTES_MAX];
    char top1[32], loss[32], images[16], seed[32], train[32];
    double trained = train_status_of(run->trainer, network).accuracy_average;
    int count = note_identity(run, network, &identity, pairs);
    snprintf(seed, sizeof seed, "%llu", run->config.seed);
    snprintf(top1, sizeof top1, "%.4f", accuracy_top1(accuracy));
    snprintf(loss, sizeof loss, "%.4f", accuracy_loss(accuracy));
    snprintf(images, sizeof images, "%d", accuracy->evaluation.seen);
    pairs[count++] = (SafetensorsPair){"seed", seed};
    pairs[count++] = (SafetensorsPair){"test_top1", top1};
    pairs[count++] = (SafetensorsPair){"test_loss", loss};
    pairs[count++] = (SafetensorsPair){"test_images", images};
    snprintf(train, sizeof train, "%.4f", trained);
    if (!isnan(trained)) pairs[count++] = (SafetensorsPair){"train_top1", train};
    return model_save(run->loaded.models[network], pairs, count, run->files.results[network].path, err);
}

static bool is_due(const OptionCounts *snapshots, int epoch) {
    bool due = false;
    for (int s = 0; s < snapshots->count; s++) due |= snapshots->values[s] == epoch;
    return due;
}

bool train_run_snapshot(const TrainRun *run, int epoch, Error *err) {
    char path[TRAIN_PATH_MAX], seed[32], number[16];
    if (!is_due(&run->files.snapshots, epoch)) return true;
    snprintf(seed, sizeof seed, "%llu", run->config.seed);
    snprintf(number, sizeof number, "%d", epoch);
    for (int k = 0; k < run->networks.count; k++) {
        TrainIdentity identity;
        SafetensorsPair pairs[RESULT_NOTES_MAX];
        int count = note_identity(run, k, &identity, pairs);
        pairs[count++] = (SafetensorsPair){"seed", seed};
        pairs[count++] = (SafetensorsPair){"epoch", number};
        train_files_snapshot(&run->files, k, epoch, path);
        if (!model_save_half(run->loaded.models[k], pairs, count, path, err)) return false;
    }
    return true;
}

/* Where the network was saved, or its name where none is. */
static void put_name(const TrainRun *run, int network) {
    if (run->files.out)
        utf8_put(stdout, run->files.results[network].path);
    else
        fputs("not saved", stdout);
}

static bool save_results(const TrainRun *run, const Accuracy *accuracies, Error *err) {
    if (!run->files.out) return true;
    if (!train_files_check_end(&run->files, err)) return false;
    for (int k = 0; k < run->networks.count; k++)
        if (!save_model(run, k, &accuracies[k], err)) return false;
    train_remove_checkpoint(run->files.checkpoint);
    return true;
}

/* While it learnt, over the last epoch; NaN where nobody knows. */
static void put_trained(double accuracy) {
    if (!isnan(accuracy)) printf("; %.2f %% of the training images in the last epoch", 100 * accuracy);
}

/* Which weights were measured, where there are two kinds. */
static const char *average_words(const TrainRun *run) {
    return run->config.ema > 0 ? " (moving average of the weights)" : "";
}

static bool finish(const TrainRun *run, Error *err) {
    Accuracy accuracies[TRAIN_NETWORKS_MAX];
    PassConfig pass = {.batch = TRAIN_EVAL_BATCH};
    /* Elsewhere than on a terminal there is one line an epoch. */
    bool quiet = run->options->output.quiet || !run->report.progress.terminal;
    for (int k = 0; k < run->networks.count; k++) {
        if (!accuracy_measure(&accuracies[k], run->loaded.models[k], run->loaded.data.test, &pass, quiet,
                              err))
            return false;
        /* What the last step has made of the weights no step has looked at. */
        if (isnan(accuracy_loss(&accuracies[k]))) return train_run_refuse_broken(run, err);
    }
    if (!save_results(run, accuracies, err)) return false;
    for (int k = 0; k < run->networks.count; k++) {
        put_name(run, k);
        printf(": %s, %.2f %% of %d test images right, loss %.4f%s", run->loaded.models[k]->network->arch,
               100 * accuracy_top1(&accuracies[k]), accuracies[k].evaluation.seen,
               accuracy_loss(&accuracies[k]), average_words(run));
        put_trained(train_status_of(run->trainer, k).accuracy_average);
        putchar('\n');
    }
    return true;
}

/* With a moving average of the weights, that is what is measured and saved. */
bool train_run_finish(const TrainRun *run, Error *err) {
    train_exchange_average(run->trainer);
    bool ok = finish(run, err);
    train_exchange_average(run->trainer);
    return ok;
}

/* From its file; one of an earlier version tells less. */
static bool tell_result(const TrainRun *run, int network, Error *err) {
    const char *path = run->files.results[network].path, *arch = run->loaded.models[network]->network->arch;
    Safetensors *file = safetensors_open_file(path, err);
    if (!file) return false;
    const char *top1 = safetensors_value(file, "test_top1"), *loss = safetensors_value(file, "test_loss");
    const char *images = safetensors_value(file, "test_images"),
               *train = safetensors_value(file, "train_top1");
    utf8_put(stdout, path);
    if (top1 && loss && images)
        printf(": %s, %.2f %% of %ld test images right, loss %.4f%s", arch, 100 * strtod(top1, NULL),
               strtol(images, NULL, 10), strtod(loss, NULL), average_words(run));
    else
        printf(": %s, finished", arch);
    put_trained(train ? strtod(train, NULL) : NAN);
    putchar('\n');
    safetensors_close(file);
    return true;
}

bool train_run_tell_finished(const TrainRun *run, Error *err) {
    fprintf(stderr, "skipscope: this training is finished; there is nothing left to do.\n");
    for (int k = 0; k < run->networks.count; k++)
        if (!tell_result(run, k, err)) return false;
    return true;
}
