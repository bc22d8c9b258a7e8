/* Accuracy on a data set with progress on standard error: for eval, and at the end of train. */
#ifndef APP_MEASURE_ACCURACY_H
#define APP_MEASURE_ACCURACY_H

#include "core/train/evaluate.h"

typedef struct Accuracy {
    Evaluation evaluation;
    double seconds;
} Accuracy;

bool accuracy_measure(Accuracy *accuracy, const Model *model, const Dataset *dataset,
                      const PassConfig *config, bool quiet, Error *err);

static inline double accuracy_top1(const Accuracy *accuracy) {
    return (double)accuracy->evaluation.right / accuracy->evaluation.seen;
}

static inline double accuracy_loss(const Accuracy *accuracy) {
    return accuracy->evaluation.loss_sum / accuracy->evaluation.seen;
}

#endif
