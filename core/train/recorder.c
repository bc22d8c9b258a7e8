#include "core/train/recorder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/train/block_measure.h"
#include "core/train/evaluate.h"

enum { EVALUATE_BATCH = 128 };

typedef struct Watched {
    const Model *model;
    BlockMeasure *measure; /* NULL without a history */
    double *figures[2];    /* of the blocks, by the running statistics and by those of the batch */
    real *before;          /* the values that the last step of an epoch starts from */
    RecorderFigures epoch;
} Watched;

struct Recorder {
    RecorderConfig config;
    HistoryWriter *history; /* NULL: there is none */
    Watched networks[HISTORY_NETWORKS_MAX];
    long step;
    bool owes;
    double seconds, began; /* of the epoch so far; NaN where it began in an earlier run */
};

void recorder_free(Recorder *r) {
    if (!r) return;
    for (int k = 0; k < r->config.run.network_count; k++) {
        block_measure_free(r->networks[k].measure);
        free(r->networks[k].figures[0]);
        free(r->networks[k].figures[1]);
        free(r->networks[k].before);
    }
    history_close(r->history);
    free(r);
}

static bool no_memory(Error *err) {
    return error_set(err, ERROR_FAILED, "not enough memory to measure the training");
}

static bool watch(Recorder *r, int k, Error *err) {
    Watched *watched = &r->networks[k];
    const Network *network = r->config.run.networks[k].model->network;
    watched->model = r->config.run.networks[k].model;
    watched->epoch = (RecorderFigures){NAN, NAN, NAN};
    if (!r->config.path) return true;
    int images = r->config.run.batch < BLOCK_MEASURE_IMAGES ? r->config.run.batch : BLOCK_MEASURE_IMAGES;
    watched->measure = block_measure_new(watched->model, r->config.train, images, err);
    if (!watched->measure) return false;
    size_t count = (size_t)BLOCK_FIGURES * (size_t)network->block_count;
    for (int b = 0; b < 2; b++) watched->figures[b] = calloc(count, sizeof(double));
    watched->before = calloc(network->value_count, sizeof *watched->before);
    return (watched->figures[0] && watched->figures[1] && watched->before) || no_memory(err);
}

static long epoch_of(const Recorder *r, long step) {
    return step / r->config.run.steps_per_epoch;
}

static bool open_history(Recorder *r, bool resumes, Error *notice, Error *err) {
    const RecorderConfig *config = &r->config;
    if (!config->path) return true;
    if (resumes)
        r->history = history_resume(config->path, &config->run, r->step, notice, err);
    else
        r->history = history_begin(config->path, &config->run, err);
    return r->history;
}

static bool write_blocks(Recorder *r, int k, bool batch_statistics, const double *figures, Error *err) {
    HistoryBlocks blocks = {.epoch = epoch_of(r, r->step),
                            .step = r->step,
                            .network = k,
                            .batch_statistics = batch_statistics,
                            .block_count = r->networks[k].model->network->block_count,
                            .figures = figures};
    return history_blocks(r->history, &blocks, err);
}

static bool measure_blocks(Recorder *r, bool moved, Error *err) {
    bool ok = true;
    for (int k = 0; k < r->config.run.network_count && ok && r->history; k++) {
        const Watched *watched = &r->networks[k];
        BlockMeasured figures = {watched->figures[0], watched->figures[1]};
        ok = block_measure_run(watched->measure, moved ? watched->before : NULL, figures, err) &&
             write_blocks(r, k, false, figures.running, err) && write_blocks(r, k, true, figures.batch, err);
    }
    return ok;
}

bool recorder_epoch_ended(const Recorder *r) {
    return r->step > 0 && r->step % r->config.run.steps_per_epoch == 0;
}

Recorder *recorder_new(const RecorderConfig *config, bool resumes, Error *notice, Error *err) {
    Recorder *r = calloc(1, sizeof *r);
    *notice = (Error){0};
    if (!r) {
        no_memory(err);
        return NULL;
    }
    *r = (Recorder){.config = *config, .step = resumes ? config->first_step : 0};
    bool ok = true;
    for (int k = 0; k < config->run.network_count && ok; k++) ok = watch(r, k, err);
    ok = ok && open_history(r, resumes, notice, err);
    r->owes = ok && r->history && resumes && recorder_epoch_ended(r) &&
              !history_has_epoch(r->history, epoch_of(r, r->step));
    r->seconds = r->step % config->run.steps_per_epoch == 0 ? 0 : NAN;
    if (ok && !resumes) ok = measure_blocks(r, false, err);
    if (ok) return r;
    recorder_free(r);
    return NULL;
}

