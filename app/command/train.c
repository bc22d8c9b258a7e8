#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/interrupt.h"
#include "app/cli/progress.h"
#include "app/command/command.h"
#include "app/load/data_sets.h"
#include "app/load/fine_tune.h"
#include "app/load/setup.h"
#include "app/load/train_files.h"
#include "app/measure/accuracy.h"
#include "core/base/utf8.h"
#include "core/train/train.h"

enum { TRAIN_EVAL_BATCH = 128, CIFAR_SIDE = DATASET_SIDE, IMAGENET_SIDE = 224 };

typedef struct Run {
    const Options *options;
    TrainFiles files;
    TrainConfig config;
    DataSets data;
    Model *model;
    char origin[FINE_TUNE_ORIGIN_MAX]; /* of the first weights, when --weights gave them */
    Trainer *trainer;
    bool finished; /* an earlier run has made the result */
    int signal;    /* that stopped it, and the checkpoint is saved; 0: none */
} Run;

static bool read_config(Run *run, Error *err) {
    const Options *options = run->options;
    run->config = train_default_config();
    data_sets_recipe(dataset_kind(run->data.train), &run->config);
    run->config.seed = options->model.seed;
    if (options->train.no_augment && options->train.augment)
        return error_set(err, ERROR_USAGE, "--augment and --no-augment: choose one of them");
    if (options->train.no_augment || options->train.augment) run->config.augment = options->train.augment;
    if (options->train.epochs) run->config.epochs = options->train.epochs;
    if (options->train.lr > 0) run->config.lr = options->train.lr;
    if (options->train.schedule == SCHEDULE_IS_STEPS) run->config.schedule = SCHEDULE_STEPS;
    if (options->run.batch.count > 1) return error_set(err, ERROR_USAGE, "--batch: expected one number");
    if (options->run.batch.count) run->config.batch = options->run.batch.values[0];
    run->config.init = *run->origin ? run->origin : options->model.init ? options->model.init : "he";
    run->config.replaces = train_files_replace(&run->files);
    return true;
}

/* The architecture that is asked for; NULL when none is. */
static bool find_arch(const Options *options, const char **arch, Error *err) {
    bool given = options_given(options, "arch");
    *arch = options->word_count ? options->words[0] : options->model.arch;
    if (options->word_count && given && strcmp(*arch, options->model.arch) != 0)
        return error_set(err, ERROR_USAGE, "the architecture is given twice: '%s' and --arch %s", *arch,
                         options->model.arch);
    if (!options->word_count && !given && options_given(options, "weights")) *arch = NULL;
    return true;
}

static bool make_model(Run *run, const char *arch, Error *err) {
    ModelSpec spec = run->options->model;
    spec.arch = arch;
    run->model = setup_new_model(&spec, dataset_classes(run->data.train), err);
    if (!run->model) return false;
    run->model->normalise = dataset_normalise(run->data.train);
    return model_set_class_names(run->model, dataset_class_names(run->data.train), err);
}

/* Of the network's input; the network itself needs to know the data set's classes first. */
static int find_side(const Model *given, const char *arch) {
    if (given) return given->network->input.h;
    return resnet_is_cifar(arch) ? CIFAR_SIDE : IMAGENET_SIDE;
}

/* Data set and model: each needs to know something of the other. */
static bool load(Run *run, Error *err) {
    const char *arch;
    Model *given;
    if (!find_arch(run->options, &arch, err) || !fine_tune_open(&given, run->options, arch, err))
        return false;
    if (!given && !arch) arch = "resnet20";
    if (!data_sets_load(&run->data, run->options, find_side(given, arch), err)) {
        model_free(given);
        return false;
    }
    if (!given) return make_model(run, arch, err);
    run->model = fine_tune_fit(given, run->data.train, run->options->model.seed, run->origin, err);
    return run->model;
}

static bool prepare_run(Run *run, Error *err) {
    if (!train_files_begin(&run->files, run->options, err) || !load(run, err) || !read_config(run, err))
        return false;
    run->trainer = train_new(run->model, run->data.train, &run->config, err);
    return run->trainer && train_files_resume(&run->files, run->trainer, &run->finished, err);
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
    return interrupt_signal() || (run->options->train.stop_after &&
                                  train_status(run->trainer).step >= run->options->train.stop_after);
}

static bool refuse_broken(const Run *run, Error *err) {
    TrainStatus status = train_status(run->trainer);
    return error_set(err, ERROR_FAILED,
                     "the loss is not a finite number any more after step %ld: try a smaller --lr than %g%s",
                     status.step, run->config.lr,
                     status.step >= status.steps_per_epoch ? ", with --restart" : "");
}

