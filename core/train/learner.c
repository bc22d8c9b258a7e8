#include "core/train/learner.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/depth.h"
#include "core/train/ema.h"
#include "core/train/state.h"

/* Slots: what an optimiser keeps first, and AdamW's second. */
static const char *const FIRST_SLOTS[] = {[OPTIM_SGD] = "velocity", [OPTIM_ADAMW] = "moment1"};
static const char SECOND_MOMENT[] = "moment2";

static const char WARMUP_NOTE[] = "warmup";

static PassConfig pass_config_of(const TrainConfig *config) {
    return (PassConfig){.batch = config->batch,
                        .batch_statistics = true,
                        .no_input_gradient = true,
                        .no_inspection = true,
                        .rounds_more = true,
                        .label_smoothing = config->label_smoothing};
}

static bool add_slots(Learner *learner, const TrainConfig *config) {
    OptimKind kind = config->optim.kind;
    return learner_add_slot(learner, FIRST_SLOTS[kind]) &&
           (kind == OPTIM_SGD || learner_add_slot(learner, SECOND_MOMENT)) &&
           (!(config->ema > 0) || learner_add_slot(learner, LEARNER_AVERAGE));
}

bool learner_begin(Learner *learner, Model *model, const TrainConfig *config, Error *err) {
    PassConfig pass = pass_config_of(config);
    *learner = (Learner){.model = model, .pass = pass_new(model->network, &pass, err)};
    if (!learner->pass) return false;
    bool ok = add_slots(learner, config);
    if (ok && config->stochastic_depth > 0) {
        learner->branch_scales = calloc((size_t)model->network->block_count, sizeof *learner->branch_scales);
        ok = learner->branch_scales != NULL;
    }
    return ok || error_set(err, ERROR_FAILED, "not enough memory to train");
}

void learner_free(Learner *learner) {
    pass_free(learner->pass);
    for (int s = 0; s < learner->slot_count; s++) free(learner->slots[s].values);
    free(learner->branch_scales);
    *learner = (Learner){0};
}

real *learner_add_slot(Learner *learner, const char *prefix) {
    assert(learner->slot_count < TRAIN_SLOTS_MAX && strlen(prefix) < TRAIN_PREFIX_MAX);
    real *values = calloc(learner->model->network->value_count, sizeof *values);
    if (values) learner->slots[learner->slot_count++] = (TrainSlot){.prefix = prefix, .values = values};
    return values;
}

real *learner_slot(const Learner *learner, const char *prefix) {
    for (int s = 0; s < learner->slot_count; s++)
        if (strcmp(learner->slots[s].prefix, prefix) == 0) return learner->slots[s].values;
    return NULL;
}

static int find_note(const Learner *learner, const char *key) {
    int n = 0;
    while (n < learner->note_count && strcmp(learner->notes[n].key, key) != 0) n++;
    return n;
}

void learner_note(Learner *learner, const char *key, const char *text) {
    int n = find_note(learner, key);
    assert(n < TRAIN_NOTES_MAX && strlen(key) < TRAIN_NOTE_MAX && strlen(text) < TRAIN_NOTE_MAX);
    assert(!strpbrk(key, ";=") && !strpbrk(text, ";="));
    TrainNote *note = &learner->notes[n];
    if (n == learner->note_count) learner->note_count++;
    snprintf(note->key, sizeof note->key, "%s", key);
    snprintf(note->text, sizeof note->text, "%s", text);
}

const char *learner_noted(const Learner *learner, const char *key) {
    int n = find_note(learner, key);
    return n < learner->note_count ? learner->notes[n].text : NULL;
}

/* Images of the batch whose largest logit is at their class. */
static int count_right(const Learner *learner, const int *targets) {
    const Network *network = learner->model->network;
    const real *logits = pass_act(learner->pass, network_logits_op(network)).data;
    int right = 0;
    for (int n = 0; n < pass_batch(learner->pass); n++) {
        right += network_predict(network, logits + (size_t)n * (size_t)network->classes) == targets[n];
    }
    return right;
}

/* Stochastic depth: which branches count, in this step. */
static void choose_branches(const Learner *learner, const LearnStep *at, Pass *pass) {
    DepthChoice choice = {.drop = at->config->stochastic_depth, .seed = at->config->seed, .step = at->step};
    if (!learner->branch_scales) return;
    depth_choose(learner->model->network, choice, learner->branch_scales);
    pass_set_branch_scales(pass, learner->branch_scales);
}

