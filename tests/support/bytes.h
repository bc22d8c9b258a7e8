/* A growing row of bytes, for building good and broken files in a test. */
#ifndef TESTS_SUPPORT_BYTES_H
#define TESTS_SUPPORT_BYTES_H

#include <stddef.h>
#include <stdint.h>

typedef struct Bytes {
    uint8_t *data; /* heap */
    size_t size;
} Bytes;

void bytes_add(Bytes *bytes, const void *data, size_t size);
void bytes_add_u8(Bytes *bytes, int value);
void bytes_add_be16(Bytes *bytes, uint32_t value);
void bytes_add_be32(Bytes *bytes, uint32_t value);
void bytes_add_le64(Bytes *bytes, uint64_t value);
void bytes_add_zeros(Bytes *bytes, size_t count);
void bytes_free(Bytes *bytes);

/* PNG: a chunk with its length and CRC; the signature; IHDR (8 bits, RGB, not interlaced); data through zlib
 * into an IDAT. */
void bytes_add_png_chunk(Bytes *bytes, const char *type, const void *data, size_t size);
void bytes_add_png_start(Bytes *bytes, uint32_t width, uint32_t height);
void bytes_add_png_data(Bytes *bytes, const void *rows, size_t size);
/* A whole picture: `rgb` row by row. */
Bytes bytes_png(uint32_t width, uint32_t height, const uint8_t *rgb);

#endif
