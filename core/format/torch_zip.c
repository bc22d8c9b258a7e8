/* Checkpoints of PyTorch since 1.6: a zip archive with a pickle, ROOT/data.pkl, and one entry for each storage, ROOT/data/KEY.
 * Other archives are recognised by what is in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/format/pickle.h"
#include "core/format/torch_dict.h"
#include "core/format/zip.h"

enum { ROOT_MAX = 256, ENTRY_NAME_MAX = 640, PICKLE_BYTES_MAX = 64 << 20, SMALL_ENTRY_MAX = 16 };

typedef struct TorchZip {
    Tensors *tensors;
    Zip zip;
    char root[ROOT_MAX]; /* "archive/" */
    Record **records;    /* of each entry, made when it is first wanted */
} TorchZip;

/* The entry with a name that ends so; NULL when there is none. */
static const ZipEntry *find_ending(const Zip *zip, const char *ending) {
    size_t length = strlen(ending);
    for (int k = 0; k < zip->count; k++) {
        const char *name = zip->entries[k].name;
        size_t whole = strlen(name);
        if (whole >= length && strcmp(name + whole - length, ending) == 0) return &zip->entries[k];
    }
    return NULL;
}

/* What archives that are no checkpoint have in them, what they are, and what to do; FILE stands for the name. */
typedef struct Archive {
    const char *ending, *what;
} Archive;

static const Archive archives[] = {
    {"MAR-INF/MANIFEST.json",
     "a model archive of TorchServe (.mar): unpack it (unzip FILE) and open the .pt or .pth file in it"},
    {"/constants.pkl", "a TorchScript program; two lines of Python save its tensors: model = "
                       "torch.jit.load('FILE', map_location='cpu') "
                       "and torch.save(model.state_dict(), 'tensors.pth')"},
    {".data/extern_modules", "a package of torch.package, which has code in it; save its tensors alone: "
                             "torch.save(model.state_dict(), "
                             "'tensors.pth')"},
    {"model.weights.h5",
     "a model of Keras (.keras), which is not read: load it in Python and save its tensors with safetensors"},
    {"com.apple.CoreML/model.mlmodel",
     "a Core ML package, which is not read: start from the model it was made of"},
    {"[Content_Types].xml", "a document of an office program"},
    {".npy", "an archive of NumPy arrays (.npz); two lines of Python turn it into one that is read: arrays = "
             "dict(numpy.load('FILE')) and safetensors.numpy.save_file(arrays, 'tensors.safetensors')"},
    {".safetensors", "a zip archive with a safetensors file in it: unpack it first"},
    {".pth", "a zip archive with a .pth file in it: unpack it first"},
    {".pt", "a zip archive with a .pt file in it: unpack it first"},
    {".ckpt", "a zip archive with a .ckpt file in it: unpack it first"},
    {".bin", "a zip archive with a .bin file in it: unpack it first"},
};

static bool refuse_archive(const Tensors *tensors, const Zip *zip, Error *err) {
    for (size_t k = 0; k < sizeof archives / sizeof *archives; k++) {
        if (!find_ending(zip, archives[k].ending)) continue;
        const char *what = archives[k].what, *file = strstr(what, "FILE");
        if (!file) return error_set(err, ERROR_FILE, "%s: is %s", tensors->label, what);
        return error_set(err, ERROR_FILE, "%s: is %.*s%s%s", tensors->label, (int)(file - what), what,
                         pickle_file_name(tensors->label), file + strlen("FILE"));
    }
    return error_set(err, ERROR_FILE,
                     "%s: is a zip archive, but no checkpoint of PyTorch: it has no data.pkl in it",
                     tensors->label);
}

/* Exactly one entry ROOT/data.pkl, and no code beside it. */
static bool find_root(TorchZip *file, Error *err) {
    static const char ending[] = "/data.pkl";
    int found = 0;
    for (int k = 0; k < file->zip.count; k++) {
        const char *name = file->zip.entries[k].name, *slash = strchr(name, '/');
        if (!slash || strcmp(slash, ending) != 0 || (size_t)(slash + 2 - name) > sizeof file->root) continue;
        snprintf(file->root, sizeof file->root, "%.*s", (int)(slash + 1 - name), name);
        found++;
    }
    if (found == 0 || find_ending(&file->zip, "/constants.pkl"))
        return refuse_archive(file->tensors, &file->zip, err);
    if (found == 1) return true;
    return error_set(err, ERROR_FILE, "%s: has %d entries data.pkl, expected one", file->tensors->label,
                     found);
}

