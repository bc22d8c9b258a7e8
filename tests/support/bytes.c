#include "tests/support/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

void bytes_add(Bytes *bytes, const void *data, size_t size) {
    bytes->data = realloc(bytes->data, bytes->size + size + 1);
    assert(bytes->data);
    if (size > 0) memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

void bytes_add_u8(Bytes *bytes, int value) {
    bytes_add(bytes, &(uint8_t){(uint8_t)value}, 1);
}

void bytes_add_be16(Bytes *bytes, uint32_t value) {
    bytes_add_u8(bytes, (int)(value >> 8 & 255));
    bytes_add_u8(bytes, (int)(value & 255));
}

void bytes_add_be32(Bytes *bytes, uint32_t value) {
    bytes_add_be16(bytes, value >> 16);
    bytes_add_be16(bytes, value & 0xFFFF);
}

void bytes_add_le64(Bytes *bytes, uint64_t value) {
    for (int k = 0; k < 8; k++) bytes_add_u8(bytes, (int)(value >> 8 * k & 255));
}

void bytes_add_zeros(Bytes *bytes, size_t count) {
    void *zeros = calloc(count + 1, 1);
    assert(zeros);
    bytes_add(bytes, zeros, count);
    free(zeros);
}

void bytes_free(Bytes *bytes) {
    free(bytes->data);
    *bytes = (Bytes){0};
}

void bytes_add_png_chunk(Bytes *bytes, const char *type, const void *data, size_t size) {
    bytes_add_be32(bytes, (uint32_t)size);
    size_t start = bytes->size;
    bytes_add(bytes, type, 4);
    bytes_add(bytes, data, size);
    bytes_add_be32(bytes, (uint32_t)crc32(0, bytes->data + start, (uInt)(size + 4)));
}

void bytes_add_png_start(Bytes *bytes, uint32_t width, uint32_t height) {
    Bytes header = {0};
    bytes_add_be32(&header, width);
    bytes_add_be32(&header, height);
    bytes_add(&header, "\10\2\0\0\0", 5); /* 8 bits, RGB */
    bytes_add(bytes, "\x89PNG\r\n\x1a\n", 8);
    bytes_add_png_chunk(bytes, "IHDR", header.data, header.size);
    bytes_free(&header);
}

void bytes_add_png_data(Bytes *bytes, const void *rows, size_t size) {
    uLongf length = compressBound(size);
    uint8_t *packed = malloc(length);
    assert(packed && compress2(packed, &length, rows, size, 1) == Z_OK);
    bytes_add_png_chunk(bytes, "IDAT", packed, length);
    free(packed);
}

Bytes bytes_png(uint32_t width, uint32_t height, const uint8_t *rgb) {
    Bytes png = {0}, rows = {0};
    for (uint32_t y = 0; y < height; y++) {
        bytes_add_u8(&rows, 0); /* no filter */
        bytes_add(&rows, rgb + 3 * (size_t)y * width, 3 * (size_t)width);
    }
    bytes_add_png_start(&png, width, height);
    bytes_add_png_data(&png, rows.data, rows.size);
    bytes_add_png_chunk(&png, "IEND", NULL, 0);
    bytes_free(&rows);
    return png;
}
