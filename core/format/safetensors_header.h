/* Inside of core/format: an open safetensors file, and the parser of its header. */
#ifndef CORE_FORMAT_SAFETENSORS_HEADER_H
#define CORE_FORMAT_SAFETENSORS_HEADER_H

#include "core/base/arena.h"
#include "core/format/safetensors.h"
#include "core/format/source.h"

enum {
    SAFETENSORS_HEADER_MAX =
        16 << 20, /* bytes; a ResNet of 1202 layers needs less than one of these 16 million */
    SAFETENSORS_NAME_MAX = 256
};

struct Safetensors {
    const char *label;
    Source source;
    uint64_t data_start;
    SafetensorsTensor *tensors; /* by name */
    int tensor_count;
    SafetensorsPair *pairs;
    int pair_count;
    Arena *arena;
};

/* Takes the source, also on failure. */
Safetensors *safetensors_open_source(Source source, const char *label, Error *err);

/* A tensor's name: of a length that can be, and without control characters. */
bool safetensors_check_name(const char *label, const char *name, Error *err);

/* Fills tensors and pairs from the header and checks all of it against the size of the file. */
bool safetensors_header_parse(Safetensors *file, const char *header, size_t length, Error *err);

#endif
