/* The doorkeeper of the picture decoders: nothing reaches them that has not been walked through here first:
 * every PNG chunk with its CRC and the inflated size of its data, every JPEG segment with its tables, sizes
 * and references, the headers of WebP, GIF, BMP and PNM. Reads only; allocates nothing that depends on the
 * file. */
#ifndef CORE_IMAGE_GUARD_H
#define CORE_IMAGE_GUARD_H

#include "core/base/error.h"
#include "core/image/kind.h"

enum {
    IMAGE_PIXELS_MAX = 256 << 20, /* width * height */
    IMAGE_BYTES_MAX = 640 << 20,  /* of the file */
    IMAGE_SIDE_MAX = 65535,
    IMAGE_ASPECT_MAX = 10000,     /* long side / short side */
    IMAGE_MEMORY_MAX = 1440 << 20 /* bytes of the file, its pixels and what decoding them takes besides */
};

typedef struct ImageGuard {
    ImageKind kind;
    int width, height; /* as the file has it, before it is turned */
    int orientation;   /* Exif's: 1 to 8, or 0 when the file does not say */
    uint64_t working;  /* bytes that decoding takes besides the pixels: where rows do not come one by one */
} ImageGuard;

/* True when the bytes may be given to the decoder; otherwise says what is wrong, beginning with `label`. */
bool image_guard_check(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label, Error *err);
/* The caps on width and height alone. */
bool image_guard_check_size(int64_t width, int64_t height, const char *label, Error *err);

/* The sentence for a file whose first bytes are of no kind that is read. */
bool image_refuse_stranger(const uint8_t *bytes, size_t size, const char *label, Error *err);

/* Parts of image_guard_check, one for each format. */
typedef bool ImageGuardCheck(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label,
                             Error *err);
ImageGuardCheck image_guard_check_png, image_guard_check_jpeg, image_guard_check_webp, image_guard_check_gif,
    image_guard_check_bmp, image_guard_check_pnm;

#endif
