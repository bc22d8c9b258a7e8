/* Which networks `train` is to train, and on what: the one that ARCH, --arch or --weights says, or those of
 * --compare. */
#ifndef APP_TRAIN_NETWORKS_H
#define APP_TRAIN_NETWORKS_H

#include "app/load/data_sets.h"
#include "app/load/fine_tune.h"
#include "core/train/train.h"

typedef struct TrainNetworks {
    char archs[TRAIN_NETWORKS_MAX][ARCH_NAME_MAX]; /* "": what the file of --weights holds */
    int count;
    bool several; /* --compare */
} TrainNetworks;

bool train_networks_parse(TrainNetworks *networks, const Options *options, Error *err);

/* The networks: that of --weights with a head for the data set's classes, or new ones with values from --init and
 * the seed; and the data set, scaled to what they read. On failure what was made before is there all the same.
 * `origin` becomes the text that tells the first weights from all others, and what of them is frozen: "he",
 * "weights 1a2b3c4d, frozen conv1,bn1". */
enum { TRAIN_ORIGIN_MAX = 200 };

typedef struct TrainLoaded {
    Model *models[TRAIN_NETWORKS_MAX];
    int count;
    DataSets data;
    char origin[TRAIN_ORIGIN_MAX];
} TrainLoaded;

bool train_load(TrainLoaded *loaded, const TrainNetworks *networks, const Options *options, Error *err);
void train_unload(TrainLoaded *loaded); /* a cleared one is fine */

#endif
