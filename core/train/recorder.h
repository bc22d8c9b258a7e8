/* When a training measures what, and writes it into its history. A run calls it:
 *
 *     recorder_new; when recorder_owes_epoch, recorder_end_epoch
 *     recorder_before_step, the step, recorder_after_step, again and again
 *     when recorder_epoch_ended, recorder_end_epoch
 *     before a checkpoint is saved recorder_sync
 *
 * Without a history it measures the test set alone. No bit of the training hangs on it. */
#ifndef CORE_TRAIN_RECORDER_H
#define CORE_TRAIN_RECORDER_H

#include "core/data/dataset.h"
#include "core/train/history.h"

typedef struct RecorderConfig {
    const char *path; /* of the history; NULL: there is none */
    HistoryRun run;   /* its texts outlive the recorder */
    const Dataset *train, *test;
    bool measure_train;                /* the error on the whole training set after every epoch, too */
    long first_step;                   /* steps made before this run */
    bool (*is_stopped)(void *context); /* asked between two batches of what is evaluated; NULL: never */
    void *context;
} RecorderConfig;

/* Of one network after a step. */
typedef struct RecorderStep {
    double loss, error, rate;     /* of this step */
    double mean_loss, mean_error; /* over the epoch so far */
} RecorderStep;

/* What the end of an epoch has shown of a network; NaN where it was not measured. */
typedef struct RecorderFigures {
    double train_error_pass, test_loss, test_error;
} RecorderFigures;

typedef enum RecorderEnd {
    RECORDER_DONE,
    RECORDER_STOPPED, /* is_stopped: nothing is written of the epoch; a run that resumes here owes it */
    RECORDER_FAILED,
} RecorderEnd;

typedef struct Recorder Recorder;

/* Begins the history, or goes on with it from config.first_step; `notice` as history_resume. With `resumes` false the
 * blocks before the first step are measured at once. */
Recorder *recorder_new(const RecorderConfig *config, bool resumes, Error *notice, Error *err);
void recorder_free(Recorder *recorder); /* NULL is fine */

/* The run goes on from the end of an epoch that the history does not have yet: recorder_end_epoch is due, with the means
 * that the checkpoint has. */
bool recorder_owes_epoch(const Recorder *recorder);

void recorder_before_step(Recorder *recorder);
/* `steps`: one a network. At the end of an epoch the blocks are measured. */
bool recorder_after_step(Recorder *recorder, const RecorderStep *steps, Error *err);
/* Whether the last step has ended an epoch. */
bool recorder_epoch_ended(const Recorder *recorder);
RecorderEnd recorder_end_epoch(Recorder *recorder, const RecorderStep *steps, Error *err);
/* Of the last epoch that ended. */
RecorderFigures recorder_figures(const Recorder *recorder, int network);

bool recorder_sync(Recorder *recorder, Error *err);

#endif
