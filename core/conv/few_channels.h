/* Convolution without unrolling, for the layers where unrolling costs more than multiplying: stride 1, few
 * channels, many pixels. The input gradient as in
 * core/conv/conv.h, in registers of sixteen floats; used on
 * processors with AVX-512. */
#ifndef CORE_CONV_FEW_CHANNELS_H
#define CORE_CONV_FEW_CHANNELS_H

#include "core/conv/strategy.h"

/* Can these kernels do this convolution on this processor? */
bool few_channels_fits(const ConvShape *shape);

size_t few_channels_scratch_count(const ConvShape *shape);
void few_channels_backward_input(const ConvShape *shape, const real *dy, const real *w, real *dx, bool add,
                                 real *scratch);

#endif
