/* Where Winograd's convolution is taken; used by core/conv only. */
#ifndef CORE_CONV_WINOGRAD_FITS_H
#define CORE_CONV_WINOGRAD_FITS_H

#include "core/conv/conv.h"

/* Is this convolution to be computed by tiles of size x size outputs, 4 or 2? */
bool winograd_fits(const ConvShape *shape, int size);

/* Are the components of its weights kept? */
bool winograd_is_prepared(const ConvShape *shape);

#endif
