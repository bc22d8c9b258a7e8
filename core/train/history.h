/* The history of a training as it is written: a file of JSON lines that lies beside the checkpoint and stays when the
 * training ends. MANUAL.md has the schema, core/train/history_read reads it.
 *
 * Each line is written in one go as it comes. A line says of which step it is, and lines are in the order of steps: a
 * training that goes on from step S cuts away what an earlier run wrote behind S, and a torn last line, so that nothing
 * is there twice. What is missing before S is said, in a line of its own. */
#ifndef CORE_TRAIN_HISTORY_H
#define CORE_TRAIN_HISTORY_H

#include "core/network/model.h"

enum {
    HISTORY_SCHEMA = 1,
    HISTORY_NETWORKS_MAX = 4,
    HISTORY_STEPS_WHOLE = 2000, /* a longer training has a line for every HISTORY_STRIDE-th step alone */
    HISTORY_STRIDE = 20,
};

/* What ran it. NULL where it is not known. */
typedef struct HistoryMachine {
    const char *program, *commit, *processor, *kernel;
    int threads;
} HistoryMachine;

typedef struct HistoryNetwork {
    const char *name; /* "resnet56"; of two alike "resnet56#2" */
    const Model *model;
} HistoryNetwork;

/* The texts and models outlive the history. */
typedef struct HistoryRun {
    HistoryNetwork networks[HISTORY_NETWORKS_MAX];
    int network_count;
    const char *recipe, *dataset;
    int train_images, batch;
    long steps, steps_per_epoch;
    unsigned long long seed;
    HistoryMachine machine;
} HistoryRun;

typedef struct HistoryStep {
    long step; /* steps made */
    int network;
    double loss, error, rate; /* of this step alone; error: share of the batch, 0 to 1 */
} HistoryStep;

typedef struct HistoryEpoch {
    long epoch, step; /* that have ended, that were made */
    int network;
    double train_loss, train_error; /* means over the epoch, of each batch before its step */
    double train_error_pass;        /* of the whole training set afterwards; NaN: not measured */
    double test_loss, test_error;   /* NaN: not measured */
    double seconds;                 /* of training; NaN: the epoch was interrupted */
} HistoryEpoch;

typedef struct HistoryBlocks {
    long epoch, step;
    int network;
    bool batch_statistics;
    int block_count;
    const double *figures; /* (BLOCK_FIGURES, block_count), as block_measure_run fills them */
} HistoryBlocks;

typedef struct HistoryWriter HistoryWriter;

/* A training that begins: what stood at `path` is replaced. */
HistoryWriter *history_begin(const char *path, const HistoryRun *run, Error *err);
/* One that goes on after `step` steps. `notice` is the sentence about lines that are missing, or about a file of
 * another training, which is replaced; else "". */
HistoryWriter *history_resume(const char *path, const HistoryRun *run, long step, Error *notice, Error *err);
void history_close(HistoryWriter *writer); /* NULL is fine */

/* Whether the file had this epoch's lines, of all networks, when it was opened. */
bool history_has_epoch(const HistoryWriter *writer, long epoch);

/* One line each. False with a sentence when it could not be written; the file then ends with the last whole line. */
bool history_step(HistoryWriter *writer, const HistoryStep *step,
                  Error *err); /* leaves out what is thinned out */
bool history_epoch(HistoryWriter *writer, const HistoryEpoch *epoch, Error *err);
bool history_blocks(HistoryWriter *writer, const HistoryBlocks *blocks, Error *err);
/* On the disk, before a checkpoint replaces the last one. */
bool history_sync(HistoryWriter *writer, Error *err);

/* "OUT.history.jsonl" */
void history_path(const char *out, char *path, size_t size);

#endif
