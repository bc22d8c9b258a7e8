/* Convolution by OpenBLAS; used by core/conv only. The functions are those of core/conv/conv.h. */
#ifndef CORE_CONV_BLAS_H
#define CORE_CONV_BLAS_H

#include "core/conv/strategy.h"

size_t conv_blas_scratch_count(const ConvShape *shape);
void conv_blas_forward(const ConvRun *run);
void conv_blas_backward_input(const ConvShape *shape, const real *dy, const real *w, real *dx, bool add,
                              real *scratch);
void conv_blas_backward_weight(const ConvShape *shape, const real *x, const real *dy, real *dw,
                               real *scratch);

#endif
