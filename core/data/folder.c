/* A folder of pictures, a class a folder: see DATASET_FOLDER in core/data/dataset.h. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/parallel.h"
#include "core/base/utf8.h"
#include "core/data/picture_list.h"
#include "core/data/state.h"
#include "core/image/image.h"
#include "core/network/class_names.h"

enum { FOLDER_CLASSES_MAX = 100000, FOLDER_IMAGENET_SIDE = 65 };

/* Bytes that the pictures of one split may take in memory, and the share of the machine's memory that they may. */
static const uint64_t FOLDER_BYTES_MAX = (uint64_t)4 << 30;
static const uint64_t FOLDER_MEMORY_SHARE = 2;

typedef struct Folder {
    Dataset *dataset;
    const DatasetConfig *config;
    char train[DATASET_PATH_MAX]; /* where the classes get their numbers */
    char root[DATASET_PATH_MAX];  /* where the pictures of the split lie */
    bool holds_out;               /* both splits lie in there */
    const char *missing;          /* the folders that would say which is which */
    TextList classes, *pictures;  /* of each class, those of the split */
    int others;
    size_t image_bytes;
    TextList chosen; /* in the order of the data set; the texts are those of `pictures` */
    /* While pictures are read, by all threads: */
    pthread_mutex_t mutex;
    Error problem;
    int problem_at, done;
} Folder;

