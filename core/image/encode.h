/* Pictures as the bytes of a PNG. Files are written by core/base/file, which
 * notices a full disk. */
#ifndef CORE_IMAGE_ENCODE_H
#define CORE_IMAGE_ENCODE_H

#include "core/image/image.h"

/* The bytes of a PNG (heap, the caller frees them); NULL when memory is short. */
uint8_t *encode_png(const Image *image, size_t *size);

#endif
