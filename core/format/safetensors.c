#include "core/format/safetensors.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/base/checksum.h"
#include "core/base/parallel.h"
#include "core/format/foreign.h"
#include "core/format/safetensors_header.h"

enum { SAFETENSORS_CHUNK_BYTES = 1 << 16 };
/* Of the checksum; as many as keep all threads busy to the end. */
enum { SAFETENSORS_PARTS_MAX = 256, SAFETENSORS_PART_BYTES = 1 << 20 };

/* The first bytes cannot be a safetensors file's: says what they are, where that is known. */
static bool refuse_start(const Safetensors *file, const char *problem, Error *err) {
    uint8_t first[FOREIGN_BYTES];
    size_t count = file->source.size < sizeof first ? (size_t)file->source.size : sizeof first;
    if (!source_read(&file->source, 0, first, count, err)) return false;
    const char *name = foreign_describe(first, count);
    if (name)
        return error_set(err, ERROR_FILE, "%s: expected a safetensors file, found %s", file->label, name);
    return error_set(err, ERROR_FILE, "%s: is no safetensors file: %s", file->label, problem);
}

static bool measure_header(const Safetensors *file, uint64_t *length, Error *err) {
    char problem[160];
    if (file->source.size == 0) return error_set(err, ERROR_FILE, "%s: the file is empty", file->label);
    if (file->source.size < 8) {
        snprintf(problem, sizeof problem, "%d bytes are too short for one", (int)file->source.size);
        return refuse_start(file, problem, err);
    }
    uint8_t bytes[8];
    if (!source_read(&file->source, 0, bytes, sizeof bytes, err)) return false;
    *length = 0;
    for (int k = 7; k >= 0; k--) *length = *length << 8 | bytes[k];
    if (*length > SAFETENSORS_HEADER_MAX) {
        snprintf(problem, sizeof problem, "its header length of %llu bytes is absurd, expected at most %d",
                 (unsigned long long)*length, SAFETENSORS_HEADER_MAX);
        return refuse_start(file, problem, err);
    }
    if (*length > file->source.size - 8) {
        snprintf(problem, sizeof problem, "its header needs %llu bytes, the file has %llu",
                 (unsigned long long)*length + 8, (unsigned long long)file->source.size);
        return refuse_start(file, problem, err);
    }
    return true;
}

static bool read_header(Safetensors *file, Error *err) {
    uint64_t length = 0;
    if (!measure_header(file, &length, err)) return false;
    char *header = malloc((size_t)length + 1);
    if (!header) return error_set(err, ERROR_FAILED, "%s: not enough memory for its header", file->label);
    bool good = source_read(&file->source, 8, header, (size_t)length, err);
    if (good && (length == 0 || !memchr("{ \t\r\n", header[0], 5))) {
        good = refuse_start(file, "its header does not begin with a brace", err);
    }
    file->data_start = 8 + length;
    good = good && safetensors_header_parse(file, header, (size_t)length, err);
    free(header);
    return good;
}

Safetensors *safetensors_open_source(Source source, const char *label, Error *err) {
    Arena *arena = arena_new();
    Safetensors *opened = arena ? arena_alloc(arena, 1, sizeof *opened) : NULL;
    char *copy = opened ? arena_alloc(arena, strlen(label) + 1, 1) : NULL;
    if (!copy) {
        error_set(err, ERROR_FAILED, "%s: not enough memory", label);
        source_close(&source);
        arena_free(arena);
        return NULL;
    }
    opened->label = source.label = strcpy(copy, label);
    opened->source = source;
    opened->arena = arena;
    if (read_header(opened, err)) return opened;
    safetensors_close(opened);
    return NULL;
}

Safetensors *safetensors_open_file(const char *path, Error *err) {
    Source source;
    return source_open_file(&source, path, err) ? safetensors_open_source(source, path, err) : NULL;
}

Safetensors *safetensors_open_memory(const void *bytes, size_t size, const char *label, Error *err) {
    return safetensors_open_source(source_of_memory(bytes, size, label), label, err);
}

void safetensors_close(Safetensors *file) {
    if (!file) return;
    source_close(&file->source);
    arena_free(file->arena);
}

const char *safetensors_label(const Safetensors *file) {
    return file->label;
}

int safetensors_count(const Safetensors *file) {
    return file->tensor_count;
}

const SafetensorsTensor *safetensors_get(const Safetensors *file, int index) {
    assert(index >= 0 && index < file->tensor_count);
    return &file->tensors[index];
}

static int compare_name(const void *name, const void *tensor) {
    return strcmp(name, ((const SafetensorsTensor *)tensor)->name);
}

const SafetensorsTensor *safetensors_find(const Safetensors *file, const char *name) {
    if (file->tensor_count == 0) return NULL;
    return bsearch(name, file->tensors, (size_t)file->tensor_count, sizeof *file->tensors, compare_name);
}

