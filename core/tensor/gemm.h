/* Matrix products, the only door to OpenBLAS. Matrices are row-major with explicit leading dimensions.
 * OpenBLAS itself runs on one thread: the parallelism is core/base/parallel's, above these calls. */
#ifndef CORE_TENSOR_GEMM_H
#define CORE_TENSOR_GEMM_H

#include "core/tensor/tensor.h"

typedef struct Matrix {
    const real *data;
    int stride;      /* elements from one row to the next, as it lies in memory */
    bool transposed; /* use it transposed */
} Matrix;

/* c (rows x cols, row stride c_stride) = a (rows x inner) * b (inner x cols) [+ c when `add`]. */
void gemm(int rows, int cols, int inner, Matrix a, Matrix b, real *c, int c_stride, bool add);

/* Must run once before any thread calls gemm: puts OpenBLAS on one thread. */
void gemm_init(void);

/* OpenBLAS's name of the processor it tuned itself for, e.g. "SkylakeX". */
const char *gemm_core_name(void);

/* OpenBLAS's version and build options, for `skipscope doctor`. */
const char *gemm_version(void);

#endif
