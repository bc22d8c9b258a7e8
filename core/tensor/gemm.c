#include "core/tensor/gemm.h"

#include <cblas.h>

void gemm_init(void) {
    openblas_set_num_threads(1);
}

const char *gemm_core_name(void) {
    return openblas_get_corename();
}

const char *gemm_version(void) {
    return openblas_get_config();
}

/* A single row: c += a b. OpenBLAS's product of matrices would copy all of b first. */
static void gemm_row(GemmShape shape, Matrix a, Matrix b, real *c) {
    enum CBLAS_TRANSPOSE tb = b.transposed ? CblasNoTrans : CblasTrans;
    int rows = b.transposed ? shape.cols : shape.inner, cols = b.transposed ? shape.inner : shape.cols;
    _Generic((real)0, float
             : cblas_sgemv, double
             : cblas_dgemv)(CblasRowMajor, tb, rows, cols, 1, b.data, b.stride, a.data,
                            a.transposed ? a.stride : 1, 1, c, 1);
}

void gemm(GemmShape shape, Matrix a, Matrix b, real *c, int c_stride, bool add) {
    if (shape.rows == 0 || shape.cols == 0) return;
    if (shape.rows == 1 && add) {
        gemm_row(shape, a, b, c);
        return;
    }
    enum CBLAS_TRANSPOSE ta = a.transposed ? CblasTrans : CblasNoTrans;
    enum CBLAS_TRANSPOSE tb = b.transposed ? CblasTrans : CblasNoTrans;
    real beta = add ? 1 : 0;
    /* BLAS does not read c when beta is 0, so stale NaN in c cannot leak into the result. */
    _Generic((real)0, float
             : cblas_sgemm, double
             : cblas_dgemm)(CblasRowMajor, ta, tb, shape.rows, shape.cols, shape.inner, 1, a.data, a.stride,
                            b.data, b.stride, beta, c, c_stride);
}
