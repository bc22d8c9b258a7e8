#include "core/train/train.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor/elementwise.h"
#include "core/train/ema.h"
#include "core/train/state.h"

static bool check_train_config(const Model *model, const Dataset *dataset, const TrainConfig *config,
                               Error *err) {
    const Network *network = model->network;
    if (!dataset_check_fit(dataset, network->arch, network->input, network->classes, err)) return false;
    if (config->batch < 2 || config->batch > dataset_count(dataset))
        return error_set(err, ERROR_USAGE, "a batch of %d: expected 2 to %d, the images of the data set",
                         config->batch, dataset_count(dataset));
    return train_check_config(config, err);
}

static bool has_shortcuts(const Network *network) {
    bool any = false;
    for (int b = 0; b < network->block_count; b++) any |= network->blocks[b].add >= 0;
    return any;
}

/* Beside a residual network a plain one is left as it is. */
static bool check_depth(const Trainer *trainer, Error *err) {
    bool any = false;
    for (int k = 0; k < trainer->learner_count; k++)
        any |= has_shortcuts(trainer->learners[k].model->network);
    if (any || !(trainer->config.stochastic_depth > 0)) return true;
    return error_set(err, ERROR_USAGE, "stochastic depth: %s has no shortcut that could stand for a block",
                     trainer->learners[0].model->network->arch);
}

static bool begin_learners(Trainer *trainer, Model *const *models, int count, Error *err) {
    for (int k = 0; k < count; k++) {
        if (!check_train_config(models[k], trainer->dataset, &trainer->config, err)) return false;
        if (!learner_begin(&trainer->learners[trainer->learner_count++], models[k], &trainer->config, err))
            return false;
    }
    return check_depth(trainer, err);
}

static bool begin_batches(Trainer *trainer, Error *err) {
    const TrainConfig *config = &trainer->config;
    trainer->targets = calloc((size_t)config->batch, sizeof *trainer->targets);
    trainer->batches = batches_new(&(BatchesConfig){.dataset = trainer->dataset,
                                                    .normalise = trainer->learners[0].model->preprocess.normalise,
                                                    .batch = config->batch,
                                                    .augment = config->augment,
                                                    .seed = config->seed});
    return (trainer->targets && trainer->batches) ||
           error_set(err, ERROR_FAILED, "not enough memory to train");
}

Trainer *train_new_several(Model *const *models, int count, const Dataset *dataset, const TrainConfig *config,
                           Error *err) {
    assert(count >= 1 && count <= TRAIN_NETWORKS_MAX);
    Trainer *trainer = calloc(1, sizeof *trainer);
    if (!trainer) {
        error_set(err, ERROR_FAILED, "not enough memory to train");
        return NULL;
    }
    *trainer = (Trainer){.dataset = dataset, .config = *config, .epoch = -1};
    if (config->maker) train_add_maker(trainer, config->maker);
    if (begin_learners(trainer, models, count, err) && begin_batches(trainer, err)) return trainer;
    train_free(trainer);
    return NULL;
}

Trainer *train_new(Model *model, const Dataset *dataset, const TrainConfig *config, Error *err) {
    return train_new_several(&model, 1, dataset, config, err);
}

void train_free(Trainer *trainer) {
    if (!trainer) return;
    batches_free(trainer->batches);
    for (int k = 0; k < trainer->learner_count; k++) learner_free(&trainer->learners[k]);
    free(trainer->targets);
    free(trainer);
}

static long total_steps(const Trainer *trainer) {
    return batches_per_epoch(trainer->batches) * trainer->config.epochs;
}

static LearnStep next_step(const Trainer *trainer) {
    return (LearnStep){.config = &trainer->config,
                       .schedule = train_schedule(&trainer->config, batches_per_epoch(trainer->batches)),
                       .step = trainer->step};
}

