/* The input gradient of a convolution, as convolutions of dy by turned weights; used by core/conv only. The functions
 * are those of core/conv/conv.h. */
#ifndef CORE_CONV_INPUT_GRADIENT_H
#define CORE_CONV_INPUT_GRADIENT_H

#include "core/conv/strategy.h"

size_t input_gradient_scratch_count(const ConvShape *shape);
void input_gradient(const ConvInputRun *run);
const char *input_gradient_name(const ConvShape *shape);

#endif
