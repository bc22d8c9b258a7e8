/* PNG: through stb_image up to DECODE_STB_PIXELS; beyond, through libpng row by row, and what interlacing spreads over
 * seven passes as a whole. */
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "core/image/decode.h"

typedef struct PngReader {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t size, at;
} PngReader;

static void read_bytes(png_structp png, png_bytep to, size_t count) {
    PngReader *reader = png_get_io_ptr(png);
    if (count > reader->size - reader->at) png_error(png, "cut off");
    memcpy(to, reader->bytes + reader->at, count);
    reader->at += count;
}

/* libpng's own would print on the terminal. */
static void on_error(png_structp png, png_const_charp text) {
    (void)text;
    longjmp(png_jmpbuf(png), 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

/* All of them become three bytes a pixel: alpha is dropped, 16 bits lose their low byte, gray is repeated. */
static void ask_for_rgb(PngReader *reader) {
    png_structp png = reader->png;
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, reader->info);
    if (png_get_color_type(png, reader->info) == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (png_get_bit_depth(png, reader->info) < 8) png_set_expand_gray_1_2_4_to_8(png);
    png_set_strip_16(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
}

static bool read_rows(PngReader *reader, Sheet *sheet) {
    png_structp png = reader->png;
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_read_fn(png, reader, read_bytes);
    png_set_user_limits(png, IMAGE_SIDE_MAX, IMAGE_SIDE_MAX);
    ask_for_rgb(reader);
    bool interlaced = png_get_interlace_type(png, reader->info) != PNG_INTERLACE_NONE;
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
    bool fits = png_get_rowbytes(png, reader->info) == 3 * (size_t)sheet->width &&
                png_get_image_height(png, reader->info) == (png_uint_32)sheet->height;
    if (!fits || !sheet_begin(sheet, interlaced)) return false;
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < sheet->height; y++) {
            png_read_row(png, sheet_row(sheet, y), NULL);
            if (pass + 1 == passes) sheet_put(sheet, y);
        }
    return true;
}

bool decode_large_png(Sheet *sheet, const uint8_t *bytes, size_t size) {
    PngReader reader = {.bytes = bytes, .size = size};
    reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    if (!reader.png) return false;
    reader.info = png_create_info_struct(reader.png);
    bool good = reader.info && read_rows(&reader, sheet);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    return good;
}

bool decode_png(Sheet *sheet, const uint8_t *bytes, size_t size) {
    bool small = (int64_t)sheet->width * sheet->height <= DECODE_STB_PIXELS;
    return (small ? decode_stb_png : decode_large_png)(sheet, bytes, size);
}
