#include "app/train/recipe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/load/data_sets.h"

/* What PyTorch's AdamW has where nothing is given. */
static const double ADAMW_RATE = 1e-3, ADAMW_DECAY = 1e-2;

static bool refuse_schedule(const char *text, Error *err) {
    return error_set(
        err, ERROR_USAGE,
        "--schedule: expected cosine, steps, paper, one-cycle, constant or step:EPOCHS[:FACTOR], as in "
        "step:30:0.1; found '%s'",
        text);
}

/* "step:30" or "step:30:0.1" */
static bool read_step(TrainConfig *config, const char *text, Error *err) {
    char *end;
    long epochs = strtol(text + strlen("step:"), &end, 10);
    config->schedule = SCHEDULE_STEP;
    config->step_factor = 0.1;
    if (epochs < 1 || epochs > 100000) return refuse_schedule(text, err);
    config->step_epochs = (int)epochs;
    if (*end == ':') config->step_factor = strtod(end + 1, &end);
    bool fits = *end == '\0' && config->step_factor > 0 && config->step_factor <= 1;
    return fits || refuse_schedule(text, err);
}

static bool read_schedule(TrainConfig *config, const char *text, Error *err) {
    static const struct {
        const char *name;
        ScheduleKind kind;
        double warmup_epochs;
    } schedules[] = {{"cosine", SCHEDULE_COSINE, 1},
                     {"steps", SCHEDULE_STEPS, 1},
                     {"paper", SCHEDULE_PAPER, 0},
                     {"one-cycle", SCHEDULE_ONE_CYCLE, 0},
                     {"constant", SCHEDULE_CONSTANT, 0}};
    config->warmup_epochs = 0;
    if (strncmp(text, "step:", strlen("step:")) == 0) return read_step(config, text, err);
    for (size_t k = 0; k < sizeof schedules / sizeof schedules[0]; k++) {
        if (strcmp(text, schedules[k].name) != 0) continue;
        config->schedule = schedules[k].kind;
        config->warmup_epochs = schedules[k].warmup_epochs;
        return true;
    }
    return refuse_schedule(text, err);
}

/* After the optimiser, which has a usual rate of its own. */
static bool read_rates(TrainConfig *config, const Options *options, Error *err) {
    const RecipeOptions *recipe = &options->recipe;
    if (recipe->schedule && !read_schedule(config, recipe->schedule, err)) return false;
    if (options->train.lr > 0) config->lr = options->train.lr;
    if (!options_decided(options, "warmup")) return true;
    if (config->schedule == SCHEDULE_PAPER)
        return error_set(
            err, ERROR_USAGE,
            "--warmup: the paper's schedule has its own, from 110 layers on: leave one of them out");
    config->warmup_epochs = recipe->warmup;
    return true;
}

static bool read_optimiser(TrainConfig *config, const Options *options, Error *err) {
    const RecipeOptions *recipe = &options->recipe;
    OptimConfig *optim = &config->optim;
    if (recipe->optimizer == OPTIMIZER_IS_ADAMW) {
        *optim = (OptimConfig){.kind = OPTIM_ADAMW, .momentum = 0.9, .weight_decay = ADAMW_DECAY};
        config->lr = ADAMW_RATE;
        if (recipe->no_nesterov)
            return error_set(err, ERROR_USAGE, "--no-nesterov: AdamW has no Nesterov momentum to leave out");
    }
    if (options_decided(options, "momentum")) {
        optim->momentum = recipe->momentum;
        config->hold_momentum = true;
    }
    if (options_decided(options, "weight-decay")) optim->weight_decay = recipe->weight_decay;
    /* PyTorch has no Nesterov momentum of 0 either; it would be the plain gradient. */
    if (recipe->no_nesterov || !(optim->momentum > 0)) optim->nesterov = false;
    optim->no_decay_norm = recipe->no_decay_norm;
    return true;
}

bool train_recipe(TrainConfig *config, const Options *options, DatasetKind kind, Error *err) {
    const RecipeOptions *recipe = &options->recipe;
    *config = train_default_config();
    data_sets_recipe(kind, config);
    config->seed = options->model.seed;
    if (options->train.no_augment && options->train.augment)
        return error_set(err, ERROR_USAGE, "--augment and --no-augment: choose one of them");
    if (options->train.no_augment || options->train.augment) config->augment = options->train.augment;
    if (options->train.epochs) config->epochs = options->train.epochs;
    if (options->run.batch.count > 1) return error_set(err, ERROR_USAGE, "--batch: expected one number");
    if (options->run.batch.count) config->batch = options->run.batch.values[0];
    config->label_smoothing = recipe->label_smoothing;
    config->clip = recipe->clip;
    config->ema = recipe->ema;
    config->stochastic_depth = recipe->stochastic_depth;
    return read_optimiser(config, options, err) && read_rates(config, options, err);
}
