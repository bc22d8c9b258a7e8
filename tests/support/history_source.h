/* Where TUTORIAL.md has a number of a bundled training from, so that it can be looked up:
 *
 *     <!-- source: history e56, plain56, epoch 30, train error: 12.34 -->
 *     <!-- source: history e56, plain56, epoch 0, batch gradient_input of layer1.0 over layer3.8: 18.3 -->
 *
 * RUN is a history of assets/experiment, "assets/experiment/e56.history.jsonl.gz", then one of its networks and an
 * epoch that has ended. Errors, train and test, are in percent; losses are called the same. A figure of a block has its
 * name in the history, after "batch" or "running", the statistics of batch norm; "over" divides by another block's. */
#ifndef TESTS_SUPPORT_HISTORY_SOURCE_H
#define TESTS_SUPPORT_HISTORY_SOURCE_H

#include "core/train/history_read.h"

enum { HISTORY_WORD_MAX = 96 };

typedef struct HistorySource {
    char run[HISTORY_WORD_MAX], network[HISTORY_WORD_MAX], what[HISTORY_WORD_MAX];
    long epoch;
    const char *numbers; /* in the text */
} HistorySource;

/* Whether the text of a source is about a history. One that begins as such and then has another form fails the test. */
bool history_source_parse(const char *text, HistorySource *out);
/* Whether its one number is what the history has, rounded to the digits written; `actual` is that. A network, epoch or
 * figure that the history does not have is no agreement, and NaN. */
bool history_source_agrees(const HistorySource *source, const History *history, double *actual);

#endif
