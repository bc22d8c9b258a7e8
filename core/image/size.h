/* How large a picture is, from the first bytes of its file: for lists, where decoding would take too long.
 * Says nothing about the rest being sound. */
#ifndef CORE_IMAGE_SIZE_H
#define CORE_IMAGE_SIZE_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/image/kind.h"

typedef struct ImageSize {
    int width,
        height;      /* pixels, as it is shown; 0 when the file does not tell in its first IMAGE_SIZE_BYTES */
    int orientation; /* Exif's; 0 when the file does not say. It is shown turned that way. */
    ImageKind kind;
} ImageSize;

enum { IMAGE_SIZE_BYTES = 256 << 10 };

bool image_size_file(ImageSize *out, const char *path, Error *err);
bool image_size_memory(ImageSize *out, const uint8_t *bytes, size_t size, const char *label, Error *err);

#endif
