#include "app/load/data_sets.h"

#include <stdio.h>

#include "app/asset/assets.h"
#include "app/cli/progress.h"
#include "core/base/utf8.h"

static const char *const bundled_paths[] = {
    [DATASET_TRAIN] = "assets/mini/train.bin.gz", [DATASET_TEST] = "assets/mini/test.bin.gz"};

static DatasetKind kind_of(const Options *options) {
    switch (options->input.dataset) {
    case DATASET_IS_CIFAR100: return DATASET_CIFAR100;
    case DATASET_IS_MINI: return DATASET_MINI;
    case DATASET_IS_FOLDER: return DATASET_FOLDER;
    default: return DATASET_CIFAR10;
    }
}

static bool names_data(const Options *options) {
    return options_decided(options, "data") || options_decided(options, "dataset");
}

DatasetConfig data_sets_config(const Options *options, int side) {
    DatasetConfig config = {.kind = kind_of(options),
                            .split = options->input.split == SPLIT_TRAIN ? DATASET_TRAIN : DATASET_TEST,
                            .directory = options->input.data ? options->input.data : "data",
                            .limit = options->input.limit,
                            .side = side,
                            .seed = options->model.seed};
    for (int split = 0; split < 2; split++) {
        const Asset *asset = asset_find(bundled_paths[split]);
        config.bundled[split].bytes = asset ? asset->begin : NULL;
        config.bundled[split].size = asset ? asset_size(asset) : 0;
    }
    if (!names_data(options) && !dataset_is_there(&config) && config.bundled[0].bytes)
        config.kind = DATASET_MINI;
    /* What only the environment says of --data gives way to --dataset mini. */
    if (config.kind == DATASET_MINI && !options_given(options, "data")) config.directory = NULL;
    return config;
}

static void show(void *context, int done, int all) {
    char text[80];
    snprintf(text, sizeof text, "reading pictures: %d of %d", done, all);
    progress_show(context, done, all, text);
}

Dataset *data_sets_open(const DatasetConfig *config, bool quiet, Error *err) {
    Progress progress = progress_begin(quiet, 0);
    DatasetConfig wanted = *config;
    wanted.progress = show;
    wanted.context = &progress;
    Dataset *dataset = dataset_load(&wanted, err);
    progress_end(&progress);
    return dataset;
}

static void tell(const DataSets *sets, const Options *options) {
    if (options->output.quiet) return;
    if (dataset_kind(sets->train) == DATASET_MINI)
        fprintf(stderr,
                "skipscope: the bundled data set%s: %d training and %d test pictures, the first of CIFAR-10; "
                "too few to "
                "say much about new pictures: look at how many of the training pictures are right\n",
                names_data(options) ? "" : " (the folder data holds no CIFAR-10)", dataset_count(sets->train),
                dataset_count(sets->test));
    progress_say(dataset_notice(sets->train));
    /* Both halves of a folder that is not divided say the same. */
    if (dataset_notice(sets->train)[0] == '\0') progress_say(dataset_notice(sets->test));
}

bool data_sets_load(DataSets *sets, const Options *options, int side, Error *err) {
    DatasetConfig config = data_sets_config(options, side);
    *sets = (DataSets){0};
    config.split = DATASET_TRAIN;
    sets->train = data_sets_open(&config, options->output.quiet, err);
    config.split = DATASET_TEST;
    config.limit = 0;
    if (sets->train) sets->test = data_sets_open(&config, options->output.quiet, err);
    if (sets->test) {
        tell(sets, options);
        return true;
    }
    data_sets_free(sets);
    return false;
}

void data_sets_free(DataSets *sets) {
    dataset_free(sets->train);
    dataset_free(sets->test);
    *sets = (DataSets){0};
}

void data_sets_recipe(DatasetKind kind, TrainConfig *config) {
    if (kind != DATASET_MINI) return;
    config->epochs = 8;
    config->batch = 50;
    config->lr = 0.02;
    config->augment = false;
}