int safetensors_pair_count(const Safetensors *file) {
    return file->pair_count;
}

SafetensorsPair safetensors_pair(const Safetensors *file, int index) {
    assert(index >= 0 && index < file->pair_count);
    return file->pairs[index];
}

const char *safetensors_value(const Safetensors *file, const char *key) {
    for (int k = 0; k < file->pair_count; k++) {
        if (strcmp(file->pairs[k].key, key) == 0) return file->pairs[k].value;
    }
    return NULL;
}

bool safetensors_read_part(const Safetensors *file, const SafetensorsTensor *tensor, uint64_t first,
                           uint64_t count, float *out, Error *err) {
    size_t size = element_bytes(tensor->type);
    uint64_t at = file->data_start + tensor->begin + first * size;
    assert(first <= tensor->count && count <= tensor->count - first);
    if (tensor->type == ELEMENT_F32) return source_read(&file->source, at, out, (size_t)count * size, err);
    if (!element_is_readable(tensor->type)) {
        return error_set(err, ERROR_FILE, "%s: %s has the type %s, expected F32, F16, BF16 or F64",
                         file->label, tensor->name, element_type_name(tensor->type));
    }
    uint8_t chunk[SAFETENSORS_CHUNK_BYTES];
    for (uint64_t done = 0; done < count;) {
        size_t now = count - done < sizeof chunk / size ? (size_t)(count - done) : sizeof chunk / size;
        if (!source_read(&file->source, at + done * size, chunk, now * size, err)) return false;
        element_to_float(tensor->type, chunk, now, out + done);
        done += now;
    }
    return true;
}

bool safetensors_read(const Safetensors *file, const SafetensorsTensor *tensor, float *out, Error *err) {
    return safetensors_read_part(file, tensor, 0, tensor->count, out, err);
}

/* Parts of the file, each with the checksum of its own. */
typedef struct Checksum {
    const Safetensors *file;
    uint64_t begin, part_bytes;
    uLong *parts;
    Error *errors; /* of each part */
} Checksum;

static void check_part(void *context, int begin, int end, int worker) {
    const Checksum *sum = context;
    uint8_t chunk[SAFETENSORS_CHUNK_BYTES];
    (void)worker;
    for (int part = begin; part < end; part++) {
        uint64_t at = sum->begin + (uint64_t)part * sum->part_bytes, stop = at + sum->part_bytes;
        if (stop > sum->file->source.size) stop = sum->file->source.size;
        uLong crc = crc32(0, NULL, 0);
        while (at < stop) {
            size_t count = stop - at < sizeof chunk ? (size_t)(stop - at) : sizeof chunk;
            if (!source_read(&sum->file->source, at, chunk, count, &sum->errors[part])) break;
            crc = checksum_crc32((uint32_t)crc, chunk, count);
            at += count;
        }
        sum->parts[part] = crc;
    }
}

/* Of all data; the parts' are put together as zlib does it, without their bytes. */
static bool find_checksum(const Checksum *sum, int parts, uLong *crc, Error *err) {
    uint64_t left = sum->file->source.size - sum->begin;
    parallel_for(parts, 1, check_part, (void *)sum);
    *crc = crc32(0, NULL, 0);
    for (int part = 0; part < parts; part++, left -= sum->part_bytes) {
        uint64_t length = left < sum->part_bytes ? left : sum->part_bytes;
        const Error *problem = &sum->errors[part];
        if (problem->kind != ERROR_NONE) return error_set(err, problem->kind, "%s", problem->text);
        *crc = crc32_combine(*crc, sum->parts[part], (z_off_t)length);
    }
    return true;
}

bool safetensors_check_data(const Safetensors *file, Error *err) {
    const char *expected = safetensors_value(file, "crc32");
    uLong parts[SAFETENSORS_PARTS_MAX], crc;
    char found[16];
    if (!expected) return true;
    uint64_t bytes = file->source.size - file->data_start, part = bytes / SAFETENSORS_PARTS_MAX + 1;
    if (part < SAFETENSORS_PART_BYTES) part = SAFETENSORS_PART_BYTES;
    int count = (int)((bytes + part - 1) / part);
    Checksum sum = {.file = file,
                    .begin = file->data_start,
                    .part_bytes = part,
                    .parts = parts,
                    .errors = calloc((size_t)count + 1, sizeof(Error))};
    if (!sum.errors) return error_set(err, ERROR_FAILED, "%s: not enough memory", file->label);
    bool good = find_checksum(&sum, count, &crc, err);
    free(sum.errors);
    if (!good) return false;
    snprintf(found, sizeof found, "%08lx", crc);
    if (strcmp(found, expected) == 0) return true;
    return error_set(err, ERROR_FILE,
                     "%s: is damaged: the checksum of its data is %s, its metadata (crc32) says %s",
                     file->label, found, expected);
}
