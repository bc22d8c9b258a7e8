/* Inside of core/format/tensors: what every container becomes. */
#ifndef CORE_FORMAT_TENSORS_INSIDE_H
#define CORE_FORMAT_TENSORS_INSIDE_H

#include <limits.h>
#include <pthread.h>

#include "core/base/arena.h"
#include "core/format/source.h"
#include "core/format/tensors.h"

/* Bytes that belong together: the data of a safetensors file, or one storage of PyTorch. */
typedef struct Record {
    const Source *source;
    const char *name;
    uint64_t offset; /* of its first byte in the source */
    uint64_t stored; /* bytes as they lie there */
    uint64_t size;   /* bytes of what they are */
    bool deflated;
    bool has_crc;
    uint32_t crc; /* of what they are */
} Record;

typedef struct PlacedTensor {
    StoredTensor stored; /* first, so that a pointer to it is one to the whole */
    const Tensors *home; /* whose the record is */
    Record *record;
    uint64_t begin;                     /* of its first element: bytes from the record's start */
    uint64_t strides[TENSORS_RANK_MAX]; /* elements from one index to the next */
} PlacedTensor;

struct Tensors {
    Arena *arena;
    const char *label, *kind;
    Source source;
    Safetensors *safetensors; /* NULL for other containers */
    Tensors **shards;         /* the files that an index names */
    int shard_count;
    bool is_shard;         /* named by an index, and must be none */
    PlacedTensor *tensors; /* by name */
    int count;
    TensorsGroup *groups;
    int group_count;
    const char *left_out;
    const SafetensorsPair
        *pairs; /* as many as the safetensors file has, in place of its own; NULL: its own */
    struct Inflated
        *inflated; /* of the record that was read last of those deflated; NULL where there is none */
};

/* Of the checkpoint of a training, whose tensors and metadata are all there: one network's; the first one where `key` is
 * NULL. */
bool tensors_keep_of_training(Tensors *tensors, const char *key, Error *err);

bool tensors_no_memory(const Tensors *tensors, Error *err);

/* By name; a name that is there twice is an error. */
bool tensors_sort(Tensors *tensors, Error *err);
/* A name that can be shown, of a length that can be: as in safetensors files. */
bool tensors_check_name(const Tensors *tensors, const char *name, Error *err);

/* Reading of what tensors->source holds, by what it is; see tensors.c. */
bool tensors_open_zip(Tensors *tensors, const TensorsOptions *options, Error *err);
bool tensors_open_stream(Tensors *tensors, const TensorsOptions *options, Error *err);
bool tensors_open_index(Tensors *tensors, Error *err);
/* Only the tensors whose names begin with the key, without it, as the one group. */
bool tensors_keep_front(Tensors *tensors, const char *key, Error *err);

/* A file that an index names: no folder, and no index. */
Tensors *tensors_open_shard(const char *path, Error *err);

bool tensors_is_folder(const char *path);
/* The one file of weights or index in a folder. */
bool tensors_find_in_folder(const char *folder, char path[PATH_MAX], Error *err);

/* Room for reading deflated records, by tensors_read_part. */
bool tensors_prepare_inflating(Tensors *tensors, Error *err);
void tensors_end_inflating(Tensors *tensors);

/* Compares every record that is stored and has a checksum with it. Those deflated are checked as they are read. */
bool tensors_check_records(const Tensors *tensors, Error *err);

/* The strides of an array without gaps. */
void tensors_set_row_major(PlacedTensor *tensor);

#endif
