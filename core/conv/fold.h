/* The input gradient of a convolution that reads few channels, as of a picture's three colours: used by
 * core/conv/input_gradient only. */
#ifndef CORE_CONV_FOLD_H
#define CORE_CONV_FOLD_H

#include "core/conv/conv.h"

/* By shape alone. */
bool fold_fits(const ConvShape *shape);
size_t fold_scratch_count(const ConvShape *shape);
void fold_input_gradient(const ConvInputRun *run);

#endif
