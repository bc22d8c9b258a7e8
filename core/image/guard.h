/* The doorkeeper of the picture decoder: stb_image trusts its input too much, so nothing reaches it that has
 * not been walked through here first: every PNG chunk with its CRC and the inflated size of its data, every
 * JPEG segment with its tables, sizes and references. Reads only; allocates nothing that depends on the file.
 */
#ifndef CORE_IMAGE_GUARD_H
#define CORE_IMAGE_GUARD_H

#include <stdint.h>

#include "core/base/error.h"

enum {
    IMAGE_PIXELS_MAX = 64 << 20, /* width * height */
    IMAGE_BYTES_MAX = 256 << 20, /* of the file */
    IMAGE_SIDE_MAX = 65535,
    IMAGE_ASPECT_MAX = 10000 /* long side / short side */
};

typedef struct ImageGuard {
    int width, height;
    bool is_png; /* else JPEG */
} ImageGuard;

/* True when the bytes may be given to the decoder; otherwise says what is wrong, beginning with `label`. */
bool image_guard_check(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label, Error *err);
/* The caps on width and height alone. */
bool image_guard_check_size(int64_t width, int64_t height, const char *label, Error *err);

/* Parts of image_guard_check, one for each format. */
bool image_guard_check_png(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label,
                           Error *err);
bool image_guard_check_jpeg(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label,
                            Error *err);

#endif
