/* Winograd's convolution of 3x3 windows with stride 1: fewer multiplications than the formula has; used by
 * core/conv only. A tile of m x m outputs costs (m+2)^2 products where the formula has 9*m^2: with m = 4 a
 * quarter, with m = 2 four ninths, if the tiles divide the map. What is computed: core/kernel/winograd.h. */
#ifndef CORE_CONV_WINOGRAD_H
#define CORE_CONV_WINOGRAD_H

#include "core/conv/strategy.h"

/* With tiles of 4x4 outputs and of 2x2. They can do 3x3 windows with stride 1 between channels that fill the
 * vectors of this processor. */
extern const ConvStrategy conv_winograd_4, conv_winograd_2;

#endif
