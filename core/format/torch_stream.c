/* Checkpoints of PyTorch before 1.6: five pickles one after the other - a magic number, a version, the sizes of types, what was
 * saved, the keys of its storages - and then the storages in the order of their keys, each with its number of elements before
 * it. Source: torch/serialization.py, _legacy_save. */
#include <stdlib.h>
#include <string.h>

#include "core/format/little.h"
#include "core/format/pickle.h"
#include "core/format/torch_dict.h"

enum { STREAM_VERSION = 1001 };

typedef struct Stored {
    const PickleStorage *storage;
    Record *record;
} Stored;

typedef struct TorchStream {
    Tensors *tensors;
    Stored *storages; /* by key, each once */
    int count;
} TorchStream;

static bool refuse_stream(const Tensors *tensors, const char *problem, Error *err) {
    return error_set(err, ERROR_FILE, "%s: is a damaged checkpoint of PyTorch: %s", tensors->label, problem);
}

static int by_key(const void *a, const void *b) {
    return strcmp(((const Stored *)a)->storage->key, ((const Stored *)b)->storage->key);
}

/* All that the pickle names, once each: what shares a key must be the same. */
static bool gather_storages(TorchStream *stream, const PickleItems *items, Error *err) {
    stream->storages = arena_alloc(stream->tensors->arena, items->count, sizeof *stream->storages);
    if (!stream->storages) return tensors_no_memory(stream->tensors, err);
    for (size_t k = 0; k < items->count; k++) stream->storages[k].storage = items->at[k]->as.storage;
    qsort(stream->storages, items->count, sizeof *stream->storages, by_key);
    for (size_t k = 0; k < items->count; k++) {
        const PickleStorage *now = stream->storages[k].storage;
        const PickleStorage *last = stream->count > 0 ? stream->storages[stream->count - 1].storage : NULL;
        if (!last || strcmp(last->key, now->key) != 0)
            stream->storages[stream->count++] = stream->storages[k];
        else if (last->type != now->type || last->count != now->count)
            return refuse_stream(stream->tensors, "a storage is said to be of two sizes or types", err);
    }
    return true;
}

static Stored *find_stored(const TorchStream *stream, const char *key) {
    PickleStorage storage = {.key = key};
    Stored wanted = {.storage = &storage};
    if (stream->count == 0) return NULL;
    return bsearch(&wanted, stream->storages, (size_t)stream->count, sizeof *stream->storages, by_key);
}

/* The storage at *at, which moves behind it. */
static bool place_storage(TorchStream *stream, Stored *stored, uint64_t *at, Error *err) {
    Tensors *tensors = stream->tensors;
    const PickleStorage *storage = stored->storage;
    uint8_t count[8];
    uint64_t left = tensors->source.size - *at, bytes;
    if (left < sizeof count) return refuse_stream(tensors, "it is cut off before its last tensors", err);
    if (!source_read(&tensors->source, *at, count, sizeof count, err)) return false;
    if (little_64(count) != storage->count)
        return refuse_stream(tensors, "a storage has another number of values than its pickle says", err);
    if (__builtin_mul_overflow(storage->count, element_bytes(storage->type), &bytes) ||
        bytes > left - sizeof count)
        return refuse_stream(tensors, "it is cut off within a tensor", err);
    Record *record = arena_alloc(tensors->arena, 1, sizeof *record);
    if (!record) return tensors_no_memory(tensors, err);
    *record = (Record){.source = &tensors->source,
                       .name = storage->key,
                       .offset = *at + sizeof count,
                       .stored = bytes,
                       .size = bytes};
    stored->record = record;
    *at += sizeof count + bytes;
    return true;
}

static bool place_storages(TorchStream *stream, const PickleValue *keys, uint64_t at, Error *err) {
    if (keys->kind != PICKLE_LIST) return refuse_stream(stream->tensors, "it has no list of storages", err);
    for (size_t k = 0; k < keys->as.items.count; k++) {
        const PickleValue *key = keys->as.items.at[k];
        Stored *stored = key->kind == PICKLE_TEXT ? find_stored(stream, key->as.text) : NULL;
        if (!stored || stored->record)
            return refuse_stream(stream->tensors,
                                 "its list of storages has one that is not in its pickle, or twice", err);
        if (!place_storage(stream, stored, &at, err)) return false;
    }
    if (at == stream->tensors->source.size) return true;
    return error_set(err, ERROR_FILE, "%s: has %llu bytes after its last tensor", stream->tensors->label,
                     (unsigned long long)(stream->tensors->source.size - at));
}

static Record *find_record(void *context, const PickleStorage *storage, Error *err) {
    const TorchStream *stream = context;
    const Stored *stored = find_stored(stream, storage->key);
    if (stored && stored->record) return stored->record;
    error_set(err, ERROR_FILE, "%s: does not have the storage '%s', which its pickle names",
              stream->tensors->label, storage->key);
    return NULL;
}

/* The version, and the machine it was made on. */
static bool check_header(const Tensors *tensors, const PickleValue *version, const PickleValue *machine,
                         Error *err) {
    const PickleValue *little = pickle_get(machine, "little_endian");
    if (version->kind != PICKLE_INT || version->as.integer != STREAM_VERSION)
        return refuse_stream(tensors, "its version is not 1001", err);
    if (little && little->kind == PICKLE_BOOL && little->as.integer) return true;
    return error_set(err, ERROR_FILE,
                     "%s: was written by a machine whose numbers have another byte order: load it there and "
                     "save it as safetensors",
                     tensors->label);
}

bool tensors_open_stream(Tensors *tensors, const TensorsOptions *options, Error *err) {
    enum { MAGIC, VERSION, MACHINE, OBJECT, KEYS, PARTS };
    PickleResult parts[PARTS] = {0};
    TorchStream stream = {.tensors = tensors};
    uint64_t at = 0;
    tensors->kind = "PyTorch file before 1.6";
    for (int k = 0; k < PARTS; k++) {
        if (!pickle_read(&tensors->source, &at, tensors->source.size, tensors->arena, &parts[k], err))
            return false;
    }
    TorchRecords records = {.find = find_record, .context = &stream};
    return check_header(tensors, parts[VERSION].root, parts[MACHINE].root, err) &&
           gather_storages(&stream, &parts[OBJECT].storages, err) &&
           place_storages(&stream, parts[KEYS].root, at, err) &&
           torch_dict_place(tensors, parts[OBJECT].root, options, &records, err);
}
