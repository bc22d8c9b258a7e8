/* Data sets: labelled pictures of one size, as bytes, whole in memory in the data set's own arena.
 *
 * CIFAR-10 and CIFAR-100 in their official binary form (Krizhevsky 2009, "Learning Multiple Layers of Features from
 * Tiny Images"), as a folder or as the archive it comes in:
 * CIFAR-10: data_batch_1.bin .. data_batch_5.bin, test_batch.bin: 10000 records of 1 label byte and 3072
 * pixel bytes (1024 red, 1024 green, 1024 blue, row by row); batches.meta.txt. CIFAR-100: train.bin,
 * test.bin: coarse label, fine label, pixels; fine_label_names.txt.
 * The bundled set: records as CIFAR-10's, compressed.
 * A folder of pictures: see DATASET_FOLDER. */
#ifndef CORE_DATA_DATASET_H
#define CORE_DATA_DATASET_H

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/image/normalise.h"

/* Of CIFAR's pictures, and of the bundled ones. */
enum { DATASET_SIDE = 32, DATASET_PIXELS = 3 * 32 * 32 };

typedef enum DatasetKind {
    DATASET_CIFAR10,
    DATASET_CIFAR100,
    DATASET_MINI,
    /* DIR/train/CLASS/PICTURE and DIR/test/CLASS/PICTURE (or val), PNG or JPEG, as torchvision's ImageFolder has
     * them; without train and test DIR/CLASS/PICTURE, of which DATASET_HELD_OUT of each class are for testing,
     * drawn by the seed. Classes are numbered by name, byte by byte. What begins with a dot is left out, and what
     * is neither PNG nor JPEG by its name; folders in a class are walked through. Pictures are scaled once, as
     * image_crop does it, and come in turns, the first of each class, the second of each class, .., so that the
     * first of them are of all classes. */
    DATASET_FOLDER,
} DatasetKind;

/* One in so many pictures of a class, at least one where there are two. */
enum { DATASET_HELD_OUT = 5 };

typedef enum DatasetSplit { DATASET_TRAIN, DATASET_TEST } DatasetSplit;

typedef struct DatasetConfig {
    DatasetKind kind;
    DatasetSplit split;
    const char *
        directory; /* Mini: none. CIFAR: the folder of the .bin files, or the one above cifar-10-batches-bin /
                              cifar-100-binary, or cifar-10-binary.tar.gz / cifar-100-binary.tar.gz, or the folder
                              where that lies. Folder: DIR */
    int limit;     /* only the first so many images; 0 for all */
    /* Folder: */
    int side;                /* pixels of a side of what the network reads; 0: 32 */
    unsigned long long seed; /* of the pictures that are held out */
    void (*progress)(void *context, int done, int all); /* pictures; NULL is fine */
    void *context;
    /* Mini: records in gzip, by split. */
    struct {
        const void *bytes;
        size_t size;
    } bundled[2];
} DatasetConfig;

typedef struct Dataset Dataset;

const char *dataset_kind_name(DatasetKind kind); /* "cifar10", "cifar100", "mini" or "folder" */
/* Whether dataset_load would find something of a CIFAR in config->directory, however sound. */
bool dataset_is_there(const DatasetConfig *config);

Dataset *dataset_load(const DatasetConfig *config, Error *err);
void dataset_free(Dataset *dataset); /* NULL is fine */

/* What a training notes of its pictures, to be sure that it goes on with the same: the kind's name, and of a folder a
 * checksum of classes, labels and pixels, "folder 1a2b3c4d". */
const char *dataset_identity(const Dataset *dataset);
DatasetKind dataset_kind(const Dataset *dataset);
DatasetSplit dataset_split(const Dataset *dataset);
int dataset_count(const Dataset *dataset);
Shape dataset_shape(const Dataset *dataset); /* of one picture: (1,3,H,W), H = W */
int dataset_classes(const Dataset *dataset);
const char *const *dataset_class_names(const Dataset *dataset); /* dataset_classes of them, never NULL */
/* Of CIFAR's training pixels; of a folder those of CIFAR-10 up to 64 pixels, else ImageNet's. */
Normalise dataset_normalise(const Dataset *dataset);
const char *dataset_notice(const Dataset *dataset); /* sentences that the user should see; "" for none */

/* Whether a network of that name reads such pictures and tells so many classes apart; else one sentence says what it
 * reads, and what the data set has. */
bool dataset_check_fit(const Dataset *dataset, const char *arch, Shape input, int classes, Error *err);

int dataset_label(const Dataset *dataset, int index);
const uint8_t *dataset_pixels(const Dataset *dataset, int index); /* (3,H,W) bytes */

/* Writes (H,W,3), channels-last. */
void dataset_to_input(const Dataset *dataset, int index, const Normalise *normalise, real *nhwc);

/* One training view (He et al. 2015, section 4.2): 4 black pixels of padding on each side, a random crop of the
 * picture's size, and a mirror image half of the time. As torchvision's RandomCrop(32, padding=4) before
 * ToTensor: the padding is black, not the mean. Takes three numbers from `rng`: row, column, flip. */
void dataset_to_augmented_input(const Dataset *dataset, int index, const Normalise *normalise, Rng *rng,
                                real *nhwc);

#endif
