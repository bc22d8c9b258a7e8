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

/* Of a product: a (rows, inner), b (inner, cols), c (rows, cols). */
typedef struct GemmShape {
    int rows, cols, inner;
} GemmShape;

/* c[i,j] = sum over l of a[i,l] * b[l,j], plus what c holds when `add`. Row i of c begins at c + i*c_stride;
 * a and b are as they are used, after transposition. */
void gemm(GemmShape shape, Matrix a, Matrix b, real *c, int c_stride, bool add);

/* Must run once before any thread calls gemm: puts OpenBLAS on one thread. */
void gemm_init(void);

/* OpenBLAS's name of the processor it tuned itself for, e.g. "SkylakeX". */
const char *gemm_core_name(void);

/* OpenBLAS's version and build options, for `skipscope doctor`. */
const char *gemm_version(void);

#endif
