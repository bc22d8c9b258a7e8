/* CIFAR-10 and CIFAR-100, from a folder or from the archive, and the bundled set. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/file.h"
#include "core/base/utf8.h"
#include "core/data/state.h"
#include "core/data/tar.h"
#include "core/network/class_names.h"

enum {
    CIFAR_FILES_MAX = 5,
    CIFAR_RECORDS_MAX = 1000000,
    CIFAR_NAMES_BYTES = 1 << 20,
    MINI_RECORDS_MAX = 5000
};

/* One kind of data set as it lies on disk. */
typedef struct CifarSpec {
    const char *folder, *archive, *names_file, *python_file;
    int classes;
    int label_bytes;                       /* before the pixels; the last one is the label */
    int coarse_classes;                    /* range of the first of two label bytes */
    const char *files[2][CIFAR_FILES_MAX]; /* by split */
} CifarSpec;

static const CifarSpec cifar10 = {
    .folder = "cifar-10-batches-bin",
    .archive = "cifar-10-binary.tar.gz",
    .names_file = "batches.meta.txt",
    .python_file = "batches.meta",
    .classes = 10,
    .label_bytes = 1,
    .files = {[DATASET_TRAIN] = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                 "data_batch_4.bin", "data_batch_5.bin"},
              [DATASET_TEST] = {"test_batch.bin"}}};

static const CifarSpec cifar100 = {.folder = "cifar-100-binary",
                                   .archive = "cifar-100-binary.tar.gz",
                                   .names_file = "fine_label_names.txt",
                                   .python_file = "meta",
                                   .classes = 100,
                                   .label_bytes = 2,
                                   .coarse_classes = 20,
                                   .files = {[DATASET_TRAIN] = {"train.bin"}, [DATASET_TEST] = {"test.bin"}}};

/* The records of one file, as many as are wanted of it. */
typedef struct Part {
    uint8_t *records;
    int count;
} Part;

typedef struct Cifar {
    Dataset *dataset;
    const CifarSpec *spec;
    const char *const *files; /* of the split, CIFAR_FILES_MAX or up to NULL */
    size_t record;            /* bytes */
    int limit;                /* images; 0: all */
    Part parts[CIFAR_FILES_MAX];
    int part_count;
} Cifar;

static const CifarSpec *spec_of(DatasetKind kind) {
    return kind == DATASET_CIFAR100 ? &cifar100 : &cifar10;
}

static Cifar cifar_of(Dataset *dataset, const DatasetConfig *config) {
    const CifarSpec *spec = spec_of(config->kind);
    Cifar cifar = {.dataset = dataset,
                   .spec = spec,
                   .files = spec->files[config->split],
                   .record = (size_t)spec->label_bytes + DATASET_PIXELS,
                   .limit = config->limit};
    while (cifar.part_count < CIFAR_FILES_MAX && cifar.files[cifar.part_count]) cifar.part_count++;
    return cifar;
}

static bool is_kind(const char *path, mode_t kind) {
    struct stat status;
    return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == kind;
}

static bool exists_in(const char *directory, const char *name) {
    char path[DATASET_PATH_MAX];
    struct stat status;
    return dataset_join(path, directory, name, NULL) && stat(path, &status) == 0;
}

/* How many records a file of that size has, or how many of them are wanted. */
static bool count_records(const Cifar *cifar, uint64_t size, const char *label, int *count, Error *err) {
    if (size > 0 && size % cifar->record == 0 && size / cifar->record <= CIFAR_RECORDS_MAX) {
        *count = (int)(size / cifar->record);
        if (cifar->limit > 0 && *count > cifar->limit) *count = cifar->limit;
        return true;
    }
    const char *hint = "";
    if (size > 0 && size % (DATASET_PIXELS + 1) == 0) hint = "; it looks like CIFAR-10";
    if (size > 0 && size % (DATASET_PIXELS + 2) == 0) hint = "; it looks like CIFAR-100";
    if (size / cifar->record > CIFAR_RECORDS_MAX) hint = ", at most a million";
    return error_set(err, ERROR_FILE,
                     "%s: is %llu bytes long, expected a whole number of records of %zu bytes%s", label,
                     (unsigned long long)size, cifar->record, hint);
}

