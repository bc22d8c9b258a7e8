/* What a file is, told by its first bytes and never by its name. */
#ifndef CORE_IMAGE_KIND_H
#define CORE_IMAGE_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ImageKind {
    IMAGE_KIND_NONE, /* no picture, or one of a kind that is not read */
    IMAGE_KIND_PNG,
    IMAGE_KIND_JPEG,
    IMAGE_KIND_WEBP,
    IMAGE_KIND_GIF,
    IMAGE_KIND_BMP,
    IMAGE_KIND_PNM,
} ImageKind;

enum { IMAGE_KIND_BYTES = 32 }; /* that many first bytes tell every kind */

ImageKind image_kind(const uint8_t *bytes, size_t size);
const char *image_kind_name(ImageKind kind); /* "PNG" */

/* What a file that is no readable picture is: "a TIFF", "a PyTorch checkpoint"; and what to do about it as
 * the end of a sentence, or "". */
typedef struct ImageStranger {
    const char *name, *advice;
    bool is_picture; /* it is one, of a kind that is not read */
} ImageStranger;

ImageStranger image_stranger(const uint8_t *bytes, size_t size);

#endif
