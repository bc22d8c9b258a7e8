#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/accuracy.h"
#include "app/interrupt.h"
#include "app/progress.h"
#include "app/setup.h"
#include "core/file.h"
#include "core/train.h"
#include "core/utf8.h"

enum { TRAIN_PATH_MAX = 4096, TRAIN_RECIPE_MAX = 256, TRAIN_EVAL_BATCH = 128 };

typedef struct Run {
    const Options *options;
    char checkpoint[TRAIN_PATH_MAX];
    TrainConfig config;
    Dataset *train, *test;
    Model *model;
    Trainer *trainer;
} Run;

static bool read_config(Run *run, Error *err) {
    const Options *options = run->options;
    run->config = train_default_config();
    run->config.seed = options->seed;
    run->config.augment = !options->no_augment;
    if (options->epochs) run->config.epochs = options->epochs;
    if (options->lr > 0) run->config.lr = options->lr;
    if (options->schedule == SCHEDULE_IS_STEPS) run->config.schedule = SCHEDULE_STEPS;
    if (options->batch.count > 1) return error_set(err, ERROR_USAGE, "--batch: expected one number");
    if (options->batch.count) run->config.batch = options->batch.values[0];
    if (!options->out)
        return error_set(err, ERROR_USAGE, "train needs --out FILE: where the weights are to go");
    int length = snprintf(run->checkpoint, sizeof run->checkpoint, "%s.ckpt", options->out);
    return (length > 0 && (size_t)length < sizeof run->checkpoint) ||
           error_set(err, ERROR_USAGE, "--out: the path is too long");
}

/* Before hours of work: can both files be written at the end? */
static bool check_writable(const Run *run, Error *err) {
    const char *const paths[] = {run->options->out, run->checkpoint};
    for (int k = 0; k < 2; k++) {
        FileWriter *writer = file_write_begin(paths[k], err);
        if (!writer) return false;
        file_write_abandon(writer);
    }
    return true;
}

/* --limit shortens the training set only: the accuracy at the end is that of the whole test set. */
static bool load_data(Run *run, Error *err) {
    DatasetConfig config = setup_dataset_config(run->options);
    config.split = DATASET_TRAIN;
    run->train = dataset_load(&config, err);
    config.split = DATASET_TEST;
    config.limit = 0;
    run->test = run->train ? dataset_load(&config, err) : NULL;
    return run->test;
}

static bool make_model(Run *run, Error *err) {
    const Options *options = run->options;
    const char *arch = options->word_count ? options->words[0] : options->arch ? options->arch : "resnet20";
    if (options->word_count && options_given(options, "arch") && strcmp(arch, options->arch) != 0)
        return error_set(err, ERROR_USAGE, "the architecture is given twice: '%s' and --arch %s", arch,
                         options->arch);
    run->model = setup_new_model(options, arch, dataset_classes(run->train), err);
    if (!run->model) return false;
    run->model->normalise = dataset_normalise(run->train);
    return model_set_class_names(run->model, dataset_class_names(run->train), err);
}

static bool prepare(Run *run, Error *err) {
    if (!read_config(run, err) || !check_writable(run, err) || !load_data(run, err) || !make_model(run, err))
        return false;
    run->trainer = train_new(run->model, run->train, &run->config, err);
    return run->trainer &&
           (!run->options->resume || train_load_checkpoint(run->trainer, run->checkpoint, err));
}

static void show(const Run *run, Progress *progress) {
    TrainStatus status = train_status(run->trainer);
    char text[160];
    long epoch = (status.step - 1) / status.steps_per_epoch + 1;
    snprintf(text, sizeof text, "%s: epoch %ld of %d, step %ld of %ld, loss %.3f, %.1f %% right, rate %.4f",
             run->model->network->arch, epoch, run->config.epochs, status.step, status.steps,
             status.loss_average, 100 * status.accuracy_average, status.lr);
    progress_show(progress, (double)status.step, (double)status.steps, text);
}

static bool is_stopped(const Run *run) {
    return interrupt_signal() ||
           (run->options->stop_after && train_status(run->trainer).step >= run->options->stop_after);
}

/* Up to the end, a stop, or an error; every whole epoch leaves a checkpoint. */
static bool learn(Run *run, Error *err) {
    TrainStatus status = train_status(run->trainer);
    Progress progress = progress_begin(run->options->quiet, (double)status.step);
    bool ok = true;
    while (ok && !is_stopped(run) && train_step(run->trainer)) {
        show(run, &progress);
        status = train_status(run->trainer);
        if (status.step % status.steps_per_epoch == 0)
            ok = train_save_checkpoint(run->trainer, run->checkpoint, err);
    }
    progress_end(&progress);
    status = train_status(run->trainer);
    if (ok && status.broken)
        return error_set(
            err, ERROR_FAILED,
            "the loss is not a finite number any more after step %ld: try a smaller --lr than %g",
            status.step, run->config.lr);
    return ok;
}

static bool save_result(const Run *run, Error *err) {
    Accuracy accuracy;
    PassConfig pass = {.batch = TRAIN_EVAL_BATCH};
    if (!accuracy_measure(&accuracy, run->model, run->test, &pass, run->options->quiet, err)) return false;
    char recipe[TRAIN_RECIPE_MAX], top1[32], seed[32];
    train_describe(&run->config, recipe, sizeof recipe);
    snprintf(top1, sizeof top1, "%.4f", accuracy_top1(&accuracy));
    snprintf(seed, sizeof seed, "%llu", run->config.seed);
    const SafetensorsPair pairs[] = {{"dataset", dataset_kind_name(dataset_kind(run->train))},
                                     {"recipe", recipe},
                                     {"seed", seed},
                                     {"test_top1", top1}};
    if (!model_save(run->model, pairs, (int)(sizeof pairs / sizeof *pairs), run->options->out, err))
        return false;
    unlink(run->checkpoint);
    utf8_put(stdout, run->options->out);
    printf(": %s, %.2f %% of %d test images right, loss %.4f\n", run->model->network->arch,
           100 * accuracy_top1(&accuracy), accuracy.evaluation.seen, accuracy_loss(&accuracy));
    return true;
}

static bool save_stopped(const Run *run, Error *err) {
    TrainStatus status = train_status(run->trainer);
    if (!train_save_checkpoint(run->trainer, run->checkpoint, err)) return false;
    fprintf(stderr, "skipscope: stopped after step %ld of %ld; saved ", status.step, status.steps);
    utf8_put(stderr, run->checkpoint);
    fputs(". The same command with --resume goes on from there.\n", stderr);
    return true;
}

static void free_run(Run *run) {
    train_free(run->trainer);
    model_free(run->model);
    dataset_free(run->train);
    dataset_free(run->test);
}

bool command_train(const Options *options, Error *err) {
    Run run = {.options = options};
    bool ok = prepare(&run, err);
    if (ok) interrupt_begin();
    ok = ok && learn(&run, err);
    bool stopped = ok && is_stopped(&run) && train_status(run.trainer).step < train_status(run.trainer).steps;
    int caught = interrupt_signal();
    ok = ok && (stopped ? save_stopped(&run, err) : true);
    interrupt_end();
    ok = ok && (stopped || save_result(&run, err));
    free_run(&run);
    /* Whoever started the program is to see that a signal ended it. */
    if (stopped && caught) raise(caught);
    return ok;
}
