/* JPEG through libjpeg, with its own settings, as Pillow uses it; and CMYK as Pillow turns it into RGB. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "core/image/decode.h"

typedef struct JpegReader {
    struct jpeg_error_mgr errors; /* first: libjpeg hands back its address */
    jmp_buf leave;
    struct jpeg_decompress_struct jpeg;
    uint8_t *cmyk; /* a row of four bytes a pixel, where the file has four components */
} JpegReader;

/* libjpeg's own would end the process. */
static void on_error(j_common_ptr jpeg) {
    JpegReader *reader = (JpegReader *)(void *)jpeg->err;
    longjmp(reader->leave, 1);
}

/* libjpeg's own would print on the terminal. */
static void on_message(j_common_ptr jpeg, int level) {
    (void)jpeg;
    (void)level;
}

/* a*b/255, rounded, as Pillow's MULDIV255. */
static int scaled(int a, int b) {
    int product = a * b + 128;
    return ((product >> 8) + product) >> 8;
}

/* The bytes are taken as inverted, with Adobe's marker or without. With K' = 255 - K a colour is
 * K' - C*K'/255 (Pillow, src/libImaging/Convert.c). */
static void cmyk_to_rgb(uint8_t *rgb, const uint8_t *cmyk, int width) {
    for (int x = 0; x < width; x++, cmyk += 4)
        for (int c = 0; c < 3; c++) {
            int value = cmyk[3] - scaled(255 - cmyk[c], cmyk[3]);
            *rgb++ = (uint8_t)(value < 0 ? 0 : value);
        }
}

static bool prepare(JpegReader *reader, Sheet *sheet) {
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    bool fits =
        jpeg->image_width == (JDIMENSION)sheet->width && jpeg->image_height == (JDIMENSION)sheet->height;
    if (!fits || !sheet_begin(sheet, false)) return false;
    bool four = jpeg->num_components == 4;
    jpeg->out_color_space = four ? JCS_CMYK : jpeg->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    if (four) reader->cmyk = malloc(4 * (size_t)sheet->width);
    return !four || reader->cmyk;
}

/* In place, from the end: a gray byte is read before three are written over it. */
static void spread_gray(uint8_t *row, int width) {
    for (int x = width - 1; x >= 0; x--) row[3 * x] = row[3 * x + 1] = row[3 * x + 2] = row[x];
}

static bool read_rows(JpegReader *reader, Sheet *sheet, const uint8_t *bytes, size_t size) {
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    if (setjmp(reader->leave)) return false;
    jpeg_create_decompress(jpeg);
    jpeg_mem_src(jpeg, bytes, (unsigned long)size);
    if (jpeg_read_header(jpeg, TRUE) != JPEG_HEADER_OK || !prepare(reader, sheet)) return false;
    jpeg_start_decompress(jpeg);
    for (int y = 0; y < sheet->height; y++) {
        uint8_t *row = sheet_row(sheet, y);
        JSAMPROW to = reader->cmyk ? reader->cmyk : row;
        if (jpeg_read_scanlines(jpeg, &to, 1) != 1) return false;
        if (reader->cmyk) cmyk_to_rgb(row, reader->cmyk, sheet->width);
        if (jpeg->num_components == 1) spread_gray(row, sheet->width);
        sheet_put(sheet, y);
    }
    return true;
}

bool decode_jpeg(Sheet *sheet, const uint8_t *bytes, size_t size) {
    JpegReader *reader = calloc(1, sizeof *reader);
    if (!reader) return false;
    reader->jpeg.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    bool good = read_rows(reader, sheet, bytes, size);
    jpeg_destroy_decompress(&reader->jpeg);
    free(reader->cmyk);
    free(reader);
    return good;
}
