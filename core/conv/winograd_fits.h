/* Where Winograd's convolution is taken, and how maps are cut for it; used by core/conv only. */
#ifndef CORE_CONV_WINOGRAD_FITS_H
#define CORE_CONV_WINOGRAD_FITS_H

#include "core/conv/conv.h"
#include "core/kernel/winograd.h"

/* Is this convolution to be computed by tiles of size x size outputs, 4 or 2? */
bool winograd_fits(const ConvShape *shape, int size);

/* Are the components of its weights kept? */
bool winograd_is_prepared(const ConvShape *shape);

/* How the maps of a shape are cut into tiles of that size. */
WinogradMap winograd_map(const ConvShape *shape, int size);

#endif