static bool reserve_part(const Cifar *cifar, Part *part, const char *label, Error *err) {
    part->records = arena_alloc(cifar->dataset->arena, (size_t)part->count, cifar->record);
    return part->records ||
           error_set(err, ERROR_FAILED, "%s: not enough memory for %d images", label, part->count);
}

static bool check_labels(const Cifar *cifar, const Part *part, const char *label, Error *err) {
    const CifarSpec *spec = cifar->spec;
    for (int k = 0; k < part->count; k++) {
        const uint8_t *record = part->records + (size_t)k * cifar->record;
        int class = record[spec->label_bytes - 1];
        if (class >= spec->classes)
            return error_set(err, ERROR_FILE, "%s: record %d has the label %d, expected 0 to %d", label, k,
                             class, spec->classes - 1);
        if (spec->label_bytes == 2 && record[0] >= spec->coarse_classes)
            return error_set(err, ERROR_FILE, "%s: record %d has the coarse label %d, expected 0 to %d",
                             label, k, record[0], spec->coarse_classes - 1);
    }
    return true;
}

/* All parts are there: the pictures in the order of the files. */
static bool index_pictures(Cifar *cifar, const char *label, Error *err) {
    Dataset *dataset = cifar->dataset;
    int total = 0, done = 0;
    for (int p = 0; p < cifar->part_count; p++) total += cifar->parts[p].count;
    if (cifar->limit > 0 && total > cifar->limit) total = cifar->limit;
    if (!dataset_reserve(dataset, total, label, err)) return false;
    for (int p = 0; p < cifar->part_count; p++) {
        for (int k = 0; k < cifar->parts[p].count && done < total; k++, done++) {
            const uint8_t *record = cifar->parts[p].records + (size_t)k * cifar->record;
            dataset->pixels[done] = record + cifar->spec->label_bytes;
            dataset->labels[done] = record[cifar->spec->label_bytes - 1];
        }
    }
    dataset->classes = cifar->spec->classes;
    dataset->shape = (Shape){1, 3, DATASET_SIDE, DATASET_SIDE};
    dataset->normalise = cifar->spec == &cifar100 ? normalise_cifar100() : normalise_cifar10();
    return true;
}

/* Opens and measures all files before any is read, and reads no more than is wanted. */
static bool read_files(Cifar *cifar, const char *folder, Error *err) {
    File files[CIFAR_FILES_MAX] = {{0}};
    int count = 0, left = cifar->limit > 0 ? cifar->limit : INT32_MAX;
    bool good = true;
    for (; good && count < cifar->part_count; count++) {
        char path[DATASET_PATH_MAX];
        good = dataset_join(path, folder, cifar->files[count], err) && file_open(&files[count], path, err) &&
               count_records(cifar, files[count].size, path, &cifar->parts[count].count, err);
    }
    for (int k = 0; good && k < count; k++) {
        Part *part = &cifar->parts[k];
        if (part->count > left) part->count = left;
        left -= part->count;
        good = part->count == 0 ||
               (reserve_part(cifar, part, files[k].path, err) &&
                file_read_at(&files[k], 0, part->records, (size_t)part->count * cifar->record, err) &&
                check_labels(cifar, part, files[k].path, err));
    }
    for (int k = 0; k < count; k++) file_close(&files[k]);
    return good;
}

static bool load_folder(Cifar *cifar, const char *folder, Error *err) {
    const CifarSpec *spec = cifar->spec;
    Dataset *dataset = cifar->dataset;
    char path[DATASET_PATH_MAX];
    if (spec == &cifar10 && !exists_in(folder, spec->names_file)) {
        dataset->class_names = class_names_cifar10();
    } else if (dataset_join(path, folder, spec->names_file, err)) {
        dataset->class_names = class_names_load(dataset->arena, path, spec->classes, err);
    }
    return dataset->class_names && read_files(cifar, folder, err) && index_pictures(cifar, folder, err);
}

