/* PNG through libpng, into memory that grows. */
#include "core/image/encode.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct PngWriter {
    png_structp png;
    png_infop info;
    uint8_t *bytes; /* heap */
    size_t size, room;
} PngWriter;

static void write_bytes(png_structp png, png_bytep from, size_t count) {
    PngWriter *writer = png_get_io_ptr(png);
    if (count > writer->room - writer->size) {
        size_t room = 2 * (writer->size + count);
        uint8_t *bytes = realloc(writer->bytes, room);
        if (!bytes) png_error(png, "not enough memory");
        writer->bytes = bytes;
        writer->room = room;
    }
    memcpy(writer->bytes + writer->size, from, count);
    writer->size += count;
}

static void flush_nothing(png_structp png) {
    (void)png;
}

/* libpng's own would print on the terminal. */
static void on_error(png_structp png, png_const_charp text) {
    (void)text;
    longjmp(png_jmpbuf(png), 1);
}

static bool write_rows(PngWriter *writer, const Image *image) {
    if (setjmp(png_jmpbuf(writer->png))) return false;
    png_set_write_fn(writer->png, writer, write_bytes, flush_nothing);
    png_set_IHDR(writer->png, writer->info, (png_uint_32)image->width, (png_uint_32)image->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    png_write_info(writer->png, writer->info);
    for (int y = 0; y < image->height; y++)
        png_write_row(writer->png, image->rgb + 3 * (size_t)y * (size_t)image->width);
    png_write_end(writer->png, writer->info);
    return true;
}

uint8_t *encode_png(const Image *image, size_t *size) {
    PngWriter writer = {.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, NULL)};
    *size = 0;
    if (!writer.png) return NULL;
    writer.info = png_create_info_struct(writer.png);
    bool good = writer.info && write_rows(&writer, image);
    png_destroy_write_struct(&writer.png, &writer.info);
    if (good) {
        *size = writer.size;
        return writer.bytes;
    }
    free(writer.bytes);
    return NULL;
}
