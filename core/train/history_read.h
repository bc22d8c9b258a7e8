/* A history as core/train/history has written it, whole in memory. A last line that is torn is left out, and so is what
 * a later version may have added; another schema is refused. */
#ifndef CORE_TRAIN_HISTORY_READ_H
#define CORE_TRAIN_HISTORY_READ_H

#include "core/train/history.h"

/* One of the networks. */
typedef struct HistoryLearner {
    const char *name, *arch, *shortcut;
    long parameters;
    int block_count;
    const char *const *blocks; /* their names */
} HistoryLearner;

/* The machine from the step on; the first one is that of the beginning. */
typedef struct HistoryStart {
    long step;
    HistoryMachine machine;
} HistoryStart;

/* Nothing is known of the steps behind `from` up to `to`. */
typedef struct HistoryGap {
    long from, to;
} HistoryGap;

/* In the order of the file: by steps, and of one step by networks. What a line has as null is NaN, a text "". */
typedef struct History {
    const char *label, *recipe, *dataset, *seed;
    int train_images, batch;
    long steps, steps_per_epoch;
    HistoryLearner networks[HISTORY_NETWORKS_MAX];
    HistoryStep *step_lines;
    HistoryEpoch *epochs;
    HistoryBlocks *blocks;
    HistoryStart *starts;
    HistoryGap *gaps;
    int network_count, step_count, epoch_count, blocks_count, start_count, gap_count;
    struct Arena *arena;
} History;

History *history_load(const char *path, Error *err);
/* `label` names the text in messages. The bytes are not needed afterwards. */
History *history_load_memory(const void *bytes, size_t size, const char *label, Error *err);
void history_free(History *history); /* NULL is fine */

/* The last epoch of that network, and its blocks there with the statistics of the batch or the running ones; NULL where
 * there is none. */
const HistoryEpoch *history_last_epoch(const History *history, int network);
const HistoryBlocks *history_blocks_at(const History *history, int network, long step, bool batch_statistics);
/* Of one figure of block_measure_run, one number a block. */
const double *history_block_figure(const HistoryBlocks *blocks, int figure);

#endif
