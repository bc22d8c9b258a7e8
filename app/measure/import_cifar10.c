#include "app/measure/import_cifar10.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/file.h"
#include "core/base/text_file.h"
#include "core/data/dataset.h"
#include "core/image/image.h"
#include "core/network/class_names.h"

enum {
    IMPORT_TRAIN_FILES = 5,
    IMPORT_CLASSES = 10,
    IMPORT_PLANE = DATASET_SIDE * DATASET_SIDE,
    IMPORT_RECORD = 1 + DATASET_PIXELS,
    IMPORT_PATH_MAX = 4096,
    IMPORT_LABELS_BYTES_MAX = 1 << 20
};

typedef struct Labels {
    uint8_t *values; /* heap */
    int count;
} Labels;

static bool join_path(char *path, const char *directory, const char *name, Error *err) {
    int length = snprintf(path, IMPORT_PATH_MAX, "%s/%s", directory, name);
    if (length > 0 && length < IMPORT_PATH_MAX) return true;
    return error_set(err, ERROR_FAILED, "%s: the path is too long", directory);
}

static bool make_directory(const char *path, Error *err) {
    if (mkdir(path, 0777) == 0 || errno == EEXIST) return true;
    return error_set(err, ERROR_FAILED, "%s: cannot be made: %s", path, strerror(errno));
}

/* Every class is equally frequent in the data set; other counts mean that these are not its labels. */
static bool check_balance(const Labels *labels, const char *path, Error *err) {
    int found[IMPORT_CLASSES] = {0};
    for (int k = 0; k < labels->count; k++) found[labels->values[k]]++;
    for (int c = 0; c < IMPORT_CLASSES; c++) {
        if (found[c] * IMPORT_CLASSES != labels->count) {
            return error_set(err, ERROR_FILE,
                             "%s: label %d occurs %d times among %d, expected a tenth of them", path, c,
                             found[c], labels->count);
        }
    }
    return true;
}

static bool copy_labels(Labels *labels, const json_t *list, const char *path, Error *err) {
    labels->count = (int)json_array_size(list);
    labels->values = calloc((size_t)labels->count + 1, 1);
    if (!labels->values) return error_set(err, ERROR_FAILED, "%s: not enough memory", path);
    if (labels->count == 0) return error_set(err, ERROR_FILE, "%s: expected a JSON list of labels", path);
    for (int k = 0; k < labels->count; k++) {
        const json_t *item = json_array_get(list, (size_t)k);
        json_int_t label = json_is_integer(item) ? json_integer_value(item) : -1;
        if (label < 0 || label >= IMPORT_CLASSES) {
            return error_set(err, ERROR_FILE, "%s: label %d is no integer from 0 to 9", path, k);
        }
        labels->values[k] = (uint8_t)label;
    }
    return check_balance(labels, path, err);
}

static bool load_labels(Labels *labels, const char *package_dir, const char *name, Error *err) {
    char path[IMPORT_PATH_MAX];
    if (!join_path(path, package_dir, name, err)) return false;
    char *text = text_file_read(path, IMPORT_LABELS_BYTES_MAX, err);
    if (!text) return false;
    json_error_t why;
    json_t *list = json_loads(text, 0, &why);
    bool good = list ? copy_labels(labels, list, path, err)
                     : error_set(err, ERROR_FILE, "%s: is no JSON: %s", path, why.text);
    json_decref(list);
    free(text);
    return good;
}

/* One row of the PNG, 1024 RGB pixels, to a record: label, then the red, green and blue planes. */
static void fill_record(uint8_t *record, uint8_t label, const uint8_t *rgb) {
    record[0] = label;
    for (int k = 0; k < IMPORT_PLANE; k++) {
        for (int c = 0; c < 3; c++) record[1 + c * IMPORT_PLANE + k] = rgb[3 * k + c];
    }
}

static bool write_records(const char *path, const Image *image, const uint8_t *labels, Error *err) {
    size_t count = (size_t)image->height;
    uint8_t *records = malloc(count * IMPORT_RECORD);
    if (!records) return error_set(err, ERROR_FAILED, "%s: not enough memory", path);
    for (size_t k = 0; k < count; k++) {
        fill_record(records + k * IMPORT_RECORD, labels[k], image->rgb + k * DATASET_PIXELS);
    }
    bool good = file_write_atomic(path, records, count * IMPORT_RECORD, err);
    free(records);
    return good;
}

/* From where to where. */
typedef struct Route {
    const char *package_dir, *folder;
} Route;

static bool convert_file(const Route *route, const char *name, const uint8_t *labels, int count, Error *err) {
    char file[64], path[IMPORT_PATH_MAX];
    Image image;
    snprintf(file, sizeof file, "%s.png", name);
    if (!join_path(path, route->package_dir, file, err) || !image_load(&image, path, err)) return false;
    bool good = image.width == IMPORT_PLANE && image.height == count;
    if (!good) {
        error_set(err, ERROR_FILE, "%s: is %d x %d pixels, expected %d x %d (one image a row, %d labels)",
                  path, image.width, image.height, IMPORT_PLANE, count, count);
    }
    snprintf(file, sizeof file, "%s.bin", name);
    good = good && join_path(path, route->folder, file, err) && write_records(path, &image, labels, err);
    image_free(&image);
    return good;
}

static bool convert_train(const Route *route, Error *err) {
    Labels labels = {0};
    bool good = load_labels(&labels, route->package_dir, "train_lables.json", err);
    int count = labels.count / IMPORT_TRAIN_FILES;
    for (int k = 0; good && k < IMPORT_TRAIN_FILES; k++) {
        char name[32];
        snprintf(name, sizeof name, "data_batch_%d", k + 1);
        good = convert_file(route, name, labels.values + (size_t)k * (size_t)count, count, err);
    }
    free(labels.values);
    return good;
}

static bool convert_test(const Route *route, Error *err) {
    Labels labels = {0};
    bool good = load_labels(&labels, route->package_dir, "test_lables.json", err) &&
                convert_file(route, "test_batch", labels.values, labels.count, err);
    free(labels.values);
    return good;
}

static bool write_class_names(const char *folder, Error *err) {
    char path[IMPORT_PATH_MAX], text[256] = "";
    size_t length = 0;
    for (int c = 0; c < IMPORT_CLASSES; c++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s\n", class_names_cifar10()[c]);
    }
    return join_path(path, folder, "batches.meta.txt", err) && file_write_atomic(path, text, length, err);
}

bool import_cifar10(const char *package_dir, const char *dest_dir, Error *err) {
    char folder[IMPORT_PATH_MAX];
    Route route = {.package_dir = package_dir, .folder = folder};
    return join_path(folder, dest_dir, "cifar-10-batches-bin", err) && make_directory(dest_dir, err) &&
           make_directory(folder, err) && convert_test(&route, err) && convert_train(&route, err) &&
           write_class_names(folder, err);
}
