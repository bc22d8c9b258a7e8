/* Convolution without unrolling, for the layers where unrolling costs more than multiplying: stride 1, few
 * channels, many pixels. The same three functions as core/op/conv, in registers of sixteen floats; used on
 * processors with AVX-512. */
#ifndef CORE_OP_CONV_DIRECT_H
#define CORE_OP_CONV_DIRECT_H

#include "core/op/conv.h"

/* Can the direct kernels do this convolution on this processor? */
bool conv_direct_fits(const ConvShape *shape);

size_t conv_direct_scratch_count(const ConvShape *shape);
void conv_direct_forward(const ConvShape *shape, const real *x, const real *w, real *y, real *scratch);
void conv_direct_backward_input(const ConvShape *shape, const real *dy, const real *w, real *dx, bool add,
                                real *scratch);
void conv_direct_backward_weight(const ConvShape *shape, const real *x, const real *dy, real *dw,
                                 real *scratch);

#endif
