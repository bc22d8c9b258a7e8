/* A weights file as a list that a test can bend before it is written. */
#ifndef TESTS_SUPPORT_BENT_FILE_H
#define TESTS_SUPPORT_BENT_FILE_H

#include "core/format/tensors.h"
#include "core/network/resnet.h"
#include "tests/support/bytes.h"

enum { BENT_MAX = 400 };

typedef struct BentTensor {
    char name[80];
    int rank, dims[4];
    const char *type; /* NULL: F32 */
    float value;      /* of every element */
} BentTensor;

typedef struct BentFile {
    BentTensor tensors[BENT_MAX];
    int count;
    Bytes bytes;
} BentFile;

/* The tensors of an architecture, each name after `prefix`, all values 0.25. */
BentFile *bent_from(const char *arch, char shortcut, const char *prefix);
/* By its name; fails the test when there is none. */
BentTensor *bent_get(BentFile *file, const char *name);
void bent_add(BentFile *file, const char *name, int rank, const int *dims); /* of zeros */
void bent_remove(BentFile *file, const char *name);
/* As a safetensors file in memory; once a file. */
Tensors *bent_open(BentFile *file);
void bent_free(BentFile *file, Tensors *opened);

#endif