bool recorder_owes_epoch(const Recorder *r) {
    return r->owes;
}

void recorder_before_step(Recorder *r) {
    bool last = (r->step + 1) % r->config.run.steps_per_epoch == 0;
    if (r->step % r->config.run.steps_per_epoch == 0) r->seconds = 0;
    for (int k = 0; k < r->config.run.network_count && last && r->history; k++) {
        const Network *network = r->networks[k].model->network;
        memcpy(r->networks[k].before, network_const_all_values(network), network->value_count * sizeof(real));
    }
    r->began = clock_seconds();
}

bool recorder_after_step(Recorder *r, const RecorderStep *steps, Error *err) {
    bool ok = true;
    r->seconds += clock_seconds() - r->began;
    r->step++;
    for (int k = 0; k < r->config.run.network_count && ok && r->history; k++) {
        HistoryStep step = {r->step, k, steps[k].loss, steps[k].error, steps[k].rate};
        ok = history_step(r->history, &step, err);
    }
    return ok && (!recorder_epoch_ended(r) || measure_blocks(r, true, err));
}

/* Loss and error on a whole data set; as it is, with the running statistics. */
static RecorderEnd evaluate(const Recorder *r, const Model *model, const Dataset *dataset, double *loss,
                            double *error, Error *err) {
    PassConfig pass = {.batch = EVALUATE_BATCH};
    Evaluator *evaluator = evaluate_new(model, dataset, &pass, err);
    if (!evaluator) return RECORDER_FAILED;
    RecorderEnd end = RECORDER_DONE;
    while (end == RECORDER_DONE && evaluate_step(evaluator))
        if (r->config.is_stopped && r->config.is_stopped(r->config.context)) end = RECORDER_STOPPED;
    Evaluation result = evaluate_result(evaluator);
    *loss = result.loss_sum / result.seen;
    *error = (double)(result.seen - result.right) / result.seen;
    evaluate_free(evaluator);
    return end;
}

static RecorderEnd evaluate_network(const Recorder *r, const Model *model, RecorderFigures *figures,
                                    Error *err) {
    RecorderEnd end = RECORDER_DONE;
    double loss = NAN;
    *figures = (RecorderFigures){NAN, NAN, NAN};
    if (r->config.test)
        end = evaluate(r, model, r->config.test, &figures->test_loss, &figures->test_error, err);
    if (end == RECORDER_DONE && r->config.measure_train)
        end = evaluate(r, model, r->config.train, &loss, &figures->train_error_pass, err);
    return end;
}

static bool write_epoch(const Recorder *r, const RecorderStep *steps, Error *err) {
    bool ok = true;
    for (int k = 0; k < r->config.run.network_count && ok && r->history; k++) {
        const RecorderFigures *figures = &r->networks[k].epoch;
        HistoryEpoch epoch = {.epoch = epoch_of(r, r->step),
                              .step = r->step,
                              .network = k,
                              .train_loss = steps[k].mean_loss,
                              .train_error = steps[k].mean_error,
                              .train_error_pass = figures->train_error_pass,
                              .test_loss = figures->test_loss,
                              .test_error = figures->test_error,
                              .seconds = r->owes ? NAN : r->seconds};
        ok = history_epoch(r->history, &epoch, err);
    }
    return ok;
}

RecorderEnd recorder_end_epoch(Recorder *r, const RecorderStep *steps, Error *err) {
    for (int k = 0; k < r->config.run.network_count; k++) {
        RecorderEnd end = evaluate_network(r, r->networks[k].model, &r->networks[k].epoch, err);
        if (end != RECORDER_DONE) return end;
    }
    if (!write_epoch(r, steps, err)) return RECORDER_FAILED;
    r->owes = false;
    return RECORDER_DONE;
}

RecorderFigures recorder_figures(const Recorder *r, int network) {
    return r->networks[network].epoch;
}

bool recorder_sync(Recorder *r, Error *err) {
    return !r->history || history_sync(r->history, err);
}
