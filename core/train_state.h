/* What a Trainer holds; shared by core/train and core/train_checkpoint only. */
#ifndef CORE_TRAIN_STATE_H
#define CORE_TRAIN_STATE_H

#include "core/train.h"

struct Trainer {
    Model *model;
    const Dataset *dataset;
    TrainConfig config;
    Pass *pass;
    real *velocity; /* as network->values */
    int *order, *targets;
    long step, steps_per_epoch, epoch_in_order;
    double lr, loss, loss_sum; /* sums over the epoch so far */
    long seen, right;
    bool broken;
};

#endif
