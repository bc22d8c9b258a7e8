#include "core/format/tensors.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/format/safetensors_header.h"
#include "core/format/tensors_inside.h"

static bool no_memory(const Tensors *tensors, Error *err) {
    return error_set(err, ERROR_FAILED, "%s: not enough memory", tensors->label);
}

/* The one group of a container that has no dictionaries. */
static bool set_single_group(Tensors *tensors, Error *err) {
    TensorsGroup *group = arena_alloc(tensors->arena, 1, sizeof *group);
    if (!group) return no_memory(tensors, err);
    *group = (TensorsGroup){.key = "", .tensor_count = tensors->count};
    for (int k = 0; k < tensors->count; k++) {
        const StoredTensor *stored = &tensors->tensors[k].stored;
        if (element_is_readable(stored->type)) group->value_count += stored->count;
    }
    tensors->groups = group;
    tensors->group_count = 1;
    return true;
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
    if (!record || !tensors->tensors) return no_memory(tensors, err);
    *record = (Record){.source = &file->source,
                       .name = "data",
                       .offset = file->data_start,
                       .size = file->source.size - file->data_start};
    for (int k = 0; k < count; k++) {
        const SafetensorsTensor *from = safetensors_get(file, k);
        PlacedTensor *to = &tensors->tensors[tensors->count++];
        *to = (PlacedTensor){
            .stored = {.name = from->name, .type = from->type, .rank = from->rank, .count = from->count},
            .record = record,
            .begin = from->begin};
        memcpy(to->stored.dims, from->dims, sizeof to->stored.dims);
        tensors_set_row_major(to);
    }
    const char *key = options ? options->key : NULL;
    if (safetensors_value(file, "checkpoint_step")) return tensors_keep_of_training(tensors, key, err);
    if (!key || *key == '\0') return set_single_group(tensors, err);
    return error_set(err, ERROR_FILE, "%s: holds one network, and nothing is called '%.60s' in it",
                     tensors->label, key);
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

/* Takes the source, also on failure. */
static Tensors *open_source(Source source, const char *label, const TensorsOptions *options, Error *err) {
    Tensors *tensors = tensors_new(label, err);
    if (!tensors) {
        source_close(&source);
        return NULL;
    }
    tensors->source = source;
    tensors->source.label = tensors->label;
    if (open_safetensors(tensors, options, err)) return tensors;
    tensors_close(tensors);
    return NULL;
}

Tensors *tensors_open_file(const char *path, const TensorsOptions *options, Error *err) {
    Source source;
    return source_open_file(&source, path, err) ? open_source(source, path, options, err) : NULL;
}

Tensors *tensors_open_memory(const void *bytes, size_t size, const char *label, const TensorsOptions *options,
                             Error *err) {
    return open_source(source_of_memory(bytes, size, label), label, options, err);
}

void tensors_close(Tensors *tensors) {
    if (!tensors) return;
    safetensors_close(tensors->safetensors);
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
    return !tensors->safetensors || safetensors_check_data(tensors->safetensors, err);
}
