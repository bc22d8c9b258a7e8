/* The errors of trained models: what their files tell of the test set, or what is measured here. */
#ifndef APP_MEASURE_SCORES_H
#define APP_MEASURE_SCORES_H

#include "core/data/dataset.h"
#include "core/network/model.h"
#include "core/network/paper.h"

enum { SCORES_MAX = 34 };

typedef struct Scores {
    PaperScore list[SCORES_MAX];
    int count;
} Scores;

/* Takes the model; NULL is the failure that err tells of. Measures on the data set when there is one that
 * fits the model, with progress unless quiet. What is beyond SCORES_MAX is left out. */
bool scores_add(Scores *scores, Model *model, Dataset *dataset, bool quiet, Error *err);
bool scores_add_bundled(Scores *scores, Dataset *dataset, bool quiet, Error *err);

#endif
