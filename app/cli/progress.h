/* How far long work has come, on standard error: one line that updates itself on a terminal, a line every few
 * seconds elsewhere. */
#ifndef APP_CLI_PROGRESS_H
#define APP_CLI_PROGRESS_H

#include <stdbool.h>

#include "core/base/time_left.h"

typedef struct Progress {
    bool quiet, terminal;
    double begun_s, shown_s; /* on the monotonic clock; shown_s 0: nothing yet */
    double first;            /* work that was already done at the beginning */
    bool begun;              /* the time left has been asked for */
    TimeLeft left;
    int width; /* columns of the line that stands there */
} Progress;

/* `done`: what an earlier run had done already; it counts for the share, not for the time left. */
Progress progress_begin(bool quiet, double done);
/* Shows the line when it is due: "text  12%  3:07 left". */
void progress_show(Progress *progress, double done, double total, const char *text);
/* Removes the line on a terminal. */
void progress_end(Progress *progress);

/* "skipscope: SENTENCE" on standard error, whatever the sentence is made of; "" says nothing. */
void progress_say(const char *sentence);

#endif