static void begin_epoch(Trainer *trainer, long epoch) {
    if (trainer->epoch == epoch) return;
    trainer->epoch = epoch;
    trainer->seen = 0;
    for (int k = 0; k < trainer->learner_count; k++) {
        trainer->learners[k].loss_sum = 0;
        trainer->learners[k].right_sum = 0;
    }
}

/* The same batch for all. */
static void take_batch(Trainer *trainer) {
    real *first = pass_input(trainer->learners[0].pass);
    size_t values = (size_t)trainer->config.batch * shape_count(dataset_shape(trainer->dataset));
    batches_take(trainer->batches, trainer->step, first, trainer->targets);
    for (int k = 1; k < trainer->learner_count; k++)
        elementwise_copy(pass_input(trainer->learners[k].pass), first, values);
}

/* The first one that is broken; 0 where there is none. */
static int find_broken(const Trainer *trainer) {
    for (int k = 0; k < trainer->learner_count; k++)
        if (trainer->learners[k].broken) return k;
    return 0;
}

bool train_step(Trainer *trainer) {
    if (trainer->step >= total_steps(trainer) || train_status(trainer).broken) return false;
    begin_epoch(trainer, trainer->step / batches_per_epoch(trainer->batches));
    take_batch(trainer);
    const LearnStep at = next_step(trainer);
    /* None has learnt from this batch when one is found broken. */
    for (int k = 0; k < trainer->learner_count; k++)
        if (!learner_look(&trainer->learners[k], &at, trainer->targets)) return false;
    for (int k = 0; k < trainer->learner_count; k++)
        if (!learner_learn(&trainer->learners[k], &at)) return false;
    trainer->seen += trainer->config.batch;
    trainer->step++;
    return true;
}

void train_tell_divergence(const Trainer *trainer, char out[TRAIN_DIVERGENCE_MAX]) {
    int broken = find_broken(trainer);
    const LearnStep at = next_step(trainer);
    char name[TRAIN_NAME_MAX], cause[LEARNER_CAUSE_MAX];
    train_network_name(trainer, broken, name);
    learner_tell_cause(&trainer->learners[broken], &at, trainer->targets, cause);
    snprintf(out, TRAIN_DIVERGENCE_MAX, "%s, step %ld: %s", name, trainer->step + 1, cause);
}

void train_exchange_average(Trainer *trainer) {
    for (int k = 0; k < trainer->learner_count; k++) {
        real *average = learner_slot(&trainer->learners[k], LEARNER_AVERAGE);
        if (average) ema_exchange(average, trainer->learners[k].model->network);
    }
}

int train_network_count(const Trainer *trainer) {
    return trainer->learner_count;
}

int train_batch(const Trainer *trainer) {
    return trainer->config.batch;
}

void train_network_name(const Trainer *trainer, int network, char out[TRAIN_NAME_MAX]) {
    const char *arch = trainer->learners[network].model->network->arch;
    int same = 1;
    for (int k = 0; k < network; k++) same += strcmp(trainer->learners[k].model->network->arch, arch) == 0;
    if (same > 1)
        snprintf(out, TRAIN_NAME_MAX, "%s#%c", arch, '0' + same);
    else
        snprintf(out, TRAIN_NAME_MAX, "%s", arch);
}

TrainStatus train_status_of(const Trainer *trainer, int network) {
    const Learner *learner = &trainer->learners[network];
    double seen = trainer->seen > 0 ? (double)trainer->seen : NAN;
    return (TrainStatus){.step = trainer->step,
                         .steps = total_steps(trainer),
                         .steps_per_epoch = batches_per_epoch(trainer->batches),
                         .lr = learner->lr,
                         .loss = learner->loss,
                         .loss_average = learner->loss_sum / seen,
                         .accuracy = (double)learner->right / trainer->config.batch,
                         .accuracy_average = (double)learner->right_sum / seen,
                         .broken = learner->broken,
                         .replaces = trainer->config.replaces};
}

TrainStatus train_status(const Trainer *trainer) {
    return train_status_of(trainer, find_broken(trainer));
}
