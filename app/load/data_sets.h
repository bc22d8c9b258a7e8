/* Which data set the options mean, and the two halves of it that a training needs. */
#ifndef APP_LOAD_DATA_SETS_H
#define APP_LOAD_DATA_SETS_H

#include "app/cli/options.h"
#include "core/data/dataset.h"
#include "core/train/train.h"

/* --dataset, --data, --split, --limit and --seed. Where neither --dataset nor --data says anything and the folder
 * data holds no CIFAR-10, the bundled set. `side`: pixels of a side of what the network reads. */
DatasetConfig data_sets_config(const Options *options, int side);

/* dataset_load, with progress on standard error for a folder of pictures, unless quiet. */
Dataset *data_sets_open(const DatasetConfig *config, bool quiet, Error *err);

typedef struct DataSets {
    Dataset *train, *test;
} DataSets;

/* --limit shortens the training set only: the accuracy at the end is that of the whole test set. Says on standard error
 * what the user should know of the set, unless quiet. */
bool data_sets_load(DataSets *sets, const Options *options, int side, Error *err);
void data_sets_free(DataSets *sets); /* cleared ones are fine */

/* What is usual for training on that data set; the defaults of everything that no option decides. Of the bundled set:
 * 8 epochs of batches of 50 at a peak rate of 0.02, without augmentation, where depth alone makes a difference within
 * 160 steps. */
void data_sets_recipe(DatasetKind kind, TrainConfig *config);

#endif
