#include "core/data/dataset.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/arena.h"
#include "core/base/file.h"
#include "core/network/class_names.h"

enum { DATASET_PATH_MAX = 4096, DATASET_FILES_MAX = 5, DATASET_RECORDS_MAX = 1000000, DATASET_PAD = 4 };

/* One kind of data set as it lies on disk. */
typedef struct KindSpec {
    const char *name, *folder, *names_file, *python_file;
    int classes;
    int label_bytes;                         /* before the pixels; the last one is the label */
    int coarse_classes;                      /* range of the first of two label bytes */
    const char *files[2][DATASET_FILES_MAX]; /* by split */
} KindSpec;

static const KindSpec kinds[] = {
    [DATASET_CIFAR10] = {.name = "cifar10",
                         .folder = "cifar-10-batches-bin",
                         .names_file = "batches.meta.txt",
                         .python_file = "batches.meta",
                         .classes = 10,
                         .label_bytes = 1,
                         .files = {[DATASET_TRAIN] = {"data_batch_1.bin", "data_batch_2.bin",
                                                      "data_batch_3.bin", "data_batch_4.bin",
                                                      "data_batch_5.bin"},
                                   [DATASET_TEST] = {"test_batch.bin"}}},
    [DATASET_CIFAR100] = {.name = "cifar100",
                          .folder = "cifar-100-binary",
                          .names_file = "fine_label_names.txt",
                          .python_file = "meta",
                          .classes = 100,
                          .label_bytes = 2,
                          .coarse_classes = 20,
                          .files = {[DATASET_TRAIN] = {"train.bin"}, [DATASET_TEST] = {"test.bin"}}},
};

struct Dataset {
    DatasetKind kind;
    DatasetSplit split;
    const KindSpec *spec;
    int count;
    size_t record_bytes;
    uint8_t *records;
    const char *const *class_names;
    Arena *arena;
};

const char *dataset_kind_name(DatasetKind kind) {
    return kinds[kind].name;
}

static bool join_path(char *path, const char *directory, const char *name, Error *err) {
    int length = snprintf(path, DATASET_PATH_MAX, "%s/%s", directory, name);
    if (length > 0 && length < DATASET_PATH_MAX) return true;
    return error_set(err, ERROR_FILE, "%s: the path is too long", directory);
}

