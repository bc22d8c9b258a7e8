/* A convolution of any window, stride and padding as products of pixels by panels of weights (core/kernel),
 * without unrolling: the product is told where each pixel's values under each tap lie. */
#ifndef CORE_CONV_DIRECT_H
#define CORE_CONV_DIRECT_H

#include "core/conv/strategy.h"

/* Any shape, where core/kernel has a set of loops to run. */
bool conv_direct_fits(const ConvShape *shape);
size_t conv_direct_scratch_count(const ConvShape *shape);
/* The same where ConvRun.turned is this. */
size_t conv_direct_turned_scratch_count(const ConvShape *shape, const ConvTurned *turned);
void conv_direct_forward(const ConvRun *run);

#endif
