/* Named tensors, whatever container holds them: a safetensors file, a checkpoint of PyTorch (a zip archive or the
 * stream before 1.6), or several files with an index of them.
 *
 * The content says which container it is, never the name. Opening reads what describes the tensors and checks all of
 * it; a tensor's values are read when they are asked for, so that a file of the wrong network costs nothing. Nothing
 * of a checkpoint is ever executed. A container that is not read is refused in one sentence that says what it is and
 * what to do. */
#ifndef CORE_FORMAT_TENSORS_H
#define CORE_FORMAT_TENSORS_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/format/safetensors.h"

enum { TENSORS_RANK_MAX = SAFETENSORS_RANK_MAX, TENSORS_KEY_MAX = 128, TENSORS_LEFT_OUT_MAX = 400 };

typedef struct Tensors Tensors;

typedef struct StoredTensor {
    const char *name;
    ElementType type;
    int rank; /* 0 for a scalar */
    uint64_t dims[TENSORS_RANK_MAX];
    uint64_t count; /* elements */
} StoredTensor;

/* One of several dictionaries of tensors in a checkpoint. */
typedef struct TensorsGroup {
    const char *key; /* "state_dict", "state.model"; "" for the outermost */
    int tensor_count;
    uint64_t value_count; /* elements of them all, those of integers not counted */
} TensorsGroup;

typedef struct TensorsOptions {
    /* The dictionary to be taken; NULL: the largest, and of equal ones no moving average. Where there is none of that
     * key, the tensors whose names begin with it: "model_ema" takes "model_ema.conv1.weight" as "conv1.weight". */
    const char *key;
} TensorsOptions;

/* `path` may be a folder that has one such file or an index. `options` may be NULL. */
Tensors *tensors_open_file(const char *path, const TensorsOptions *options, Error *err);
/* `bytes` must outlive the Tensors; `label` stands for the path in messages. */
Tensors *tensors_open_memory(const void *bytes, size_t size, const char *label, const TensorsOptions *options,
                             Error *err);
void tensors_close(Tensors *tensors); /* NULL is fine */

const char *tensors_label(const Tensors *tensors);
const char *tensors_kind(const Tensors *tensors); /* "safetensors", "PyTorch zip archive" */

/* Sorted by name; NULL when there is none of that name. */
int tensors_count(const Tensors *tensors);
const StoredTensor *tensors_get(const Tensors *tensors, int index);
const StoredTensor *tensors_find(const Tensors *tensors, const char *name);

/* The dictionaries to choose from, the one that was taken first: at least one, and in what has no dictionaries only
 * that of key "". */
int tensors_group_count(const Tensors *tensors);
const TensorsGroup *tensors_group(const Tensors *tensors, int index);
/* What else the file holds, as "model_ema (123 tensors), optimizer (160 tensors), epoch"; "" for nothing. */
const char *tensors_left_out(const Tensors *tensors);

/* String pairs of a safetensors file's metadata; NULL when there is none of that key. */
int tensors_pair_count(const Tensors *tensors);
SafetensorsPair tensors_pair(const Tensors *tensors, int index);
const char *tensors_value(const Tensors *tensors, const char *key);

/* tensor->count floats in row-major order, from F32, F16, BF16 (exact) or F64 (rounded); other types are an error
 * that names the tensor. `tensor` is one of these tensors'. */
bool tensors_read(const Tensors *tensors, const StoredTensor *tensor, float *out, Error *err);
/* The same of some of its values: `count` of them from `first` on. Any thread. */
bool tensors_read_part(const Tensors *tensors, const StoredTensor *tensor, uint64_t first, uint64_t count,
                       float *out, Error *err);

/* Compares the data with the checksums that the container has of it, if it has any. Reads all of it, by all
 * threads. */
bool tensors_check_data(const Tensors *tensors, Error *err);

#endif
