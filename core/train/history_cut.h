/* Where a training that goes on cuts the history that stands there; used by core/train/history alone. */
#ifndef CORE_TRAIN_HISTORY_CUT_H
#define CORE_TRAIN_HISTORY_CUT_H

#include "core/train/history.h"

/* What stays. */
typedef struct HistoryCut {
    size_t size;     /* its bytes: whole lines; 0: nothing, it is no history that could go on */
    long last_step;  /* that it tells of all networks, or says to be missing */
    long last_epoch; /* likewise */
} HistoryCut;

/* What is of the steps up to `step`, and neither torn nor damaged. The line of an earlier resumption at the same step,
 * and what it found missing, goes too: it is said again. False with a sentence when the file is of another training or
 * cannot be read; one that is not there is empty. */
bool history_find_cut(const char *path, const HistoryRun *run, long step, HistoryCut *cut, Error *err);

#endif
