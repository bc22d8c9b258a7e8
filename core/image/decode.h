/* From the bytes of a picture to its pixels. Give it only what image_guard_check has let through. */
#ifndef CORE_IMAGE_DECODE_H
#define CORE_IMAGE_DECODE_H

#include "core/image/guard.h"
#include "core/image/image.h"
#include "core/image/sheet.h"

typedef struct DecodeSource {
    const uint8_t *bytes;
    size_t size;
    const char *label; /* what sentences call the file */
    ImageGuard guard;  /* what image_guard_check has found */
} DecodeSource;

/* Fills `out` from a file that is trusted; false, with a sentence, when the decoder refuses it. */
bool decode_in_process(Image *out, const DecodeSource *source, Error *err);

/* The same in a child process with limits on memory and time, which writes into memory that both share. A
 * decoder that crashes is one sentence. */
bool decode_in_child(Image *out, const DecodeSource *source, Error *err);

/* Pixels up to which a PNG is decoded as a whole, by stb_image: decode_png does so. */
enum { DECODE_STB_PIXELS = 1 << 22 };

/* One for each kind: writes all rows of a sheet of the size that the guard has found. */
typedef bool DecodeRows(Sheet *sheet, const uint8_t *bytes, size_t size);
DecodeRows decode_png, decode_stb_png, decode_large_png, decode_jpeg, decode_webp, decode_gif, decode_bmp,
    decode_pnm;

#endif
