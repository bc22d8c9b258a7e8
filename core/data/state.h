/* What a Dataset holds; shared by the files of core/data only. */
#ifndef CORE_DATA_STATE_H
#define CORE_DATA_STATE_H

#include "core/base/arena.h"
#include "core/data/dataset.h"

enum { DATASET_PATH_MAX = 4096, DATASET_NOTICE_MAX = 400, DATASET_IDENTITY_MAX = 32 };

struct Dataset {
    DatasetKind kind;
    DatasetSplit split;
    Shape shape;
    int count, classes;
    const uint8_t **pixels; /* of each picture, (3,H,W) */
    int *labels;
    Normalise normalise;
    const char *const *class_names;
    char identity[DATASET_IDENTITY_MAX];
    char notice[DATASET_NOTICE_MAX];
    Arena *arena;
};

/* Room for the pointers and labels of `count` pictures; `label` begins the message. */
bool dataset_reserve(Dataset *dataset, int count, const char *label, Error *err);
/* "DIRECTORY/NAME"; an error when it is too long. */
bool dataset_join(char path[DATASET_PATH_MAX], const char *directory, const char *name, Error *err);

/* Each fills a data set of its kinds, whose kind, split and arena are set. */
bool cifar_load(Dataset *dataset, const DatasetConfig *config, Error *err);
bool mini_load(Dataset *dataset, const DatasetConfig *config, Error *err);
bool folder_load(Dataset *dataset, const DatasetConfig *config, Error *err);

#endif
