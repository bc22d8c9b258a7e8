/* How a training is to go, in words and in figures. */
#include <math.h>
#include <stdio.h>

#include "core/train/state.h"

TrainConfig train_default_config(void) {
    return (TrainConfig){.epochs = 30,
                         .batch = 128,
                         .lr = 0.1,
                         .schedule = SCHEDULE_COSINE,
                         .warmup_epochs = 1,
                         .optim = {.momentum = 0.9, .weight_decay = 5e-4, .nesterov = true},
                         .augment = true};
}

static bool cycles_momentum(const TrainConfig *config) {
    return config->schedule == SCHEDULE_ONE_CYCLE && !config->hold_momentum;
}

Schedule train_schedule(const TrainConfig *config, long steps_per_epoch) {
    return (Schedule){.kind = config->schedule,
                      .peak = config->lr,
                      .warmup_epochs = config->warmup_epochs,
                      .step_epochs = config->step_epochs,
                      .step_factor = config->step_factor,
                      .steps = steps_per_epoch * config->epochs,
                      .steps_per_epoch = steps_per_epoch};
}

double train_momentum(const TrainConfig *config, const Schedule *schedule, long step) {
    return cycles_momentum(config) ? schedule_cycled_momentum(schedule, step) : config->optim.momentum;
}

enum { WORDS_MAX = 128 };

static void describe_optimiser(const TrainConfig *config, char out[WORDS_MAX]) {
    const OptimConfig *optim = &config->optim;
    const char *name = optim->kind == OPTIM_ADAMW ? "AdamW beta1" : "SGD momentum";
    const char *ending = optim->kind == OPTIM_SGD && optim->nesterov ? " (Nesterov)" : "";
    if (cycles_momentum(config))
        snprintf(out, WORDS_MAX, "%s 0.95 to 0.85 and back%s", name, ending);
    else
        snprintf(out, WORDS_MAX, "%s %g%s", name, optim->momentum, ending);
}

/* "warm-up for 2 epochs, then " */
static void describe_warmup(const TrainConfig *config, char out[WORDS_MAX]) {
    double epochs = config->warmup_epochs;
    *out = '\0';
    if (epochs > 0) snprintf(out, WORDS_MAX, "warm-up for %g epoch%s, then ", epochs, epochs == 1 ? "" : "s");
}

static void describe_schedule(const TrainConfig *config, char out[2 * WORDS_MAX]) {
    char warmup[WORDS_MAX];
    describe_warmup(config, warmup);
    switch (config->schedule) {
    case SCHEDULE_COSINE: snprintf(out, 2 * WORDS_MAX, "%shalf a cosine", warmup); break;
    case SCHEDULE_STEPS:
        /* One epoch of warm-up is not mentioned: that is how these recipes were written from the first version on. */
        snprintf(out, 2 * WORDS_MAX, "%sdivided by 10 at 1/2 and 3/4",
                 config->warmup_epochs == 1  ? ""
                 : config->warmup_epochs > 0 ? warmup
                                             : "no warm-up, ");
        break;
    case SCHEDULE_PAPER:
        snprintf(out, 2 * WORDS_MAX,
                 "the paper's schedule: divided by 10 at 1/2 and 3/4, from %d layers on a "
                 "tenth until the training error is below 80 %%",
                 SCHEDULE_PAPER_LAYERS);
        break;
    case SCHEDULE_ONE_CYCLE:
        if (config->warmup_epochs > 0)
            snprintf(out, 2 * WORDS_MAX, "one cycle that rises for %g epochs", config->warmup_epochs);
        else
            snprintf(out, 2 * WORDS_MAX, "one cycle");
        break;
    case SCHEDULE_STEP:
        snprintf(out, 2 * WORDS_MAX, "%stimes %g after every %d epochs", warmup, config->step_factor,
                 config->step_epochs);
        break;
    case SCHEDULE_CONSTANT: snprintf(out, 2 * WORDS_MAX, "%sconstant", warmup); break;
    }
}

/* ", label smoothing 0.1" and so on, of what is in use. */
static void describe_extras(const TrainConfig *config, char out[2 * WORDS_MAX]) {
    const struct {
        const char *words;
        double value;
    } extras[] = {{"label smoothing", config->label_smoothing},
                  {"gradients clipped at norm", config->clip},
                  {"stochastic depth", config->stochastic_depth},
                  {"weights averaged with decay", config->ema}};
    size_t length = 0;
    *out = '\0';
    for (size_t k = 0; k < sizeof extras / sizeof extras[0]; k++)
        if (extras[k].value > 0)
            length += (size_t)snprintf(out + length, 2 * WORDS_MAX - length, ", %s %g", extras[k].words,
                                       extras[k].value);
}

void train_describe(const TrainConfig *config, char *out, size_t out_size) {
    char optimiser[WORDS_MAX], schedule[2 * WORDS_MAX], extras[2 * WORDS_MAX];
    describe_optimiser(config, optimiser);
    describe_schedule(config, schedule);
    describe_extras(config, extras);
    snprintf(out, out_size,
             "%d epochs, batch %d, %s, weight decay %g on %s, peak learning rate %g, %s%s%s, seed %llu",
             config->epochs, config->batch, optimiser, config->optim.weight_decay,
             config->optim.no_decay_norm ? "weights, not on batch norm and biases" : "all parameters",
             config->lr, schedule, config->augment ? ", pad-4 crop and flip" : "", extras, config->seed);
}

/* Each with the values that it may have, both ends left out but for 0, which is none of it. */
static bool check_shares(const TrainConfig *config, Error *err) {
    const struct {
        const char *name;
        double value;
    } shares[] = {{"momentum", config->optim.momentum},
                  {"label smoothing", config->label_smoothing},
                  {"a decay of the average", config->ema},
                  {"stochastic depth", config->stochastic_depth}};
    for (size_t k = 0; k < sizeof shares / sizeof shares[0]; k++)
        if (!(shares[k].value >= 0 && shares[k].value < 1))
            return error_set(err, ERROR_USAGE, "%s of %g: expected 0 or more, and less than 1",
                             shares[k].name, shares[k].value);
    return true;
}

bool train_check_config(const TrainConfig *config, Error *err) {
    if (config->epochs < 1 || !(config->lr > 0) || !isfinite(config->lr))
        return error_set(err, ERROR_USAGE,
                         "%d epochs at learning rate %g: expected at least one epoch and a positive rate",
                         config->epochs, config->lr);
    if (!(config->warmup_epochs >= 0 && config->warmup_epochs <= config->epochs))
        return error_set(err, ERROR_USAGE, "a warm-up of %g epochs: expected at most the %d of the training",
                         config->warmup_epochs, config->epochs);
    if (config->schedule == SCHEDULE_STEP && (config->step_epochs < 1 || !(config->step_factor > 0)))
        return error_set(err, ERROR_USAGE,
                         "a step of %d epochs times %g: expected whole epochs and a factor above 0",
                         config->step_epochs, config->step_factor);
    return check_shares(config, err);
}
