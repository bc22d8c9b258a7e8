/* A training from its options to its end: what the command `train` does. */
#ifndef APP_TRAIN_RUN_H
#define APP_TRAIN_RUN_H

#include "app/train/files.h"
#include "app/train/machine.h"
#include "app/train/report.h"
#include "core/train/recorder.h"

typedef struct TrainRun {
    const Options *options;
    TrainNetworks networks;
    TrainFiles files;
    TrainConfig config;
    TrainLoaded loaded;
    Trainer *trainer;
    TrainMachine machine;
    char maker[TRAIN_MAKER_MAX]; /* that in words */
    TrainIdentity identity;      /* of all networks */
    char names[TRAIN_NETWORKS_MAX][TRAIN_NAME_MAX];
    Recorder *recorder; /* from the first step on */
    TrainReport report;
    double saved_s; /* when the last checkpoint was, or the run began */
    bool finished;  /* an earlier run has made the result */
    int signal;     /* that stopped it, and the checkpoint is saved; 0: none */
} TrainRun;

/* Everything up to the first step. train_run_end is due in every case. */
bool train_run_begin(TrainRun *run, const Options *options, Error *err);
/* To the end, to a signal or to --stop-after. */
bool train_run(TrainRun *run, Error *err);
void train_run_end(TrainRun *run);

/* What is measured while it learns, and the history where there is --out. */
bool train_run_watch(TrainRun *run, Error *err);

/* The end: measures the networks on the test pictures, saves and tells it. */
bool train_run_finish(const TrainRun *run, Error *err);
/* What an earlier run has told at its end. */
bool train_run_tell_finished(const TrainRun *run, Error *err);
/* Weights in float16, where the epoch just made is one of --snapshots; 0 is the start. */
bool train_run_snapshot(const TrainRun *run, int epoch, Error *err);
/* The sentence about a loss that is no number. */
bool train_run_refuse_broken(const TrainRun *run, Error *err);

#endif
