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

void gemm(GemmShape shape, Matrix a, Matrix b, real *c, int c_stride, bool add) {
    if (shape.rows == 0 || shape.cols == 0) return;
    enum CBLAS_TRANSPOSE ta = a.transposed ? CblasTrans : CblasNoTrans;
    enum CBLAS_TRANSPOSE tb = b.transposed ? CblasTrans : CblasNoTrans;
    real beta = add ? 1 : 0;
    /* BLAS does not read c when beta is 0, so stale NaN in c cannot leak into the result. */
    _Generic((real)0, float
             : cblas_sgemm, double
             : cblas_dgemm)(CblasRowMajor, ta, tb, shape.rows, shape.cols, shape.inner, 1, a.data, a.stride,
                            b.data, b.stride, beta, c, c_stride);
}
