/* What a Trainer holds; shared by core/train/train and core/train/checkpoint only. */
#ifndef CORE_TRAIN_STATE_H
#define CORE_TRAIN_STATE_H

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
    real *velocity; /* as network_all_values */
    int *order, *targets;
    long step, steps_per_epoch, epoch_in_order;
    double lr, loss, loss_sum; /* sums over the epoch so far */
    long seen, right;
    bool broken;
    TrainFoothold foothold;
};

#endif