static bool is_fine(Learner *learner, Divergence divergence) {
    learner->divergence = divergence;
    learner->broken = divergence != DIVERGENCE_NONE;
    return !learner->broken;
}

bool learner_look(Learner *learner, const LearnStep *at, const int *targets) {
    choose_branches(learner, at, learner->pass);
    pass_restart(learner->pass, targets);
    pass_run_forward(learner->pass);
    learner->loss = pass_loss(learner->pass);
    learner->right = count_right(learner, targets);
    return is_fine(learner, isfinite(learner->loss) ? DIVERGENCE_NONE : DIVERGENCE_LOSS);
}

/* Does this network begin at a tenth of the rate? */
static bool warms_up(const Learner *learner, const LearnStep *at) {
    return at->config->schedule == SCHEDULE_PAPER &&
           arch_of(learner->model->network->arch).depth >= SCHEDULE_PAPER_LAYERS;
}

/* "open 17": as ScheduleWarmup; without a note no step has been made. */
static ScheduleWarmup recall_warmup(const Learner *learner) {
    const char *text = learner_noted(learner, WARMUP_NOTE);
    ScheduleWarmup warmup = {.open = !text || strncmp(text, "open ", 5) == 0};
    if (text && warmup.open) warmup.right = strtol(text + 5, NULL, 10);
    return warmup;
}

static void note_warmup(Learner *learner, ScheduleWarmup warmup) {
    char text[TRAIN_NOTE_MAX] = "over";
    if (warmup.open) snprintf(text, sizeof text, "open %ld", warmup.right);
    learner_note(learner, WARMUP_NOTE, text);
}

static double rate_of(const Learner *learner, const LearnStep *at) {
    double rate = schedule_rate(&at->schedule, at->step);
    return warms_up(learner, at) && recall_warmup(learner).open ? rate * SCHEDULE_WARMUP_SHARE : rate;
}

static void step_values(Learner *learner, const LearnStep *at) {
    const TrainConfig *config = at->config;
    Network *network = learner->model->network;
    real *average = learner_slot(learner, LEARNER_AVERAGE);
    OptimState state = {learner_slot(learner, FIRST_SLOTS[config->optim.kind]),
                        learner_slot(learner, SECOND_MOMENT)};
    OptimStep step = {.lr = learner->lr,
                      .momentum = train_momentum(config, &at->schedule, at->step),
                      .gradient_scale = 1,
                      .number = at->step + 1};
    if (config->clip > 0)
        step.gradient_scale = optim_clip_scale(optim_gradient_norm(network, learner->pass), config->clip);
    optim_step(network, learner->pass, state, &config->optim, &step);
    if (average) ema_follow(average, network, config->ema, step.number);
}

/* What the next step goes on from, but for the values. */
static void take_account(Learner *learner, const LearnStep *at) {
    long batch = pass_batch(learner->pass);
    learner->loss_sum += learner->loss * (double)batch;
    learner->right_sum += learner->right;
    if (!warms_up(learner, at)) return;
    ScheduleWarmup warmup = recall_warmup(learner);
    schedule_follow(&warmup, &at->schedule, at->step, learner->right, batch);
    note_warmup(learner, warmup);
}

bool learner_learn(Learner *learner, const LearnStep *at) {
    const Network *network = learner->model->network;
    pass_run_backward(learner->pass);
    learner->lr = rate_of(learner, at);
    if (!is_fine(learner, divergence_of_gradients(network, learner->pass))) return false;
    step_values(learner, at);
    if (!is_fine(learner, divergence_of_values(network))) return false;
    take_account(learner, at);
    return true;
}

/* The same batch in a pass that keeps every gradient; NULL when memory is short. */
static Pass *run_again(const Learner *learner, const LearnStep *at, const int *targets) {
    Error err = {0};
    PassConfig config = pass_config_of(at->config);
    config.no_inspection = false;
    Pass *pass = pass_new(learner->model->network, &config, &err);
    if (!pass) return NULL;
    Tensor images = pass_act(learner->pass, 0);
    memcpy(pass_input(pass), images.data, shape_count(images.shape) * sizeof(real));
    choose_branches(learner, at, pass);
    pass_restart(pass, targets);
    pass_run_forward(pass);
    pass_run_backward(pass);
    return pass;
}

void learner_tell_cause(const Learner *learner, const LearnStep *at, const int *targets,
                        char out[LEARNER_CAUSE_MAX]) {
    Pass *again = learner->divergence == DIVERGENCE_GRADIENT ? run_again(learner, at, targets) : NULL;
    divergence_tell(learner->divergence, learner->pass, again, out);
    pass_free(again);
}
