/* One network that learns, and all that its next step hangs on beside the batch. */
#ifndef CORE_TRAIN_LEARNER_H
#define CORE_TRAIN_LEARNER_H

#include "core/network/model.h"
#include "core/pass/pass.h"
#include "core/train/divergence.h"
#include "core/train/train.h"

enum { TRAIN_SLOTS_MAX = 4, TRAIN_PREFIX_MAX = 16, TRAIN_NOTES_MAX = 8, TRAIN_NOTE_MAX = 40 };

/* A number beside each value of the network, laid out as network_all_values; a checkpoint has it as
 * "PREFIX.NAME". */
typedef struct TrainSlot {
    const char *prefix; /* "velocity"; shorter than TRAIN_PREFIX_MAX */
    real *values;
} TrainSlot;

/* Something else that a resumed run has to know: a checkpoint has it in its metadata. Neither text has a ';'
 * or a '='. */
typedef struct TrainNote {
    char key[TRAIN_NOTE_MAX], text[TRAIN_NOTE_MAX];
} TrainNote;

typedef struct Learner {
    Model *model; /* borrowed */
    Pass *pass;
    TrainSlot slots[TRAIN_SLOTS_MAX];
    int slot_count;
    TrainNote notes[TRAIN_NOTES_MAX];
    int note_count;
    double lr, loss, loss_sum; /* of the step just made; the sum over the epoch so far */
    long right, right_sum;     /* images classified rightly, likewise */
    bool broken;
    Divergence divergence; /* by what */
    real *branch_scales;   /* one a block: stochastic depth in the step under way; NULL: none */
} Learner;

/* A step that is due: what it hangs on beside the learner and the batch. */
typedef struct LearnStep {
    const TrainConfig *config;
    Schedule schedule;
    long step; /* made before it */
} LearnStep;

/* The prefix of the slot with the moving average of the values. */
#define LEARNER_AVERAGE "ema"

/* What the recipe's optimiser needs, all zero, and a pass. An error leaves what learner_free takes. */
bool learner_begin(Learner *learner, Model *model, const TrainConfig *config, Error *err);
void learner_free(Learner *learner);

/* A further slot, all zero: to be added in learner_begin. NULL when memory is short. */
real *learner_add_slot(Learner *learner, const char *prefix);
/* The values of the slot of that prefix; NULL where there is none. */
real *learner_slot(const Learner *learner, const char *prefix);

/* Sets the note of that key, whether it is there or not. */
void learner_note(Learner *learner, const char *key, const char *text);
/* Its text; NULL where there is none. */
const char *learner_noted(const Learner *learner, const char *key);

/* The loss and the right answers of the batch in the pass's input; false, and `broken`, when the loss is not
 * finite. */
bool learner_look(Learner *learner, const LearnStep *at, const int *targets);
/* From the loss to the next values: gradients, and a step of the optimiser. Both sums grow. False, and `broken`, when a
 * gradient is not finite, before any value has changed, or a value, behind it. */
bool learner_learn(Learner *learner, const LearnStep *at);

/* Of a broken learner, after the step that broke it: a sentence without a full stop. */
enum { LEARNER_CAUSE_MAX = DIVERGENCE_TEXT_MAX };
void learner_tell_cause(const Learner *learner, const LearnStep *at, const int *targets,
                        char out[LEARNER_CAUSE_MAX]);

#endif
