/* Data sets: CIFAR-10 and CIFAR-100 in their official binary form (Krizhevsky 2009, "Learning Multiple Layers
 * of Features from Tiny Images"), whole in memory in the data set's own arena.
 *
 * CIFAR-10: data_batch_1.bin .. data_batch_5.bin, test_batch.bin: 10000 records of 1 label byte and 3072
 * pixel bytes (1024 red, 1024 green, 1024 blue, row by row); batches.meta.txt. CIFAR-100: train.bin,
 * test.bin: coarse label, fine label, pixels; fine_label_names.txt. */
#ifndef CORE_DATA_DATASET_H
#define CORE_DATA_DATASET_H

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/image/normalise.h"

enum { DATASET_SIDE = 32, DATASET_PIXELS = 3 * 32 * 32 };

typedef enum DatasetKind { DATASET_CIFAR10, DATASET_CIFAR100 } DatasetKind;
typedef enum DatasetSplit { DATASET_TRAIN, DATASET_TEST } DatasetSplit;

typedef struct DatasetConfig {
    DatasetKind kind;
    DatasetSplit split;
    const char *directory; /* the folder of the .bin files, or the one above cifar-10-batches-bin /
                              cifar-100-binary */
    int limit;             /* only the first so many images; 0 for all */
} DatasetConfig;

typedef struct Dataset Dataset;

const char *dataset_kind_name(DatasetKind kind); /* "cifar10" or "cifar100" */

Dataset *dataset_load(const DatasetConfig *config, Error *err);
void dataset_free(Dataset *dataset); /* NULL is fine */

DatasetKind dataset_kind(const Dataset *dataset);
DatasetSplit dataset_split(const Dataset *dataset);
int dataset_count(const Dataset *dataset);
int dataset_classes(const Dataset *dataset);
const char *const *dataset_class_names(const Dataset *dataset); /* dataset_classes of them, never NULL */
Normalise dataset_normalise(const Dataset *dataset);            /* of this data set's training pixels */

int dataset_label(const Dataset *dataset, int index);
const uint8_t *dataset_pixels(const Dataset *dataset, int index); /* (3,32,32) bytes */

/* Writes (32,32,3), channels-last. */
void dataset_to_input(const Dataset *dataset, int index, const Normalise *normalise, real *nhwc);

/* One training view (He et al. 2015, section 4.2): 4 black pixels of padding on each side, a random 32x32
 * crop of that, and a mirror image half of the time. As torchvision's RandomCrop(32, padding=4) before
 * ToTensor: the padding is black, not the mean. Takes three numbers from `rng`: row, column, flip. */
void dataset_to_augmented_input(const Dataset *dataset, int index, const Normalise *normalise, Rng *rng,
                                real *nhwc);

#endif
