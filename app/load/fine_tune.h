/* A training that begins with weights that are there already, and not with random ones. */
#ifndef APP_LOAD_FINE_TUNE_H
#define APP_LOAD_FINE_TUNE_H

#include "app/cli/options.h"
#include "core/data/dataset.h"
#include "core/network/model.h"

enum { FINE_TUNE_ORIGIN_MAX = 24 };

/* The model of --weights; NULL in *given where the command line has no such option: what the environment says of it is
 * meant for looking at networks. `arch` (NULL: whatever the file holds) must agree with it. */
bool fine_tune_open(Model **given, const Options *options, const char *arch, Error *err);

/* Takes `given`. Where it tells apart as many classes as the data set has, it stays; else all but the last layer, which
 * is drawn by the seed, as for a new network, and a sentence on standard error says so. Its classes are then called as
 * the data set's; mean and standard deviation of the pixels stay those that the weights know. `origin` becomes the
 * text that tells these weights from all others: "weights 1a2b3c4d". */
Model *fine_tune_fit(Model *given, const Dataset *train, unsigned long long seed,
                     char origin[FINE_TUNE_ORIGIN_MAX], Error *err);

/* Freezes what the patterns name (core/network/freeze) and says on standard error how much that is, unless quiet. NULL
 * patterns freeze nothing. */
bool fine_tune_freeze(Network *network, const char *patterns, bool quiet, Error *err);

#endif