static bool exists_in(const char *directory, const char *name) {
    char path[DATASET_PATH_MAX];
    struct stat status;
    return join_path(path, directory, name, NULL) && stat(path, &status) == 0;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* The directory with the .bin files: the one given, or the official folder inside it. */
static bool find_folder(char *folder, const KindSpec *spec, const DatasetConfig *config, Error *err) {
    const char *directory = config->directory, *first = spec->files[config->split][0];
    if (ends_with(directory, ".tar.gz") || ends_with(directory, ".tgz")) {
        return error_set(err, ERROR_FILE,
                         "%s: expected a folder, found an archive: unpack it first (tar xzf)", directory);
    }
    if (exists_in(directory, first)) return join_path(folder, directory, ".", err);
    if (!join_path(folder, directory, spec->folder, err)) return false;
    if (exists_in(folder, first)) return true;
    if (exists_in(directory, spec->python_file) && !exists_in(directory, spec->names_file)) {
        return error_set(err, ERROR_FILE,
                         "%s: is the Python version of %s, expected the binary version (%s, ...)", directory,
                         spec->name, first);
    }
    return error_set(err, ERROR_FILE,
                     "%s: expected the folder of %s in its binary version, found no %s in it", directory,
                     spec->name, first);
}

static bool check_size(const File *file, size_t record_bytes, Error *err) {
    if (file->size > 0 && file->size % record_bytes == 0 &&
        file->size / record_bytes <= DATASET_RECORDS_MAX) {
        return true;
    }
    const char *hint = "";
    if (file->size > 0 && file->size % (DATASET_PIXELS + 1) == 0) hint = "; it looks like CIFAR-10";
    if (file->size > 0 && file->size % (DATASET_PIXELS + 2) == 0) hint = "; it looks like CIFAR-100";
    return error_set(err, ERROR_FILE,
                     "%s: is %llu bytes long, expected a whole number of records of %zu bytes%s", file->path,
                     (unsigned long long)file->size, record_bytes, hint);
}

static bool check_labels(const uint8_t *records, int count, const KindSpec *spec, const char *path,
                         Error *err) {
    size_t stride = (size_t)spec->label_bytes + DATASET_PIXELS;
    for (int k = 0; k < count; k++) {
        const uint8_t *record = records + (size_t)k * stride;
        int label = record[spec->label_bytes - 1];
        if (label >= spec->classes) {
            return error_set(err, ERROR_FILE, "%s: record %d has the label %d, expected 0 to %d", path, k,
                             label, spec->classes - 1);
        }
        if (spec->label_bytes == 2 && record[0] >= spec->coarse_classes) {
            return error_set(err, ERROR_FILE, "%s: record %d has the coarse label %d, expected 0 to %d", path,
                             k, record[0], spec->coarse_classes - 1);
        }
    }
    return true;
}

static bool read_records(Dataset *dataset, const File *files, int file_count, int limit, Error *err) {
    int total = 0, done = 0;
    for (int k = 0; k < file_count; k++) total += (int)(files[k].size / dataset->record_bytes);
    if (limit > 0 && limit < total) total = limit;
    dataset->records = arena_alloc(dataset->arena, (size_t)total, dataset->record_bytes);
    if (!dataset->records) {
        return error_set(err, ERROR_FAILED, "%s: not enough memory for %d images", files[0].path, total);
    }
    for (int k = 0; k < file_count && done < total; k++) {
        int count = (int)(files[k].size / dataset->record_bytes);
        if (count > total - done) count = total - done;
        uint8_t *records = dataset->records + (size_t)done * dataset->record_bytes;
        if (!file_read_at(&files[k], 0, records, (size_t)count * dataset->record_bytes, err)) return false;
        if (!check_labels(records, count, dataset->spec, files[k].path, err)) return false;
        done += count;
    }
    dataset->count = total;
    return true;
}

/* Opens and measures all files before any is read. */
static bool load_records(Dataset *dataset, const char *folder, int limit, Error *err) {
    File files[DATASET_FILES_MAX] = {{0}};
    const char *const *names = dataset->spec->files[dataset->split];
    int count = 0;
    bool good = true;
    for (; good && count < DATASET_FILES_MAX && names[count]; count++) {
        char path[DATASET_PATH_MAX];
        good = join_path(path, folder, names[count], err) && file_open(&files[count], path, err) &&
               check_size(&files[count], dataset->record_bytes, err);
    }
    good = good && read_records(dataset, files, count, limit, err);
    for (int k = 0; k < count; k++) file_close(&files[k]);
    return good;
}

static bool load_class_names(Dataset *dataset, const char *folder, Error *err) {
    const KindSpec *spec = dataset->spec;
    char path[DATASET_PATH_MAX];
    if (dataset->kind == DATASET_CIFAR10 && !exists_in(folder, spec->names_file)) {
        dataset->class_names = class_names_cifar10();
    } else if (join_path(path, folder, spec->names_file, err)) {
        dataset->class_names = class_names_load(dataset->arena, path, spec->classes, err);
    }
    return dataset->class_names;
}

Dataset *dataset_load(const DatasetConfig *config, Error *err) {
    const KindSpec *spec = &kinds[config->kind];
    char folder[DATASET_PATH_MAX];
    if (!find_folder(folder, spec, config, err)) return NULL;
    Arena *arena = arena_new();
    Dataset *dataset = arena ? arena_alloc(arena, 1, sizeof *dataset) : NULL;
    if (!dataset) {
        error_set(err, ERROR_FAILED, "%s: not enough memory", config->directory);
        arena_free(arena);
        return NULL;
    }
    *dataset = (Dataset){.kind = config->kind,
                         .split = config->split,
                         .spec = spec,
                         .record_bytes = (size_t)spec->label_bytes + DATASET_PIXELS,
                         .arena = arena};
    if (load_class_names(dataset, folder, err) && load_records(dataset, folder, config->limit, err))
        return dataset;
    arena_free(arena);
    return NULL;
}

void dataset_free(Dataset *dataset) {
    if (dataset) arena_free(dataset->arena);
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

int dataset_classes(const Dataset *dataset) {
    return dataset->spec->classes;
}

const char *const *dataset_class_names(const Dataset *dataset) {
    return dataset->class_names;
}

Normalise dataset_normalise(const Dataset *dataset) {
    return dataset->kind == DATASET_CIFAR100 ? normalise_cifar100() : normalise_cifar10();
}

static const uint8_t *get_record(const Dataset *dataset, int index) {
    assert(index >= 0 && index < dataset->count);
    return dataset->records + (size_t)index * dataset->record_bytes;
}

int dataset_label(const Dataset *dataset, int index) {
    return get_record(dataset, index)[dataset->spec->label_bytes - 1];
}

const uint8_t *dataset_pixels(const Dataset *dataset, int index) {
    return get_record(dataset, index) + dataset->spec->label_bytes;
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

/* Where the 32x32 window lies relative to the picture, and whether it is mirrored. */
typedef struct Window {
    int row, col;
    bool flip;
} Window;

static void window_to_input(const uint8_t *pixels, Window window, const ByteTable *table, real *nhwc) {
    for (int y = 0; y < DATASET_SIDE; y++) {
        for (int x = 0; x < DATASET_SIDE; x++, nhwc += 3) {
            int from_y = y + window.row;
            int from_x = (window.flip ? DATASET_SIDE - 1 - x : x) + window.col;
            bool inside = from_y >= 0 && from_y < DATASET_SIDE && from_x >= 0 && from_x < DATASET_SIDE;
            int at = from_y * DATASET_SIDE + from_x;
            for (int c = 0; c < 3; c++) {
                uint8_t byte = inside ? pixels[c * DATASET_SIDE * DATASET_SIDE + at] : 0;
                nhwc[c] = table->value[c][byte];
            }
        }
    }
}

void dataset_to_input(const Dataset *dataset, int index, const Normalise *normalise, real *nhwc) {
    ByteTable table = byte_table(normalise);
    window_to_input(dataset_pixels(dataset, index), (Window){0}, &table, nhwc);
}

void dataset_to_augmented_input(const Dataset *dataset, int index, const Normalise *normalise, Rng *rng,
                                real *nhwc) {
    ByteTable table = byte_table(normalise);
    int row = (int)rng_below(rng, 2 * DATASET_PAD + 1) - DATASET_PAD;
    int col = (int)rng_below(rng, 2 * DATASET_PAD + 1) - DATASET_PAD;
    bool flip = rng_below(rng, 2) == 1;
    window_to_input(dataset_pixels(dataset, index), (Window){.row = row, .col = col, .flip = flip}, &table,
                    nhwc);
}
