/* Inside of core/format/tensors: what every container becomes. */
#ifndef CORE_FORMAT_TENSORS_INSIDE_H
#define CORE_FORMAT_TENSORS_INSIDE_H

#include <pthread.h>

#include "core/base/arena.h"
#include "core/format/source.h"
#include "core/format/tensors.h"

/* Bytes that belong together: the data of a safetensors file, or one storage of PyTorch. */
typedef struct Record {
    const Source *source;
    const char *name;
    uint64_t offset; /* of its first byte in the source */
    uint64_t size;   /* bytes of what it holds */
} Record;

typedef struct PlacedTensor {
    StoredTensor stored; /* first, so that a pointer to it is one to the whole */
    const Record *record;
    uint64_t begin;                     /* of its first element: bytes from the record's start */
    uint64_t strides[TENSORS_RANK_MAX]; /* elements from one index to the next */
} PlacedTensor;

struct Tensors {
    Arena *arena;
    const char *label, *kind;
    Source source;
    Safetensors *safetensors; /* NULL for other containers */
    PlacedTensor *tensors;    /* by name */
    int count;
    const TensorsGroup *groups;
    int group_count;
    const char *left_out;
    const SafetensorsPair
        *pairs; /* as many as the safetensors file has, in place of its own; NULL: its own */
};

/* Of the checkpoint of a training, whose tensors and metadata are all there: one network's; the first one where `key` is
 * NULL. */
bool tensors_keep_of_training(Tensors *tensors, const char *key, Error *err);

/* The strides of an array without gaps. */
void tensors_set_row_major(PlacedTensor *tensor);

#endif
