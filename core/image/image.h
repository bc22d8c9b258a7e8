/* Pictures: decoding, and scaling as PIL does it.
 *
 * Bytes are RGB, row by row. Alpha is dropped (not blended), gray is replicated, 16-bit samples keep their
 * high byte, colour profiles are ignored: all as PIL's convert("RGB") under torchvision, bit for bit. A picture
 * is turned the way that its Exif orientation says, which torchvision does not do.
 */
#ifndef CORE_IMAGE_IMAGE_H
#define CORE_IMAGE_IMAGE_H

#include <stdint.h>

#include "core/base/error.h"

typedef struct Image {
    int width, height;
    uint8_t *rgb;    /* 3*width*height bytes, freed by image_free alone */
    bool is_mapped;  /* rgb is no heap block but pages that a decoder has written */
    int orientation; /* what the file's Exif says, 2 to 8 for one that does not lie upright; see exif_words */
} Image;

typedef enum ImageExif {
    IMAGE_EXIF_APPLY,
    IMAGE_EXIF_IGNORE, /* as torchvision, timm and Hugging Face */
} ImageExif;

void image_free(Image *image); /* a cleared Image is fine; clears it */
bool image_alloc(Image *image, int width, int height, Error *err);

/* PNG, JPEG, WebP, GIF (its first frame), BMP or PNM, told by content. The decoder runs in a child process with
 * limits, so that a broken file can break nothing here. The first applies Exif's orientation. */
bool image_load(Image *image, const char *path, Error *err);
bool image_load_as(Image *image, const char *path, ImageExif exif, Error *err);
/* The same for what an open file has from here on, as standard input has; `label` names it in sentences. */
bool image_load_open(Image *image, int fd, const char *label, ImageExif exif, Error *err);
/* The same for bytes of our own: decoded in this process. */
bool image_load_memory(Image *image, const void *bytes, size_t size, const char *label, Error *err);

/* How pixels between pixels are made. Both take in more pixels where a picture becomes smaller. */
typedef enum ImageFilter {
    IMAGE_FILTER_BILINEAR,
    IMAGE_FILTER_BICUBIC,
} ImageFilter;

/* A window of a scaled picture. */
typedef struct ImageWindow {
    int full_width, full_height; /* of the whole scaled picture */
    int left, top, width, height;
    ImageFilter filter;
} ImageWindow;

/* Bit for bit as PIL's Image.resize((full_width, full_height), BILINEAR or BICUBIC), without making what lies
 * outside the window. */
bool image_resize_window(Image *out, const Image *in, ImageWindow window, Error *err);

/* The middle of a picture, size x size: what preprocess_guess says for networks of that size. */
bool image_crop(Image *out, const Image *in, int size, Error *err);

/* Atomic; see core/base/file. */
bool image_save_png(const Image *image, const char *path, Error *err);

#endif
