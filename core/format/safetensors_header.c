#include "core/format/safetensors_header.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *copy_text(Safetensors *file, const char *text) {
    size_t length = strlen(text);
    char *copy = arena_alloc(file->arena, length + 1, 1);
    return copy ? memcpy(copy, text, length) : NULL;
}

static bool no_memory(const Safetensors *file, Error *err) {
    return error_set(err, ERROR_FAILED, "%s: not enough memory for its header", file->label);
}

bool safetensors_check_name(const char *label, const char *name, Error *err) {
    size_t length = strlen(name);
    if (length == 0 || length > SAFETENSORS_NAME_MAX) {
        return error_set(err, ERROR_FILE, "%s: a tensor name has %zu bytes, expected 1 to %d", label, length,
                         SAFETENSORS_NAME_MAX);
    }
    for (size_t k = 0; k < length; k++) {
        unsigned char byte = (unsigned char)name[k];
        if (byte < 0x20 || byte == 0x7F) {
            return error_set(err, ERROR_FILE, "%s: the tensor name '%s' has a control character", label,
                             name);
        }
    }
    return true;
}

static bool parse_type(const Safetensors *file, SafetensorsTensor *tensor, const json_t *value, Error *err) {
    const char *name = json_string_value(value);
    if (!name)
        return error_set(err, ERROR_FILE, "%s: the dtype of tensor '%s' is no string", file->label,
                         tensor->name);
    tensor->type = element_type_of(name);
    if (tensor->type < ELEMENT_TYPE_COUNT) return true;
    return error_set(err, ERROR_FILE, "%s: tensor '%s' has the unsupported dtype '%s'", file->label,
                     tensor->name, name);
}

static bool parse_shape(const Safetensors *file, SafetensorsTensor *tensor, const json_t *value, Error *err) {
    if (!json_is_array(value) || json_array_size(value) > SAFETENSORS_RANK_MAX) {
        return error_set(err, ERROR_FILE, "%s: the shape of tensor '%s' is no list of at most %d numbers",
                         file->label, tensor->name, SAFETENSORS_RANK_MAX);
    }
    tensor->rank = (int)json_array_size(value);
    tensor->count = 1;
    for (int k = 0; k < tensor->rank; k++) {
        const json_t *dim = json_array_get(value, (size_t)k);
        if (!json_is_integer(dim) || json_integer_value(dim) < 0) {
            return error_set(err, ERROR_FILE, "%s: the shape of tensor '%s' must be non-negative integers",
                             file->label, tensor->name);
        }
        tensor->dims[k] = (uint64_t)json_integer_value(dim);
        if (__builtin_mul_overflow(tensor->count, tensor->dims[k], &tensor->count)) {
            return error_set(err, ERROR_FILE, "%s: the shape of tensor '%s' overflows", file->label,
                             tensor->name);
        }
    }
    return true;
}

static bool parse_offsets(const Safetensors *file, SafetensorsTensor *tensor, const json_t *value,
                          Error *err) {
    const json_t *begin = json_array_get(value, 0), *end = json_array_get(value, 1);
    if (json_array_size(value) != 2 || !json_is_integer(begin) || !json_is_integer(end) ||
        json_integer_value(begin) < 0 || json_integer_value(end) < 0) {
        return error_set(err, ERROR_FILE,
                         "%s: the data_offsets of tensor '%s' must be two non-negative integers", file->label,
                         tensor->name);
    }
    tensor->begin = (uint64_t)json_integer_value(begin);
    tensor->end = (uint64_t)json_integer_value(end);
    if (tensor->end >= tensor->begin) return true;
    return error_set(err, ERROR_FILE, "%s: the data_offsets of tensor '%s' run backwards", file->label,
                     tensor->name);
}

static bool check_bytes(const Safetensors *file, const SafetensorsTensor *tensor, Error *err) {
    uint64_t needed, range = tensor->end - tensor->begin;
    if (__builtin_mul_overflow(tensor->count, (uint64_t)element_bytes(tensor->type), &needed)) {
        return error_set(err, ERROR_FILE, "%s: the size of tensor '%s' overflows", file->label, tensor->name);
    }
    if (needed == range) return true;
    return error_set(err, ERROR_FILE, "%s: the shape of tensor '%s' needs %llu bytes, its range has %llu",
                     file->label, tensor->name, (unsigned long long)needed, (unsigned long long)range);
}

