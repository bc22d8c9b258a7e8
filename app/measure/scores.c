#include "app/measure/scores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/asset/assets.h"
#include "app/measure/accuracy.h"
#include "core/base/utf8.h"

enum { SCORE_BATCH = 128 };

static bool measure_error(PaperScore *score, const Model *model, Dataset *dataset, bool quiet, Error *err) {
    Accuracy accuracy;
    PassConfig config = {.batch = SCORE_BATCH};
    if (model->network->classes != dataset_classes(dataset) || model->network->input.h != DATASET_SIDE)
        return true;
    if (!accuracy_measure(&accuracy, model, dataset, &config, quiet, err)) return false;
    score->error = 100 * (1 - accuracy_top1(&accuracy));
    score->from = "measured here";
    score->seen = (int)accuracy.evaluation.seen;
    return true;
}

bool scores_add(Scores *scores, Model *model, Dataset *dataset, bool quiet, Error *err) {
    if (!model) return false;
    bool ok = true;
    if (scores->count < SCORES_MAX) {
        const char *top1 = model_value(model, "test_top1"), *recipe = model_value(model, "recipe");
        PaperScore *score = &scores->list[scores->count++];
        *score =
            (PaperScore){.error = top1 ? 100 * (1 - strtod(top1, NULL)) : NAN, .from = "as the file says"};
        utf8_copy(score->arch, sizeof score->arch, model->network->arch);
        utf8_copy(score->recipe, sizeof score->recipe, recipe ? recipe : "");
        ok = !dataset || measure_error(score, model, dataset, quiet, err);
    }
    model_free(model);
    return ok;
}

bool scores_add_bundled(Scores *scores, Dataset *dataset, bool quiet, Error *err) {
    const Asset *asset;
    bool ok = true;
    for (int k = 0; ok && (asset = asset_model(k)) != NULL; k++)
        if (!asset_is_experiment(asset))
            ok =
                scores_add(scores, model_load_memory(asset->begin, asset_size(asset), asset->path, NULL, err),
                           dataset, quiet, err);
    return ok;
}
