/* NumPy's .npy files: one array each. Reads float32 and float64 (rounded to float32) in C order up to rank 4,
 * writes float32 in version 1.0. Source: numpy.lib.format, "Format Version 1.0". */
#ifndef CORE_FORMAT_NPY_H
#define CORE_FORMAT_NPY_H

#include "core/base/error.h"

enum { NPY_RANK_MAX = 4 };

typedef struct NpyArray {
    int rank; /* 0 for a scalar */
    int dims[NPY_RANK_MAX];
    size_t count;
    float *data; /* heap */
} NpyArray;

bool npy_load(NpyArray *array, const char *path, Error *err);
void npy_free(NpyArray *array); /* a cleared array is fine */

/* Atomic; see core/base/file. */
bool npy_save(const char *path, int rank, const int *dims, const float *data, Error *err);

#endif
