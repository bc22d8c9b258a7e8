#include "tests/support/archive_bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/support/assert_close.h"

void archive_sum(Bytes *tar, size_t at) {
    unsigned sum = 0;
    memset(tar->data + at + 148, ' ', 8);
    for (int k = 0; k < TAR_HEADER; k++) sum += tar->data[at + (size_t)k];
    char text[8];
    snprintf(text, sizeof text, "%06o", sum);
    memcpy(tar->data + at + 148, text, 7);
}

void archive_add(Bytes *tar, TarEntry entry) {
    size_t at = tar->size;
    char size[13];
    bytes_add_zeros(tar, TAR_HEADER);
    memcpy(tar->data + at, entry.name, strlen(entry.name));
    memcpy(tar->data + at + 100, "0000644\0", 8);
    snprintf(size, sizeof size, "%011zo", entry.size);
    memcpy(tar->data + at + 124, size, 12);
    tar->data[at + 156] = (uint8_t)(entry.type ? entry.type : '0');
    if (entry.link) memcpy(tar->data + at + 157, entry.link, strlen(entry.link));
    memcpy(tar->data + at + 257,
           "ustar\0"
           "00",
           8);
    archive_sum(tar, at);
    if (entry.data) bytes_add(tar, entry.data, entry.size);
    if (entry.data) bytes_add_zeros(tar, (TAR_HEADER - entry.size % TAR_HEADER) % TAR_HEADER);
}

void archive_end(Bytes *tar) {
    bytes_add_zeros(tar, 2 * TAR_HEADER);
}

Bytes archive_gzip(const Bytes *bytes) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    Bytes out = {.size = deflateBound(&stream, bytes->size) + 32};
    out.data = malloc(out.size);
    assert_non_null(out.data);
    stream.next_in = bytes->data;
    stream.avail_in = (uInt)bytes->size;
    stream.next_out = out.data;
    stream.avail_out = (uInt)out.size;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.size -= stream.avail_out;
    deflateEnd(&stream);
    return out;
}
