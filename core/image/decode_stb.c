/* The one door to stb_image: PNG of ordinary size, whole in memory. What is larger than DECODE_STB_PIXELS goes through
 * libpng row by row; both give the same bytes. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#define STBI_NO_FAILURE_STRINGS
#define STBI_MAX_DIMENSIONS 65535
#include "stb_image.h"
#pragma GCC diagnostic pop

#include "core/image/decode.h"

bool decode_stb_png(Sheet *sheet, const uint8_t *bytes, size_t size) {
    int width = 0, height = 0, channels = 0;
    if (size > INT_MAX || !sheet_begin(sheet, false)) return false;
    uint8_t *rgb = stbi_load_from_memory(bytes, (int)size, &width, &height, &channels, 3);
    bool good = rgb && width == sheet->width && height == sheet->height;
    const size_t row = 3 * (size_t)width;
    for (int y = 0; good && y < height; y++) {
        memcpy(sheet_row(sheet, y), rgb + (size_t)y * row, row);
        sheet_put(sheet, y);
    }
    stbi_image_free(rgb);
    return good;
}