static const char *base_name(const char *name) {
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* "cifar-10-binary.tar.gz: data_batch_1.bin" */
static void label_member(char label[DATASET_PATH_MAX], const char *archive, const char *name) {
    utf8_format(label, DATASET_PATH_MAX, "%s: %s", archive, name);
}

static bool read_names(Cifar *cifar, Tar *tar, const TarMember *member, const char *label, Error *err) {
    Dataset *dataset = cifar->dataset;
    if (member->size > CIFAR_NAMES_BYTES)
        return error_set(err, ERROR_FILE, "%s: is %llu bytes long, expected %d names, one a line", label,
                         (unsigned long long)member->size, cifar->spec->classes);
    char *text = malloc((size_t)member->size + 1);
    if (!text) return error_set(err, ERROR_FAILED, "%s: not enough memory", label);
    bool good = tar_read(tar, text, (size_t)member->size, err);
    if (good)
        dataset->class_names =
            class_names_parse(dataset->arena, text, (size_t)member->size, cifar->spec->classes, label, err);
    free(text);
    return good && dataset->class_names;
}

static bool read_part(Cifar *cifar, Part *part, Tar *tar, const TarMember *member, const char *label,
                      Error *err) {
    return count_records(cifar, member->size, label, &part->count, err) &&
           reserve_part(cifar, part, label, err) &&
           tar_read(tar, part->records, (size_t)part->count * cifar->record, err);
}

/* When the archive has been read to its end: a label that damage has made is told of as damage. */
static bool check_parts(const Cifar *cifar, const char *archive, Error *err) {
    for (int p = 0; p < cifar->part_count; p++) {
        char label[DATASET_PATH_MAX];
        label_member(label, archive, cifar->files[p]);
        if (!check_labels(cifar, &cifar->parts[p], label, err)) return false;
    }
    return true;
}

/* A member whose name is wanted, by whatever folder it lies in; another one is left alone. */
static bool take_member(Cifar *cifar, Tar *tar, const TarMember *member, const char *archive, Error *err) {
    const char *name = base_name(member->name);
    char label[DATASET_PATH_MAX];
    int part = 0;
    while (part < cifar->part_count && strcmp(name, cifar->files[part]) != 0) part++;
    bool names = strcmp(name, cifar->spec->names_file) == 0;
    if (part == cifar->part_count && !names) return true;
    label_member(label, archive, name);
    if (!member->regular)
        return error_set(err, ERROR_FILE, "%s: expected a file, found a link or a device", label);
    if (names ? cifar->dataset->class_names != NULL : cifar->parts[part].records != NULL)
        return error_set(err, ERROR_FILE, "%s: is there twice", label);
    if (names) return read_names(cifar, tar, member, label, err);
    return read_part(cifar, &cifar->parts[part], tar, member, label, err);
}

/* What an archive seems to be that has not all that is wanted. */
typedef struct Likeness {
    bool python, other;
} Likeness;

static void look_at(Likeness *likeness, const Cifar *cifar, const char *member) {
    const CifarSpec *other = cifar->spec == &cifar10 ? &cifar100 : &cifar10;
    const char *name = base_name(member);
    likeness->python |= strcmp(name, cifar->spec->python_file) == 0;
    likeness->other |= strcmp(name, other->names_file) == 0;
}

static bool check_complete(Cifar *cifar, const Likeness *likeness, const char *archive, Error *err) {
    const char *missing = NULL;
    for (int p = cifar->part_count - 1; p >= 0; p--)
        if (!cifar->parts[p].records) missing = cifar->files[p];
    if (cifar->spec == &cifar10 && !cifar->dataset->class_names)
        cifar->dataset->class_names = class_names_cifar10();
    if (!missing && !cifar->dataset->class_names) missing = cifar->spec->names_file;
    if (!missing) return true;
    return error_set(err, ERROR_FILE, "%s: holds no %s, expected the binary version of %s%s%s%s", archive,
                     missing, dataset_kind_name(cifar->dataset->kind),
                     likeness->python ? "; it is the Python version" : "",
                     likeness->other ? "; it looks like " : "",
                     !likeness->other          ? ""
                     : cifar->spec == &cifar10 ? "CIFAR-100 (--dataset cifar100)"
                                               : "CIFAR-10 (--dataset cifar10)");
}

/* To its end, so that the checksums of all that was read are compared. */
static bool load_archive(Cifar *cifar, const char *archive, Error *err) {
    Likeness likeness = {0};
    TarMember member;
    Tar *tar = tar_open(archive, err);
    bool more = tar != NULL, good = more;
    while (good && more) {
        good = tar_next(tar, &member, &more, err);
        if (good && more) {
            look_at(&likeness, cifar, member.name);
            good = take_member(cifar, tar, &member, archive, err);
        }
    }
    tar_close(tar);
    return good && check_complete(cifar, &likeness, archive, err) && check_parts(cifar, archive, err) &&
           index_pictures(cifar, archive, err);
}

typedef enum Place { PLACE_NONE, PLACE_FOLDER, PLACE_ARCHIVE } Place;

/* Where the data set lies: an archive, the folder given, the official folder inside it, or the archive inside it. */
static Place find_place(const DatasetConfig *config, char path[DATASET_PATH_MAX]) {
    const CifarSpec *spec = spec_of(config->kind);
    const char *directory = config->directory, *first = spec->files[config->split][0];
    if (is_kind(directory, S_IFREG)) {
        utf8_copy(path, DATASET_PATH_MAX, directory);
        return PLACE_ARCHIVE;
    }
    if (exists_in(directory, first))
        return dataset_join(path, directory, ".", NULL) ? PLACE_FOLDER : PLACE_NONE;
    if (dataset_join(path, directory, spec->folder, NULL) && exists_in(path, first)) return PLACE_FOLDER;
    if (dataset_join(path, directory, spec->archive, NULL) && is_kind(path, S_IFREG)) return PLACE_ARCHIVE;
    return PLACE_NONE;
}

bool dataset_is_there(const DatasetConfig *config) {
    char path[DATASET_PATH_MAX];
    return find_place(config, path) != PLACE_NONE;
}

static bool refuse_place(const DatasetConfig *config, Error *err) {
    const CifarSpec *spec = spec_of(config->kind);
    const char *directory = config->directory, *first = spec->files[config->split][0];
    if (!is_kind(directory, S_IFDIR))
        return error_set(err, ERROR_FILE, "%s: expected a folder or an archive (%s), found neither",
                         directory, spec->archive);
    if (exists_in(directory, spec->python_file) && !exists_in(directory, spec->names_file))
        return error_set(err, ERROR_FILE,
                         "%s: is the Python version of %s, expected the binary version (%s, ...)", directory,
                         dataset_kind_name(config->kind), first);
    return error_set(err, ERROR_FILE,
                     "%s: expected the folder of %s in its binary version, or %s, found no %s in it; "
                     "pictures in a folder for each class are --dataset folder",
                     directory, dataset_kind_name(config->kind), spec->archive, first);
}

bool cifar_load(Dataset *dataset, const DatasetConfig *config, Error *err) {
    char path[DATASET_PATH_MAX];
    Cifar cifar = cifar_of(dataset, config);
    switch (find_place(config, path)) {
    case PLACE_FOLDER: return load_folder(&cifar, path, err);
    case PLACE_ARCHIVE: return load_archive(&cifar, path, err);
    default: return refuse_place(config, err);
    }
}

/* Its records are CIFAR-10's. */
bool mini_load(Dataset *dataset, const DatasetConfig *config, Error *err) {
    Cifar cifar = cifar_of(dataset, &(DatasetConfig){.kind = DATASET_CIFAR10, .limit = config->limit});
    Part *part = &cifar.parts[0];
    static const char label[] = "the bundled data set";
    size_t got = 0;
    const void *bytes = config->bundled[config->split].bytes;
    if (config->directory)
        return error_set(err, ERROR_USAGE,
                         "%s: %s is inside the program and not in a folder: choose one of them",
                         config->directory, label);
    if (!bytes) return error_set(err, ERROR_FAILED, "%s is not part of this build", label);
    cifar.part_count = 1;
    part->count = MINI_RECORDS_MAX;
    Gunzip *gunzip = gunzip_memory(bytes, config->bundled[config->split].size, label, err);
    bool good = gunzip && reserve_part(&cifar, part, label, err) &&
                gunzip_read(gunzip, part->records, MINI_RECORDS_MAX * cifar.record, &got, err) &&
                count_records(&cifar, got, label, &part->count, err) &&
                check_labels(&cifar, part, label, err) && index_pictures(&cifar, label, err);
    gunzip_free(gunzip);
    dataset->class_names = class_names_cifar10();
    return good;
}