static bool is_folder_in(char path[DATASET_PATH_MAX], const char *directory, const char *name) {
    struct stat status;
    return dataset_join(path, directory, name, NULL) && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void copy_path(char to[DATASET_PATH_MAX], const char *from) {
    utf8_copy(to, DATASET_PATH_MAX, from);
}

static bool find_roots(Folder *folder, Error *err) {
    const char *directory = folder->config->directory;
    bool testing = folder->config->split == DATASET_TEST;
    char test[DATASET_PATH_MAX], same[DATASET_PATH_MAX];
    struct stat status;
    if (stat(directory, &status) != 0 || !S_ISDIR(status.st_mode))
        return error_set(err, ERROR_FILE, "%s: expected a folder of pictures, found none", directory);
    bool has_train = is_folder_in(folder->train, directory, "train");
    bool has_test = is_folder_in(test, directory, "test") || is_folder_in(test, directory, "val");
    if (!dataset_join(same, directory, ".", err)) return false;
    if (!has_train && has_test && !testing)
        return error_set(err, ERROR_FILE, "%s: has pictures for testing (%s), but no folder train", directory,
                         test);
    if (!has_train) copy_path(folder->train, has_test ? test : directory);
    copy_path(folder->root, has_test && testing ? test : folder->train);
    folder->holds_out = !has_test;
    folder->missing = has_train ? "folder test (or val)" : "folders train and test (or val)";
    return true;
}

/* A class of the test pictures that the training pictures do not have would be counted as another one. */
static bool check_known(const Folder *folder, Error *err) {
    TextList found = {0};
    if (strcmp(folder->root, folder->train) == 0) return true;
    bool good = picture_list_classes(&found, folder->root, err);
    for (int k = 0; good && k < found.count; k++) {
        int known = 0;
        while (known < folder->classes.count && strcmp(found.items[k], folder->classes.items[known]) != 0)
            known++;
        if (known == folder->classes.count)
            good = error_set(err, ERROR_FILE, "%s/%s: is a class that %s does not have", folder->root,
                             found.items[k], folder->train);
    }
    text_list_clear(&found);
    return good;
}

static bool name_classes(Folder *folder, Error *err) {
    Dataset *dataset = folder->dataset;
    if (!picture_list_classes(&folder->classes, folder->train, err) || !check_known(folder, err))
        return false;
    int count = folder->classes.count;
    if (count < 2 || count > FOLDER_CLASSES_MAX)
        return error_set(err, ERROR_FILE, "%s: expected a folder for each class, 2 to %d of them, found %d",
                         folder->train, FOLDER_CLASSES_MAX, count);
    dataset->classes = count;
    dataset->class_names =
        class_names_copy(dataset->arena, (const char *const *)folder->classes.items, dataset->classes);
    folder->pictures = calloc((size_t)count, sizeof *folder->pictures);
    if (dataset->class_names && folder->pictures) return true;
    return error_set(err, ERROR_FAILED, "%s: not enough memory for %d classes", folder->train, count);
}

/* Keeps the pictures of one class that are of the split. */
static bool hold_out(const Folder *folder, int class, Error *err) {
    TextList *pictures = &folder->pictures[class];
    int count = pictures->count, kept = 0, held = count / DATASET_HELD_OUT;
    if (held == 0 && count > 1) held = 1;
    int *order = calloc((size_t)count, sizeof *order);
    bool *tests = calloc((size_t)count, sizeof *tests);
    bool good = order && tests;
    if (good) {
        Rng rng;
        rng_init(&rng, folder->config->seed * 0x9E3779B97F4A7C15u + (uint64_t) class);
        for (int k = 0; k < count; k++) order[k] = k;
        rng_shuffle(&rng, order, count);
        for (int k = 0; k < held; k++) tests[order[k]] = true;
        for (int k = 0; k < count; k++) {
            if (tests[k] == (folder->config->split == DATASET_TEST))
                pictures->items[kept++] = pictures->items[k];
            else
                free(pictures->items[k]);
        }
        pictures->count = kept;
    }
    free(order);
    free(tests);
    return good || error_set(err, ERROR_FAILED, "not enough memory for %d pictures", count);
}

static bool list_class(Folder *folder, int class, Error *err) {
    char path[DATASET_PATH_MAX];
    struct stat status;
    TextList *pictures = &folder->pictures[class];
    if (!dataset_join(path, folder->root, folder->classes.items[class], err)) return false;
    /* Not every class need be among the test pictures. */
    if (strcmp(folder->root, folder->train) != 0 && stat(path, &status) != 0) return true;
    if (!picture_list_pictures(pictures, &folder->others, path, err)) return false;
    if (pictures->count == 0)
        return error_set(
            err, ERROR_FILE,
            "%s: expected pictures of this class (.png .jpg .jpeg .webp .bmp .ppm .pgm), found none", path);
    return !folder->holds_out || hold_out(folder, class, err);
}

/* In turns: the first of each class, the second of each class, .. */
static bool choose(Folder *folder, Error *err) {
    Dataset *dataset = folder->dataset;
    size_t total = 0;
    for (int c = 0; c < folder->classes.count; c++) total += (size_t)folder->pictures[c].count;
    if (folder->config->limit > 0 && total > (size_t)folder->config->limit)
        total = (size_t)folder->config->limit;
    if (total == 0)
        return error_set(err, ERROR_FILE, "%s: has no pictures for testing: expected two or more of a class",
                         folder->root);
    uint64_t memory =
                 (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / FOLDER_MEMORY_SHARE,
             most = memory < FOLDER_BYTES_MAX ? memory : FOLDER_BYTES_MAX;
    if (total > most / folder->image_bytes)
        return error_set(
            err, ERROR_FILE,
            "%s: its %zu pictures would take %.1f GB of memory at %d x %d pixels, expected at most %.1f "
            "GB: --limit %llu takes fewer",
            folder->root, total, 1e-9 * (double)total * (double)folder->image_bytes, dataset->shape.w,
            dataset->shape.h, 1e-9 * (double)most, (unsigned long long)(most / folder->image_bytes));
    folder->chosen.items = calloc(total, sizeof *folder->chosen.items);
    if (!folder->chosen.items || !dataset_reserve(dataset, (int)total, folder->root, err))
        return error_set(err, ERROR_FAILED, "%s: not enough memory for %zu pictures", folder->root, total);
    for (int turn = 0; folder->chosen.count < (int)total; turn++) {
        for (int c = 0; c < folder->classes.count && folder->chosen.count < (int)total; c++) {
            if (turn >= folder->pictures[c].count) continue;
            dataset->labels[folder->chosen.count] = c;
            folder->chosen.items[folder->chosen.count++] = folder->pictures[c].items[turn];
        }
    }
    return true;
}

/* Scaled and cut, plane by plane. */
static bool read_picture(const Folder *folder, const char *path, uint8_t *planes, Error *err) {
    const int side = folder->dataset->shape.w;
    const size_t plane = (size_t)side * (size_t)side;
    Image image = {0}, square = {0};
    bool good = image_load(&image, path, err) && image_crop(&square, &image, side, err);
    for (size_t k = 0; good && k < plane; k++)
        for (size_t c = 0; c < 3; c++) planes[c * plane + k] = square.rgb[3 * k + c];
    image_free(&image);
    image_free(&square);
    return good;
}

/* Of several pictures that cannot be read the first one is told of, however many threads there are: those before it
 * are still read. */
static void read_some(void *context, int begin, int end, int worker) {
    Folder *folder = context;
    (void)worker;
    for (int k = begin; k < end; k++) {
        Error err = {0};
        pthread_mutex_lock(&folder->mutex);
        bool wanted = k < folder->problem_at;
        pthread_mutex_unlock(&folder->mutex);
        if (!wanted) return;
        bool good = read_picture(folder, folder->chosen.items[k],
                                 (uint8_t *)(uintptr_t)folder->dataset->pixels[k], &err);
        pthread_mutex_lock(&folder->mutex);
        if (!good && k < folder->problem_at) {
            folder->problem = err;
            folder->problem_at = k;
        }
        folder->done++;
        if (folder->config->progress)
            folder->config->progress(folder->config->context, folder->done, folder->chosen.count);
        pthread_mutex_unlock(&folder->mutex);
    }
}

static bool read_pictures(Folder *folder, Error *err) {
    Dataset *dataset = folder->dataset;
    int count = folder->chosen.count;
    uint8_t *bytes = arena_alloc(dataset->arena, (size_t)count, folder->image_bytes);
    if (!bytes)
        return error_set(err, ERROR_FAILED, "%s: not enough memory for %d pictures of %d x %d pixels",
                         folder->root, count, dataset->shape.w, dataset->shape.h);
    for (int k = 0; k < count; k++) dataset->pixels[k] = bytes + (size_t)k * folder->image_bytes;
    folder->problem_at = count;
    pthread_mutex_init(&folder->mutex, NULL);
    parallel_for(count, 1, read_some, folder);
    pthread_mutex_destroy(&folder->mutex);
    if (folder->problem_at == count) return true;
    return error_set(err, folder->problem.kind, "%s", folder->problem.text);
}

static void identify(Dataset *dataset) {
    uLong crc = crc32(0, NULL, 0);
    for (int c = 0; c < dataset->classes; c++)
        crc = crc32_z(crc, (const Bytef *)dataset->class_names[c], strlen(dataset->class_names[c]) + 1);
    for (int k = 0; k < dataset->count; k++) {
        const uint8_t label[] = {(uint8_t)dataset->labels[k], (uint8_t)(dataset->labels[k] >> 8),
                                 (uint8_t)(dataset->labels[k] >> 16)};
        crc = crc32_z(crc, label, sizeof label);
        crc = crc32_z(crc, dataset->pixels[k], shape_count(dataset->shape));
    }
    snprintf(dataset->identity, sizeof dataset->identity, "%s %08lx", dataset_kind_name(dataset->kind),
             (unsigned long)crc);
}

static void tell(const Folder *folder) {
    Dataset *dataset = folder->dataset;
    const char *directory = folder->config->directory;
    if (folder->holds_out)
        utf8_append(dataset->notice, sizeof dataset->notice,
                    "%s has no %s: of each class one in %d pictures is for testing, drawn by seed %llu",
                    directory, folder->missing, DATASET_HELD_OUT, folder->config->seed);
    if (folder->others)
        utf8_append(dataset->notice, sizeof dataset->notice,
                    "%s%s: %d file%s of other kinds than pictures left out", folder->holds_out ? "; " : "",
                    folder->root, folder->others, folder->others == 1 ? "" : "s");
}

static void free_folder(Folder *folder) {
    for (int c = 0; folder->pictures && c < folder->classes.count; c++) text_list_clear(&folder->pictures[c]);
    free(folder->pictures);
    free(folder->chosen.items);
    text_list_clear(&folder->classes);
}

bool folder_load(Dataset *dataset, const DatasetConfig *config, Error *err) {
    int side = config->side ? config->side : DATASET_SIDE;
    Folder folder = {.dataset = dataset, .config = config};
    dataset->shape = (Shape){1, 3, side, side};
    dataset->normalise = side < FOLDER_IMAGENET_SIDE ? normalise_cifar10() : normalise_imagenet();
    folder.image_bytes = shape_count(dataset->shape);
    bool good = find_roots(&folder, err) && name_classes(&folder, err);
    for (int c = 0; good && c < folder.classes.count; c++) good = list_class(&folder, c, err);
    good = good && choose(&folder, err) && read_pictures(&folder, err);
    if (good) identify(dataset);
    if (good) tell(&folder);
    free_folder(&folder);
    return good;
}