/* Up to the end, a stop, or an error; every whole epoch leaves a checkpoint. */
static bool learn(Run *run, Error *err) {
    TrainStatus status = train_status(run->trainer);
    Progress progress = progress_begin(run->options->output.quiet, (double)status.step);
    bool ok = true;
    while (ok && !is_stopped(run) && train_step(run->trainer)) {
        show(run, &progress);
        status = train_status(run->trainer);
        if (status.step % status.steps_per_epoch == 0)
            ok = train_save_checkpoint(run->trainer, run->files.checkpoint, err);
    }
    progress_end(&progress);
    status = train_status(run->trainer);
    if (ok && status.broken) return refuse_broken(run, err);
    return ok;
}

/* The identity, and what was reached: enough to tell later that this training has come to its end. */
static bool save_model(const Run *run, const Accuracy *accuracy, Error *err) {
    TrainIdentity identity;
    SafetensorsPair pairs[TRAIN_IDENTITY_MAX + 4];
    char top1[32], loss[32], images[16], seed[32];
    train_identify(run->trainer, &identity);
    memcpy(pairs, identity.pairs, sizeof identity.pairs);
    int count = identity.count;
    snprintf(seed, sizeof seed, "%llu", run->config.seed);
    snprintf(top1, sizeof top1, "%.4f", accuracy_top1(accuracy));
    snprintf(loss, sizeof loss, "%.4f", accuracy_loss(accuracy));
    snprintf(images, sizeof images, "%d", accuracy->evaluation.seen);
    pairs[count++] = (SafetensorsPair){"seed", seed};
    pairs[count++] = (SafetensorsPair){"test_top1", top1};
    pairs[count++] = (SafetensorsPair){"test_loss", loss};
    pairs[count++] = (SafetensorsPair){"test_images", images};
    return model_save(run->model, pairs, count, run->options->output.out, err);
}

static bool save_result(const Run *run, Error *err) {
    Accuracy accuracy;
    PassConfig pass = {.batch = TRAIN_EVAL_BATCH};
    if (!accuracy_measure(&accuracy, run->model, run->data.test, &pass, run->options->output.quiet, err))
        return false;
    /* What the last step has made of the weights no step has looked at. */
    if (isnan(accuracy_loss(&accuracy))) return refuse_broken(run, err);
    if (!train_files_check_end(&run->files, err) || !save_model(run, &accuracy, err)) return false;
    train_remove_checkpoint(run->files.checkpoint);
    utf8_put(stdout, run->options->output.out);
    printf(": %s, %.2f %% of %d test images right, loss %.4f\n", run->model->network->arch,
           100 * accuracy_top1(&accuracy), accuracy.evaluation.seen, accuracy_loss(&accuracy));
    return true;
}

/* The line of the run that finished, from its file; one of an earlier version tells less. */
static bool tell_finished(const Run *run, Error *err) {
    const char *out = run->options->output.out, *arch = run->model->network->arch;
    Safetensors *file = safetensors_open_file(out, err);
    if (!file) return false;
    const char *top1 = safetensors_value(file, "test_top1"), *loss = safetensors_value(file, "test_loss");
    const char *images = safetensors_value(file, "test_images");
    fprintf(stderr, "skipscope: this training is finished; there is nothing left to do.\n");
    utf8_put(stdout, out);
    if (top1 && loss && images)
        printf(": %s, %.2f %% of %ld test images right, loss %.4f\n", arch, 100 * strtod(top1, NULL),
               strtol(images, NULL, 10), strtod(loss, NULL));
    else
        printf(": %s, finished\n", arch);
    safetensors_close(file);
    return true;
}

static bool save_stopped(const Run *run, Error *err) {
    TrainStatus status = train_status(run->trainer);
    if (!train_save_checkpoint(run->trainer, run->files.checkpoint, err)) return false;
    fprintf(stderr, "skipscope: stopped after step %ld of %ld; saved ", status.step, status.steps);
    utf8_put(stderr, run->files.checkpoint);
    fprintf(stderr, ". The same command with --resume%s goes on from there.\n",
            run->files.restart ? " in place of --restart" : "");
    return true;
}

static void free_run(Run *run) {
    train_files_end(&run->files);
    train_free(run->trainer);
    model_free(run->model);
    data_sets_free(&run->data);
}

static bool train(Run *run, Error *err) {
    interrupt_begin();
    bool ok = learn(run, err);
    TrainStatus status = train_status(run->trainer);
    bool stopped = ok && is_stopped(run) && status.step < status.steps;
    int caught = interrupt_signal();
    if (stopped) ok = save_stopped(run, err);
    interrupt_end();
    if (ok && !stopped) ok = save_result(run, err);
    run->signal = ok && stopped ? caught : 0;
    return ok;
}

bool command_train(const Options *options, Error *err) {
    Run run = {.options = options, .files.lock = -1};
    bool ok = prepare_run(&run, err) && (run.finished ? tell_finished(&run, err) : train(&run, err));
    free_run(&run);
    /* Whoever started the program is to see that a signal ended it. */
    if (run.signal) raise(run.signal);
    return ok;
}
