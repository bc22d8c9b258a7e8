/* How `train` is to train, from its options. */
#ifndef APP_TRAIN_RECIPE_H
#define APP_TRAIN_RECIPE_H

#include "app/cli/options.h"
#include "core/train/train.h"

/* On a data set of that kind, which has defaults of its own. `config->init` and `replaces` are left to the caller. */
bool train_recipe(TrainConfig *config, const Options *options, DatasetKind kind, Error *err);

#endif
