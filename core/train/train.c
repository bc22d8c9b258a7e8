#include "core/train/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    if (network->input.h != DATASET_SIDE)
        return error_set(err, ERROR_USAGE, "%s reads %dx%d images, the data set has 32x32", network->arch,
                         network->input.h, network->input.w);
    if (network->classes != dataset_classes(dataset))
        return error_set(err, ERROR_USAGE, "%s has %d classes, the data set %d", network->arch,
                         network->classes, dataset_classes(dataset));
    if (config->batch < 2 || config->batch > dataset_count(dataset))
        return error_set(err, ERROR_USAGE, "a batch of %d: expected 2 to %d, the images of the data set",
                         config->batch, dataset_count(dataset));
    if (config->epochs < 1 || !(config->lr > 0) || !isfinite(config->lr))
        return error_set(err, ERROR_USAGE,
                         "%d epochs at learning rate %g: expected at least one epoch and a positive rate",
                         config->epochs, config->lr);
    return true;
}

Trainer *train_new(Model *model, const Dataset *dataset, const TrainConfig *config, Error *err) {
    if (!check_train_config(model, dataset, config, err)) return NULL;
    Trainer *trainer = calloc(1, sizeof *trainer);
    if (!trainer) {
        error_set(err, ERROR_FAILED, "not enough memory to train");
        return NULL;
    }
    *trainer = (Trainer){.model = model, .dataset = dataset, .config = *config};
    trainer->epoch = -1;
    PassConfig pass = {.batch = config->batch,
                       .batch_statistics = true,
                       .no_input_gradient = true,
                       .no_inspection = true,
                       .rounds_more = true};
    trainer->pass = pass_new(model->network, &pass, err);
    trainer->velocity = calloc(model->network->value_count, sizeof *trainer->velocity);
    trainer->targets = calloc((size_t)config->batch, sizeof *trainer->targets);
    trainer->batches = batches_new(&(BatchesConfig){.dataset = dataset,
                                                    .normalise = model->normalise,
                                                    .batch = config->batch,
                                                    .augment = config->augment,
                                                    .seed = config->seed});
    if (trainer->pass && trainer->velocity && trainer->targets && trainer->batches) return trainer;
    if (trainer->pass) error_set(err, ERROR_FAILED, "not enough memory to train");
    train_free(trainer);
    return NULL;
}

void train_free(Trainer *trainer) {
    if (!trainer) return;
    batches_free(trainer->batches);
    pass_free(trainer->pass);
    free(trainer->velocity);
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
    trainer->loss_sum = 0;
    trainer->right = trainer->seen = 0;
}

static int count_right(const Pass *pass, const int *targets) {
    const Network *network = pass_network(pass);
    const real *logits = pass_act(pass, network_logits_op(network)).data;
    int right = 0;
    for (int n = 0; n < pass_batch(pass); n++) {
        const real *z = logits + (size_t)n * (size_t)network->classes;
        int best = 0;
        for (int k = 1; k < network->classes; k++)
            if (z[k] > z[best]) best = k;
        right += best == targets[n];
    }
    return right;
}

bool train_step(Trainer *trainer) {
    if (trainer->step >= total_steps(trainer) || trainer->broken) return false;
    begin_epoch(trainer, trainer->step / batches_per_epoch(trainer->batches));
    batches_take(trainer->batches, trainer->step, pass_input(trainer->pass), trainer->targets);
    pass_restart(trainer->pass, trainer->targets);
    pass_run_forward(trainer->pass);
    trainer->loss = pass_loss(trainer->pass);
    trainer->broken = !isfinite(trainer->loss);
    if (trainer->broken) return false;
    pass_run_backward(trainer->pass);
    trainer->lr = learning_rate(trainer);
    optim_step(trainer->model->network, trainer->pass, trainer->velocity, &trainer->config.sgd, trainer->lr);
    trainer->loss_sum += trainer->loss * trainer->config.batch;
    trainer->seen += trainer->config.batch;
    trainer->right += count_right(trainer->pass, trainer->targets);
    trainer->step++;
    return true;
}

TrainStatus train_status(const Trainer *trainer) {
    double seen = trainer->seen > 0 ? (double)trainer->seen : NAN;
    return (TrainStatus){.step = trainer->step,
                         .steps = total_steps(trainer),
                         .steps_per_epoch = batches_per_epoch(trainer->batches),
                         .lr = trainer->lr,
                         .loss = trainer->loss,
                         .loss_average = trainer->loss_sum / seen,
                         .accuracy_average = (double)trainer->right / seen,
                         .broken = trainer->broken,
                         .replaces = trainer->config.replaces};
}
