#include "core/image/encode.h"

/* The stb_image_write.h of Debian 11 uses stdio even when it is told to do without. */
#include <stdio.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include "stb_image_write.h"
#pragma GCC diagnostic pop

uint8_t *encode_png(const Image *image, size_t *size) {
    int length = 0;
    uint8_t *bytes =
        stbi_write_png_to_mem(image->rgb, 3 * image->width, image->width, image->height, 3, &length);
    *size = bytes ? (size_t)length : 0;
    return bytes;
}
