#include "core/format/tensors.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/format/foreign.h"
#include "core/format/safetensors_header.h"
#include "core/format/tensors_inside.h"

enum { STREAM_FIRST_BYTES = 32 };

bool tensors_no_memory(const Tensors *tensors, Error *err) {
    return error_set(err, ERROR_FAILED, "%s: not enough memory", tensors->label);
}

/* The one group of a container that has no dictionaries. */
static bool set_single_group(Tensors *tensors, Error *err) {
    TensorsGroup *group = arena_alloc(tensors->arena, 1, sizeof *group);
    if (!group) return tensors_no_memory(tensors, err);
    *group = (TensorsGroup){.key = "", .tensor_count = tensors->count};
    for (int k = 0; k < tensors->count; k++) {
        const StoredTensor *stored = &tensors->tensors[k].stored;
        if (element_is_readable(stored->type)) group->value_count += stored->count;
    }
    tensors->groups = group;
    tensors->group_count = 1;
    return true;
}

/* Of what has no dictionaries. */
static bool keep_key(Tensors *tensors, const char *key, Error *err) {
    return key && *key ? tensors_keep_front(tensors, key, err) : set_single_group(tensors, err);
}

/* Takes the source, also on failure. */
static bool open_safetensors(Tensors *tensors, const TensorsOptions *options, Error *err) {
    Safetensors *file = safetensors_open_source(tensors->source, tensors->label, err);
    tensors->source = (Source){0};
    if (!file) return false;
    int count = safetensors_count(file);
    Record *record = arena_alloc(tensors->arena, 1, sizeof *record);
    tensors->safetensors = file;
    tensors->kind = "safetensors";
    tensors->tensors = arena_alloc(tensors->arena, (size_t)count, sizeof *tensors->tensors);
    if (!record || !tensors->tensors) return tensors_no_memory(tensors, err);
    uint64_t bytes = file->source.size - file->data_start;
    *record = (Record){
        .source = &file->source, .name = "data", .offset = file->data_start, .stored = bytes, .size = bytes};
    for (int k = 0; k < count; k++) {
        const SafetensorsTensor *from = safetensors_get(file, k);
        PlacedTensor *to = &tensors->tensors[tensors->count++];
        *to = (PlacedTensor){
            .stored = {.name = from->name, .type = from->type, .rank = from->rank, .count = from->count},
            .home = tensors,
            .record = record,
            .begin = from->begin};
        memcpy(to->stored.dims, from->dims, sizeof to->stored.dims);
        tensors_set_row_major(to);
    }
    const char *key = options ? options->key : NULL;
    if (safetensors_value(file, "checkpoint_step")) return tensors_keep_of_training(tensors, key, err);
    return keep_key(tensors, key, err);
}

static Tensors *tensors_new(const char *label, Error *err) {
    Arena *arena = arena_new();
    Tensors *tensors = arena ? arena_alloc(arena, 1, sizeof *tensors) : NULL;
    char *copy = tensors ? arena_alloc(arena, strlen(label) + 1, 1) : NULL;
    if (!copy) {
        error_set(err, ERROR_FAILED, "%s: not enough memory", label);
        arena_free(arena);
        return NULL;
    }
    *tensors = (Tensors){.arena = arena, .label = strcpy(copy, label), .left_out = ""};
    return tensors;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const PlacedTensor *)a)->stored.name, ((const PlacedTensor *)b)->stored.name);
}

bool tensors_check_name(const Tensors *tensors, const char *name, Error *err) {
    return safetensors_check_name(tensors->label, name, err);
}

bool tensors_sort(Tensors *tensors, Error *err) {
    qsort(tensors->tensors, (size_t)tensors->count, sizeof *tensors->tensors, by_name);
    for (int k = 1; k < tensors->count; k++) {
        const char *name = tensors->tensors[k].stored.name;
        if (strcmp(tensors->tensors[k - 1].stored.name, name) == 0)
            return error_set(err, ERROR_FILE, "%s: the tensor '%s' appears twice", tensors->label, name);
    }
    return true;
}

/* The number that the stream of PyTorch before 1.6 begins with, as a pickle of any protocol: 0x1950a86a20f9469cfc6c. Further on
 * it would be a file within a file. */
static bool is_stream(const uint8_t *first, size_t count) {
    if (count > STREAM_FIRST_BYTES) count = STREAM_FIRST_BYTES;
    static const char binary[] = "\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19",
                      decimal[] = "L119547037146038801333356L";
    return (count > 0 && first[0] == 0x80 && memmem(first, count, binary, sizeof binary - 1)) ||
           (count >= sizeof decimal && memcmp(first, decimal, sizeof decimal - 1) == 0);
}

/* A small header length and a brace: then no signature of another format fits but by chance. */
static bool is_safetensors(const uint8_t *first, size_t count) {
    return count >= 9 && first[8] == '{' && memcmp(first + 4, "\0\0\0\0", 4) == 0;
}

static bool is_text(const uint8_t *first, size_t count) {
    for (size_t k = 0; k < count; k++) {
        if ((first[k] < ' ' && !memchr("\t\r\n", first[k], 3)) || first[k] == 0x7f) return false;
    }
    return count > 0;
}