static const ZipEntry *find_entry(const TorchZip *file, const char *name) {
    char whole[ENTRY_NAME_MAX];
    int length = snprintf(whole, sizeof whole, "%s%s", file->root, name);
    return length < (int)sizeof whole ? zip_find(&file->zip, whole) : NULL;
}

/* Numbers are little-endian unless the file says otherwise. */
static bool check_order(const TorchZip *file, Error *err) {
    const ZipEntry *entry = find_entry(file, "byteorder");
    uint8_t text[SMALL_ENTRY_MAX + 1] = {0};
    if (!entry) return true;
    if (entry->size <= SMALL_ENTRY_MAX && !zip_read(file->zip.source, entry, text, err)) return false;
    if (strcmp((const char *)text, "little") == 0) return true;
    return error_set(err, ERROR_FILE,
                     "%s: its numbers have the byte order '%s', expected 'little': load it where it was made "
                     "and save it as safetensors",
                     file->tensors->label, (const char *)text);
}

static Record *new_record(const TorchZip *file, const ZipEntry *entry) {
    Record *record = arena_alloc(file->tensors->arena, 1, sizeof *record);
    if (!record) return NULL;
    *record = (Record){.source = &file->tensors->source,
                       .name = entry->name,
                       .offset = entry->begin,
                       .stored = entry->stored,
                       .size = entry->size,
                       .deflated = entry->deflated,
                       .has_crc = entry->crc != 0,
                       .crc = entry->crc};
    return record;
}

static Record *find_record(void *context, const PickleStorage *storage, Error *err) {
    TorchZip *file = context;
    char name[ENTRY_NAME_MAX];
    const char *label = file->tensors->label;
    int length = snprintf(name, sizeof name, "data/%s", storage->key);
    const ZipEntry *entry = length < (int)sizeof name ? find_entry(file, name) : NULL;
    uint64_t bytes;
    if (!entry) {
        error_set(err, ERROR_FILE, "%s: has no entry '%sdata/%s', which its pickle names", label, file->root,
                  storage->key);
        return NULL;
    }
    if (__builtin_mul_overflow(storage->count, element_bytes(storage->type), &bytes) ||
        bytes != entry->size) {
        error_set(err, ERROR_FILE, "%s: its entry '%s' has %llu bytes, expected %llu values of the type %s",
                  label, entry->name, (unsigned long long)entry->size, (unsigned long long)storage->count,
                  element_type_name(storage->type));
        return NULL;
    }
    Record **record = &file->records[entry - file->zip.entries];
    if (!*record) *record = new_record(file, entry);
    if (!*record) tensors_no_memory(file->tensors, err);
    return *record;
}

/* Only what was inflated is in memory: a stored pickle is read where it lies. */
static bool read_pickle(const TorchZip *file, PickleResult *result, Error *err) {
    const ZipEntry *entry = find_entry(file, "data.pkl");
    const Source *source = file->zip.source;
    uint64_t at = entry->begin;
    if (entry->size > PICKLE_BYTES_MAX)
        return error_set(err, ERROR_FILE, "%s: its pickle has %llu bytes, expected at most %d", source->label,
                         (unsigned long long)entry->size, PICKLE_BYTES_MAX);
    if (!entry->deflated)
        return pickle_read(source, &at, at + entry->size, file->tensors->arena, result, err);
    uint8_t *bytes = malloc((size_t)entry->size + 1);
    if (!bytes) return tensors_no_memory(file->tensors, err);
    Source memory = source_of_memory(bytes, (size_t)entry->size, source->label);
    at = 0;
    bool good = zip_read(source, entry, bytes, err) &&
                pickle_read(&memory, &at, entry->size, file->tensors->arena, result, err);
    free(bytes);
    return good;
}

bool tensors_open_zip(Tensors *tensors, const TensorsOptions *options, Error *err) {
    TorchZip file = {.tensors = tensors};
    PickleResult pickle = {0};
    if (!zip_open(&file.zip, &tensors->source, tensors->arena, err) || !find_root(&file, err) ||
        !check_order(&file, err) || !read_pickle(&file, &pickle, err))
        return false;
    tensors->kind = "PyTorch zip archive";
    file.records = calloc((size_t)file.zip.count + 1, sizeof(Record *));
    TorchRecords records = {.find = find_record, .context = &file};
    bool good = file.records ? torch_dict_place(tensors, pickle.root, options, &records, err)
                             : tensors_no_memory(tensors, err);
    free(file.records);
    return good && tensors_prepare_inflating(tensors, err);
}
