/* What a Trainer holds; shared by the files of core/train only. */
#ifndef CORE_TRAIN_STATE_H
#define CORE_TRAIN_STATE_H

#include "core/train/batches.h"
#include "core/train/learner.h"
#include "core/train/train.h"

/* The checkpoint that this training stands on. */
typedef enum TrainFoothold {
    FOOTHOLD_NONE,     /* none yet: what stands at the path is of another training */
    FOOTHOLD_LAST,     /* the one at the path */
    FOOTHOLD_PREVIOUS, /* PATH.prev: the one at the path is damaged or gone */
} TrainFoothold;

struct Trainer {
    Learner learners[TRAIN_NETWORKS_MAX]; /* in step with each other */
    int learner_count;
    const Dataset *dataset;
    TrainConfig config;
    Batches *batches;
    int *targets;
    long step;
    long epoch; /* of the learners' sums; -1: of none */
    long seen;  /* images of that epoch so far */
    TrainFoothold foothold;
    char makers[TRAIN_MAKERS_MAX];
};

/* To `makers`, which have it once. */
void train_add_maker(Trainer *trainer, const char *maker);

/* core/train/recipe: what the recipe comes to in figures. */
bool train_check_config(const TrainConfig *config, Error *err);
Schedule train_schedule(const TrainConfig *config, long steps_per_epoch);
double train_momentum(const TrainConfig *config, const Schedule *schedule, long step);

#endif
