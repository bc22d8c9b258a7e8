#include "core/data/dataset.h"

#include <assert.h>
#include <stdio.h>

#include "core/data/state.h"

enum { DATASET_PAD = 4 };

const char *dataset_kind_name(DatasetKind kind) {
    static const char *const names[] = {[DATASET_CIFAR10] = "cifar10",
                                        [DATASET_CIFAR100] = "cifar100",
                                        [DATASET_MINI] = "mini",
                                        [DATASET_FOLDER] = "folder"};
    return names[kind];
}

bool dataset_join(char path[DATASET_PATH_MAX], const char *directory, const char *name, Error *err) {
    int length = snprintf(path, DATASET_PATH_MAX, "%s/%s", directory, name);
    if (length > 0 && length < DATASET_PATH_MAX) return true;
    return error_set(err, ERROR_FILE, "%s: the path is too long", directory);
}

bool dataset_reserve(Dataset *dataset, int count, const char *label, Error *err) {
    dataset->pixels = arena_alloc(dataset->arena, (size_t)count, sizeof *dataset->pixels);
    dataset->labels = arena_alloc(dataset->arena, (size_t)count, sizeof *dataset->labels);
    dataset->count = count;
    if (dataset->pixels && dataset->labels) return true;
    return error_set(err, ERROR_FAILED, "%s: not enough memory for %d images", label, count);
}

static bool fill(Dataset *dataset, const DatasetConfig *config, Error *err) {
    switch (config->kind) {
    case DATASET_MINI: return mini_load(dataset, config, err);
    case DATASET_FOLDER: return folder_load(dataset, config, err);
    default: return cifar_load(dataset, config, err);
    }
}

Dataset *dataset_load(const DatasetConfig *config, Error *err) {
    Arena *arena = arena_new();
    Dataset *dataset = arena ? arena_alloc(arena, 1, sizeof *dataset) : NULL;
    if (!dataset) {
        error_set(err, ERROR_FAILED, "not enough memory for the data set");
        arena_free(arena);
        return NULL;
    }
    *dataset = (Dataset){.kind = config->kind, .split = config->split, .arena = arena};
    if (fill(dataset, config, err)) return dataset;
    arena_free(arena);
    return NULL;
}

void dataset_free(Dataset *dataset) {
    if (dataset) arena_free(dataset->arena);
}

const char *dataset_identity(const Dataset *dataset) {
    return *dataset->identity ? dataset->identity : dataset_kind_name(dataset->kind);
}

DatasetKind dataset_kind(const Dataset *dataset) {
    return dataset->kind;
}

DatasetSplit dataset_split(const Dataset *dataset) {
    return dataset->split;
}

int dataset_count(const Dataset *dataset) {
    return dataset->count;
}

Shape dataset_shape(const Dataset *dataset) {
    return dataset->shape;
}

int dataset_classes(const Dataset *dataset) {
    return dataset->classes;
}

const char *const *dataset_class_names(const Dataset *dataset) {
    return dataset->class_names;
}

Normalise dataset_normalise(const Dataset *dataset) {
    return dataset->normalise;
}

const char *dataset_notice(const Dataset *dataset) {
    return dataset->notice;
}

bool dataset_check_fit(const Dataset *dataset, const char *arch, Shape input, int classes, Error *err) {
    Shape shape = dataset->shape;
    if (input.h == shape.h && input.w == shape.w && classes == dataset->classes) return true;
    return error_set(err, ERROR_USAGE, "%s reads %dx%d images of %d classes, %s has %dx%d and %d", arch,
                     input.h, input.w, classes, dataset_kind_name(dataset->kind), shape.h, shape.w,
                     dataset->classes);
}

int dataset_label(const Dataset *dataset, int index) {
    assert(index >= 0 && index < dataset->count);
    return dataset->labels[index];
}

const uint8_t *dataset_pixels(const Dataset *dataset, int index) {
    assert(index >= 0 && index < dataset->count);
    return dataset->pixels[index];
}

/* Every byte's value per channel, so that the inner loop is a look-up. */
typedef struct ByteTable {
    real value[3][256];
} ByteTable;

static ByteTable byte_table(const Normalise *normalise) {
    ByteTable table;
    for (int c = 0; c < 3; c++) {
        for (int byte = 0; byte < 256; byte++) {
            table.value[c][byte] = normalise_byte(normalise, c, (uint8_t)byte);
        }
    }
    return table;
}

/* Where the window, of the picture's size, lies relative to it, and whether it is mirrored. */
typedef struct Window {
    int row, col;
    bool flip;
} Window;

static void window_to_input(const Dataset *dataset, int index, Window window, const Normalise *normalise,
                            real *nhwc) {
    const uint8_t *pixels = dataset_pixels(dataset, index);
    const int height = dataset->shape.h, width = dataset->shape.w;
    const size_t plane = (size_t)height * (size_t)width;
    ByteTable table = byte_table(normalise);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++, nhwc += 3) {
            int from_y = y + window.row;
            int from_x = (window.flip ? width - 1 - x : x) + window.col;
            bool inside = from_y >= 0 && from_y < height && from_x >= 0 && from_x < width;
            size_t at = inside ? (size_t)from_y * (size_t)width + (size_t)from_x : 0;
            for (size_t c = 0; c < 3; c++) {
                uint8_t byte = inside ? pixels[c * plane + at] : 0;
                nhwc[c] = table.value[c][byte];
            }
        }
    }
}

void dataset_to_input(const Dataset *dataset, int index, const Normalise *normalise, real *nhwc) {
    window_to_input(dataset, index, (Window){0}, normalise, nhwc);
}

void dataset_to_augmented_input(const Dataset *dataset, int index, const Normalise *normalise, Rng *rng,
                                real *nhwc) {
    int row = (int)rng_below(rng, 2 * DATASET_PAD + 1) - DATASET_PAD;
    int col = (int)rng_below(rng, 2 * DATASET_PAD + 1) - DATASET_PAD;
    bool flip = rng_below(rng, 2) == 1;
    window_to_input(dataset, index, (Window){.row = row, .col = col, .flip = flip}, normalise, nhwc);
}
