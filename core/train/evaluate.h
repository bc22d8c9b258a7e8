/* Accuracy of a network on a data set, one batch at a time. */
#ifndef CORE_TRAIN_EVALUATE_H
#define CORE_TRAIN_EVALUATE_H

#include "core/data/dataset.h"
#include "core/network/model.h"
#include "core/pass/pass.h"

typedef struct Evaluation {
    int seen, right;
    double loss_sum; /* of the cross-entropies of the images seen */
} Evaluation;

typedef struct Evaluator Evaluator;

/* `config` says batch statistics and skips; its batch is the number of images in one step. */
Evaluator *evaluate_new(const Model *model, const Dataset *dataset, const PassConfig *config, Error *err);
void evaluate_free(Evaluator *evaluator);
/* One batch; the last one may be smaller. False when all images have been seen. */
bool evaluate_step(Evaluator *evaluator);
Evaluation evaluate_result(const Evaluator *evaluator);

#endif