static bool parse_tensor(Safetensors *file, const char *name, const json_t *entry, Error *err) {
    if (!safetensors_check_name(file->label, name, err)) return false;
    SafetensorsTensor *tensor = &file->tensors[file->tensor_count];
    *tensor = (SafetensorsTensor){.name = copy_text(file, name)};
    if (!tensor->name) return no_memory(file, err);
    const json_t *dtype = json_object_get(entry, "dtype"), *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    if (!dtype || !shape || !offsets || json_object_size(entry) != 3) {
        return error_set(
            err, ERROR_FILE,
            "%s: the entry of tensor '%s' is invalid, expected exactly dtype, shape and data_offsets",
            file->label, name);
    }
    file->tensor_count++;
    return parse_type(file, tensor, dtype, err) && parse_shape(file, tensor, shape, err) &&
           parse_offsets(file, tensor, offsets, err) && check_bytes(file, tensor, err);
}

static bool parse_metadata(Safetensors *file, json_t *object, Error *err) {
    if (!json_is_object(object))
        return error_set(err, ERROR_FILE, "%s: its __metadata__ is no object", file->label);
    file->pairs = arena_alloc(file->arena, json_object_size(object), sizeof *file->pairs);
    if (!file->pairs) return no_memory(file, err);
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        if (!json_is_string(value)) {
            return error_set(err, ERROR_FILE, "%s: the metadata '%s' is no string", file->label, key);
        }
        SafetensorsPair *pair = &file->pairs[file->pair_count++];
        *pair = (SafetensorsPair){.key = copy_text(file, key),
                                  .value = copy_text(file, json_string_value(value))};
        if (!pair->key || !pair->value) return no_memory(file, err);
    }
    return true;
}

static int by_range(const void *a, const void *b) {
    const SafetensorsTensor *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end) return x->end < y->end ? -1 : 1;
    return 0;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const SafetensorsTensor *)a)->name, ((const SafetensorsTensor *)b)->name);
}

/* The ranges follow each other without overlap or hole and end with the file. */
static bool check_ranges(const Safetensors *file, Error *err) {
    uint64_t reached = 0, available = file->source.size - file->data_start;
    for (int k = 0; k < file->tensor_count; k++) {
        const SafetensorsTensor *tensor = &file->tensors[k];
        if (tensor->begin < reached) {
            return error_set(err, ERROR_FILE, "%s: the data of tensor '%s' overlaps that of '%s'",
                             file->label, tensor->name, file->tensors[k - 1].name);
        }
        if (tensor->begin > reached) {
            return error_set(err, ERROR_FILE, "%s: the data bytes %llu to %llu are not covered by any tensor",
                             file->label, (unsigned long long)reached, (unsigned long long)tensor->begin);
        }
        reached = tensor->end;
    }
    if (reached > available) {
        return error_set(err, ERROR_FILE, "%s: is truncated: it has %llu of %llu bytes", file->label,
                         (unsigned long long)file->source.size,
                         (unsigned long long)(file->data_start + reached));
    }
    if (reached == available) return true;
    return error_set(err, ERROR_FILE, "%s: has %llu bytes after the last tensor", file->label,
                     (unsigned long long)(available - reached));
}

static bool parse_root(Safetensors *file, json_t *root, Error *err) {
    if (!json_is_object(root))
        return error_set(err, ERROR_FILE, "%s: its header is no JSON object", file->label);
    file->tensors = arena_alloc(file->arena, json_object_size(root), sizeof *file->tensors);
    if (!file->tensors) return no_memory(file, err);
    const char *name;
    json_t *entry;
    json_object_foreach(root, name, entry) {
        bool good = strcmp(name, "__metadata__") == 0 ? parse_metadata(file, entry, err)
                                                      : parse_tensor(file, name, entry, err);
        if (!good) return false;
    }
    qsort(file->tensors, (size_t)file->tensor_count, sizeof *file->tensors, by_range);
    if (!check_ranges(file, err)) return false;
    qsort(file->tensors, (size_t)file->tensor_count, sizeof *file->tensors, by_name);
    return true;
}

bool safetensors_header_parse(Safetensors *file, const char *header, size_t length, Error *err) {
    json_error_t why;
    json_t *root = json_loadb(header, length, JSON_REJECT_DUPLICATES, &why);
    if (!root) {
        return error_set(err, ERROR_FILE, "%s: its header is invalid JSON at byte %d: %s", file->label,
                         why.position, why.text);
    }
    bool good = parse_root(file, root, err);
    json_decref(root);
    return good;
}