/* What is damaged in such a file is worth saying, even where its first bytes are no longer those of one. */
static bool is_called_safetensors(const char *label) {
    static const char ending[] = ".safetensors";
    size_t length = strlen(label), tail = sizeof ending - 1;
    return length > tail && strcmp(label + length - tail, ending) == 0;
}

static bool open_by_content(Tensors *tensors, const TensorsOptions *options, Error *err) {
    uint8_t first[FOREIGN_BYTES];
    size_t count = tensors->source.size < sizeof first ? (size_t)tensors->source.size : sizeof first;
    if (!source_read(&tensors->source, 0, first, count, err)) return false;
    if (is_safetensors(first, count)) return open_safetensors(tensors, options, err);
    if (count >= 4 && memcmp(first, "PK\3\4", 4) == 0) return tensors_open_zip(tensors, options, err);
    if (is_stream(first, count)) return tensors_open_stream(tensors, options, err);
    if (count > 0 && first[0] == '{' && !tensors->is_shard)
        return tensors_open_index(tensors, err) && keep_key(tensors, options ? options->key : NULL, err);
    const char *what = is_text(first, count) ? "a text file" : NULL;
    if (foreign_describe(first, count)) what = foreign_describe(first, count);
    if (!what && (count == 0 || is_called_safetensors(tensors->label)))
        return open_safetensors(tensors, options, err);
    return error_set(err, ERROR_FILE,
                     "%s: expected weights, as safetensors or a checkpoint of PyTorch, found %s",
                     tensors->label, what ? what : "something else");
}

/* Takes the source, also on failure, and for a NULL that was to be the tensors. */
static Tensors *open_source(Source source, Tensors *tensors, const TensorsOptions *options, Error *err) {
    if (!tensors) {
        source_close(&source);
        return NULL;
    }
    tensors->source = source;
    tensors->source.label = tensors->label;
    if (open_by_content(tensors, options, err)) return tensors;
    tensors_close(tensors);
    return NULL;
}

Tensors *tensors_open_file(const char *path, const TensorsOptions *options, Error *err) {
    char inner[PATH_MAX];
    Source source;
    if (tensors_is_folder(path)) {
        if (!tensors_find_in_folder(path, inner, err)) return NULL;
        path = inner;
    }
    return source_open_file(&source, path, err) ? open_source(source, tensors_new(path, err), options, err)
                                                : NULL;
}

Tensors *tensors_open_shard(const char *path, Error *err) {
    Source source;
    if (!source_open_file(&source, path, err)) return NULL;
    Tensors *tensors = tensors_new(path, err);
    if (tensors) tensors->is_shard = true;
    return open_source(source, tensors, NULL, err);
}

Tensors *tensors_open_memory(const void *bytes, size_t size, const char *label, const TensorsOptions *options,
                             Error *err) {
    return open_source(source_of_memory(bytes, size, label), tensors_new(label, err), options, err);
}

void tensors_close(Tensors *tensors) {
    if (!tensors) return;
    for (int k = 0; k < tensors->shard_count; k++) tensors_close(tensors->shards[k]);
    safetensors_close(tensors->safetensors);
    tensors_end_inflating(tensors);
    source_close(&tensors->source);
    arena_free(tensors->arena);
}

const char *tensors_label(const Tensors *tensors) {
    return tensors->label;
}

const char *tensors_kind(const Tensors *tensors) {
    return tensors->kind;
}

int tensors_count(const Tensors *tensors) {
    return tensors->count;
}

const StoredTensor *tensors_get(const Tensors *tensors, int index) {
    assert(index >= 0 && index < tensors->count);
    return &tensors->tensors[index].stored;
}

static int compare_name(const void *name, const void *tensor) {
    return strcmp(name, ((const PlacedTensor *)tensor)->stored.name);
}

const StoredTensor *tensors_find(const Tensors *tensors, const char *name) {
    if (tensors->count == 0) return NULL;
    const PlacedTensor *found =
        bsearch(name, tensors->tensors, (size_t)tensors->count, sizeof *tensors->tensors, compare_name);
    return found ? &found->stored : NULL;
}

int tensors_group_count(const Tensors *tensors) {
    return tensors->group_count;
}

const TensorsGroup *tensors_group(const Tensors *tensors, int index) {
    assert(index >= 0 && index < tensors->group_count);
    return &tensors->groups[index];
}

const char *tensors_left_out(const Tensors *tensors) {
    return tensors->left_out;
}

int tensors_pair_count(const Tensors *tensors) {
    return tensors->safetensors ? safetensors_pair_count(tensors->safetensors) : 0;
}

SafetensorsPair tensors_pair(const Tensors *tensors, int index) {
    assert(tensors->safetensors);
    if (tensors->pairs) return tensors->pairs[index];
    return safetensors_pair(tensors->safetensors, index);
}

const char *tensors_value(const Tensors *tensors, const char *key) {
    for (int k = 0; k < tensors_pair_count(tensors); k++) {
        SafetensorsPair pair = tensors_pair(tensors, k);
        if (strcmp(pair.key, key) == 0) return pair.value;
    }
    return NULL;
}

bool tensors_check_data(const Tensors *tensors, Error *err) {
    if (tensors->safetensors) return safetensors_check_data(tensors->safetensors, err);
    for (int k = 0; k < tensors->shard_count; k++) {
        if (!tensors_check_data(tensors->shards[k], err)) return false;
    }
    return tensors->shard_count > 0 || tensors_check_records(tensors, err);
}
