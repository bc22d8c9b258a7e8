/* safetensors files: u64 little-endian header length, that many bytes of JSON, then the data.
 *
 * Opening reads and checks the header only; a tensor's data is read when it is asked for. The checks are
 * those of the reference implementation (ranges contiguous from 0 to the last byte, shapes and sizes agree,
 * all products checked) and more: no duplicate names, exactly the three fields, plain integers, no control
 * characters in names, small caps. Source: github.com/huggingface/safetensors, README "Format" and
 * safetensors/src/tensor.rs. */
#ifndef CORE_FORMAT_SAFETENSORS_H
#define CORE_FORMAT_SAFETENSORS_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/format/element.h"

enum { SAFETENSORS_RANK_MAX = 8 };

typedef struct SafetensorsTensor {
    const char *name;
    ElementType type;
    int rank; /* 0 for a scalar */
    uint64_t dims[SAFETENSORS_RANK_MAX];
    uint64_t count;      /* elements */
    uint64_t begin, end; /* bytes from the start of the data */
} SafetensorsTensor;

typedef struct SafetensorsPair {
    const char *key, *value;
} SafetensorsPair;

typedef struct Safetensors Safetensors;

Safetensors *safetensors_open_file(const char *path, Error *err);
/* `bytes` must outlive the Safetensors; `label` stands for the path in messages. */
Safetensors *safetensors_open_memory(const void *bytes, size_t size, const char *label, Error *err);
void safetensors_close(Safetensors *file); /* NULL is fine */

const char *safetensors_label(const Safetensors *file);

/* Tensors sorted by name; NULL when there is none of that name. */
int safetensors_count(const Safetensors *file);
const SafetensorsTensor *safetensors_get(const Safetensors *file, int index);
const SafetensorsTensor *safetensors_find(const Safetensors *file, const char *name);

/* "__metadata__": string pairs; NULL when there is none of that key. */
int safetensors_pair_count(const Safetensors *file);
SafetensorsPair safetensors_pair(const Safetensors *file, int index);
const char *safetensors_value(const Safetensors *file, const char *key);

/* tensor->count floats, from F32, F16, BF16 (exact) or F64 (rounded); other types are an error that names the
 * tensor. */
bool safetensors_read(const Safetensors *file, const SafetensorsTensor *tensor, float *out, Error *err);
/* The same of some of its values: `count` of them from `first` on. Any thread. */
bool safetensors_read_part(const Safetensors *file, const SafetensorsTensor *tensor, uint64_t first,
                           uint64_t count, float *out, Error *err);

/* Compares the data with the checksum that safetensors_save left in the metadata ("crc32", hexadecimal, of
 * all data bytes); a file without one is taken as it is. Reads the whole file, by all threads. */
bool safetensors_check_data(const Safetensors *file, Error *err);

/* Writing: tensors in file order, given by a callback one at a time so that no second copy of a net is
 * needed. */
typedef struct SafetensorsEntry {
    const char *name;
    int rank;
    const int *dims;
    bool
        half; /* as float16, rounded to the nearest; else as float32. The caller knows that it has that range */
} SafetensorsEntry;

typedef struct SafetensorsContent {
    const SafetensorsEntry *entries; /* any order; the file is sorted by name */
    int entry_count;
    const SafetensorsPair *pairs; /* no key twice; "format" and "crc32" are this module's and skipped */
    int pair_count;
    /* Stores the values of entries[entry] at `out`. */
    void (*fill)(void *context, int entry, float *out);
    void *context;
    const char *keep_suffix; /* the file that is replaced stays under its name with this suffix; or NULL */
} SafetensorsContent;

bool safetensors_save(const char *path, const SafetensorsContent *content, Error *err);

#endif
