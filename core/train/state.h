/* What a Trainer holds; shared by core/train/train and core/train/checkpoint only. */
#ifndef CORE_TRAIN_STATE_H
#define CORE_TRAIN_STATE_H

#include "core/train/batches.h"
#include "core/train/train.h"

/* The checkpoint that this training stands on. */
typedef enum TrainFoothold {
    FOOTHOLD_NONE,     /* none yet: what stands at the path is of another training */
    FOOTHOLD_LAST,     /* the one at the path */
    FOOTHOLD_PREVIOUS, /* PATH.prev: the one at the path is damaged or gone */
} TrainFoothold;

struct Trainer {
    Model *model;
    const Dataset *dataset;
    TrainConfig config;
    Pass *pass;
    Batches *batches;
    real *velocity; /* as network_all_values */
    int *targets;
    long step;
    long epoch;                /* of the sums; -1: of none */
    double lr, loss, loss_sum; /* sums over the epoch so far */
    long seen, right;
    bool broken;
    TrainFoothold foothold;
};

#endif
