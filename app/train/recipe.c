#include "app/train/recipe.h"

#include "app/load/data_sets.h"

bool train_recipe(TrainConfig *config, const Options *options, DatasetKind kind, Error *err) {
    *config = train_default_config();
    data_sets_recipe(kind, config);
    config->seed = options->model.seed;
    if (options->train.no_augment && options->train.augment)
        return error_set(err, ERROR_USAGE, "--augment and --no-augment: choose one of them");
    if (options->train.no_augment || options->train.augment) config->augment = options->train.augment;
    if (options->train.epochs) config->epochs = options->train.epochs;
    if (options->train.lr > 0) config->lr = options->train.lr;
    if (options->train.schedule == SCHEDULE_IS_STEPS) config->schedule = SCHEDULE_STEPS;
    if (options->run.batch.count > 1) return error_set(err, ERROR_USAGE, "--batch: expected one number");
    if (options->run.batch.count) config->batch = options->run.batch.values[0];
    return true;
}
