#include "core/train/learner.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char VELOCITY[] = "velocity";

bool learner_begin(Learner *learner, Model *model, const TrainConfig *config, Error *err) {
    PassConfig pass = {.batch = config->batch,
                       .batch_statistics = true,
                       .no_input_gradient = true,
                       .no_inspection = true,
                       .rounds_more = true};
    *learner = (Learner){.model = model, .pass = pass_new(model->network, &pass, err)};
    if (!learner->pass) return false;
    return learner_add_slot(learner, VELOCITY) || error_set(err, ERROR_FAILED, "not enough memory to train");
}

void learner_free(Learner *learner) {
    pass_free(learner->pass);
    for (int s = 0; s < learner->slot_count; s++) free(learner->slots[s].values);
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

bool learner_look(Learner *learner, const int *targets) {
    pass_restart(learner->pass, targets);
    pass_run_forward(learner->pass);
    learner->loss = pass_loss(learner->pass);
    learner->right = count_right(learner, targets);
    learner->broken = !isfinite(learner->loss);
    return !learner->broken;
}

void learner_learn(Learner *learner, const TrainConfig *config, double lr) {
    pass_run_backward(learner->pass);
    learner->lr = lr;
    OptimStep step = {.lr = lr, .momentum = config->sgd.momentum, .gradient_scale = 1, .number = 1};
    optim_step(learner->model->network, learner->pass, (OptimState){.first = learner_slot(learner, VELOCITY)},
               &config->sgd, &step);
    learner->loss_sum += learner->loss * pass_batch(learner->pass);
    learner->right_sum += learner->right;
}
