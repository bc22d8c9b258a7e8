#include "core/train/train.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/tensor/elementwise.h"
#include "core/train/state.h"

TrainConfig train_default_config(void) {
    return (TrainConfig){.epochs = 30,
                         .batch = 128,
                         .lr = 0.1,
                         .schedule = SCHEDULE_COSINE,
                         .warmup_epochs = 1,
                         .sgd = {.momentum = 0.9, .weight_decay = 5e-4, .nesterov = true},
                         .augment = true};
}

void train_describe(const TrainConfig *config, char *out, size_t out_size) {
    char schedule[64] = "divided by 10 at 1/2 and 3/4";
    if (config->schedule == SCHEDULE_COSINE)
        snprintf(schedule, sizeof schedule, "warm-up for %g epoch%s, then half a cosine",
                 config->warmup_epochs, config->warmup_epochs == 1 ? "" : "s");
    snprintf(out, out_size,
             "%d epochs, batch %d, SGD momentum %g%s, weight decay %g on all parameters, peak learning rate "
             "%g, %s%s, seed %llu",
             config->epochs, config->batch, config->sgd.momentum, config->sgd.nesterov ? " (Nesterov)" : "",
             config->sgd.weight_decay, config->lr, schedule, config->augment ? ", pad-4 crop and flip" : "",
             config->seed);
}

static bool check_train_config(const Model *model, const Dataset *dataset, const TrainConfig *config,
                               Error *err) {
    const Network *network = model->network;
    if (!dataset_check_fit(dataset, network->arch, network->input, network->classes, err)) return false;
    if (config->batch < 2 || config->batch > dataset_count(dataset))
        return error_set(err, ERROR_USAGE, "a batch of %d: expected 2 to %d, the images of the data set",
                         config->batch, dataset_count(dataset));
    if (config->epochs < 1 || !(config->lr > 0) || !isfinite(config->lr))
        return error_set(err, ERROR_USAGE,
                         "%d epochs at learning rate %g: expected at least one epoch and a positive rate",
                         config->epochs, config->lr);
    return true;
}

static bool begin_learners(Trainer *trainer, Model *const *models, int count, Error *err) {
    for (int k = 0; k < count; k++) {
        if (!check_train_config(models[k], trainer->dataset, &trainer->config, err)) return false;
        if (!learner_begin(&trainer->learners[trainer->learner_count++], models[k], &trainer->config, err))
            return false;
    }
    return true;
}

static bool begin_batches(Trainer *trainer, Error *err) {
    const TrainConfig *config = &trainer->config;
    trainer->targets = calloc((size_t)config->batch, sizeof *trainer->targets);
    trainer->batches = batches_new(&(BatchesConfig){.dataset = trainer->dataset,
                                                    .normalise = trainer->learners[0].model->normalise,
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

static double learning_rate(const Trainer *trainer) {
    const TrainConfig *config = &trainer->config;
    double step = (double)trainer->step, total = (double)total_steps(trainer);
    double warmup = config->warmup_epochs * (double)batches_per_epoch(trainer->batches);
    if (step < warmup) return config->lr * (step + 1) / warmup;
    if (config->schedule == SCHEDULE_STEPS)
        return config->lr * (step < total / 2 ? 1 : step < total * 3 / 4 ? 0.1 : 0.01);
    return config->lr * 0.5 * (1 + cos(3.14159265358979324 * (step - warmup) / (total - warmup)));
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

/* The first one whose loss is not finite; 0 where there is none. */
static int find_broken(const Trainer *trainer) {
    for (int k = 0; k < trainer->learner_count; k++)
        if (trainer->learners[k].broken) return k;
    return 0;
}

bool train_step(Trainer *trainer) {
    if (trainer->step >= total_steps(trainer) || train_status(trainer).broken) return false;
    begin_epoch(trainer, trainer->step / batches_per_epoch(trainer->batches));
    take_batch(trainer);
    /* None has learnt from this batch when one is found broken. */
    for (int k = 0; k < trainer->learner_count; k++)
        if (!learner_look(&trainer->learners[k], trainer->targets)) return false;
    for (int k = 0; k < trainer->learner_count; k++)
        learner_learn(&trainer->learners[k], &trainer->config, learning_rate(trainer));
    trainer->seen += trainer->config.batch;
    trainer->step++;
    return true;
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
        snprintf(out, TRAIN_NAME_MAX, "%s#%d", arch, same);
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
