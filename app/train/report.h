/* What `train` says on standard error while it learns: a line that updates itself on a terminal, one line an epoch,
 * and once the time that it will take. */
#ifndef APP_TRAIN_REPORT_H
#define APP_TRAIN_REPORT_H

#include "app/cli/progress.h"
#include "core/train/train.h"

typedef struct TrainReport {
    const Trainer *trainer;
    bool quiet;
    int epochs;
    long evaluated; /* pictures that are looked at after every epoch */
    Progress progress;
    long steps; /* of this run */
    bool resumed;
    double begun_s, seconds; /* of the step under way; of the steps that the estimate stands on */
} TrainReport;

TrainReport train_report_begin(const Trainer *trainer, int epochs, long evaluated, bool quiet);
void train_report_before_step(TrainReport *report);
void train_report_after_step(TrainReport *report);
/* The line of an epoch that has just ended; `test_accuracy`: one share a network, NaN where it was not measured;
 * NULL: none was. */
void train_report_epoch(TrainReport *report, const double *test_accuracy);
/* Removes the line on a terminal: something else is to be said. */
void train_report_pause(TrainReport *report);

#endif
