#include "core/image/size.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/image/exif.h"
#include "core/image/guard.h"

enum {
    PNG_HEAD = 24,
    JPEG_FRAME = 9,
    WEBP_HEAD = 30,
    GIF_HEAD = 10,
    BMP_HEAD = 26,
    BMP_CORE = 12,
    PNM_DIGITS = 9
};

static int be16(const uint8_t *bytes) {
    return bytes[0] << 8 | bytes[1];
}

static int le16(const uint8_t *bytes) {
    return bytes[1] << 8 | bytes[0];
}

/* Signature, then the IHDR chunk: length, type, width, height (PNG specification, 5.2 and 11.2.2). */
static void read_png(ImageSize *out, const uint8_t *bytes, size_t size) {
    if (size < PNG_HEAD || memcmp(bytes + 12, "IHDR", 4) != 0 || bytes[16] > 127 || bytes[20] > 127) return;
    out->width = be16(bytes + 16) << 16 | be16(bytes + 18);
    out->height = be16(bytes + 20) << 16 | be16(bytes + 22);
}

/* Start-of-frame markers, without DHT, JPG and DAC, which lie among them (ITU-T T.81, table B.1). */
static bool is_frame(uint8_t marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/* Goes from segment to segment to the frame header. */
static void read_jpeg(ImageSize *out, const uint8_t *bytes, size_t size) {
    for (size_t at = 2; at + JPEG_FRAME <= size && bytes[at] == 0xFF;) {
        uint8_t marker = bytes[at + 1];
        if (is_frame(marker)) {
            out->height = be16(bytes + at + 5);
            out->width = be16(bytes + at + 7);
            return;
        }
        at += marker == 0xFF ? 1 : 2 + (size_t)be16(bytes + at + 2);
    }
}

/* The first chunk is the picture, or a header before it. */
static void read_webp(ImageSize *out, const uint8_t *bytes, size_t size) {
    if (size < WEBP_HEAD) return;
    if (memcmp(bytes + 12, "VP8X", 4) == 0) {
        out->width = (le16(bytes + 24) | bytes[26] << 16) + 1;
        out->height = (le16(bytes + 27) | bytes[29] << 16) + 1;
    } else if (memcmp(bytes + 12, "VP8L", 4) == 0) {
        out->width = (le16(bytes + 21) & 0x3fff) + 1;
        out->height = (bytes[22] >> 6 | bytes[23] << 2 | (bytes[24] & 15) << 10) + 1;
    } else {
        out->width = le16(bytes + 26) & 0x3fff;
        out->height = le16(bytes + 28) & 0x3fff;
    }
}

static void read_gif(ImageSize *out, const uint8_t *bytes, size_t size) {
    if (size < GIF_HEAD) return;
    out->width = le16(bytes + 6);
    out->height = le16(bytes + 8);
}

static void read_bmp(ImageSize *out, const uint8_t *bytes, size_t size) {
    if (size < BMP_HEAD) return;
    bool core = bytes[14] == BMP_CORE;
    int width = le16(bytes + 18), height = le16(bytes + (core ? 20 : 22));
    int above = core ? 0 : (int16_t)le16(bytes + 24);
    /* A picture that lies top down has a negative height. */
    out->width = width;
    out->height = above < 0 ? (1 << 16) - height : height;
}

/* The next number behind spaces and comments; 0 when there is none. */
static int read_number(const uint8_t *bytes, size_t size, size_t *at) {
    int value = 0;
    bool comment = false;
    for (; *at < size && (comment || bytes[*at] < '0' || bytes[*at] > '9'); (*at)++)
        comment = bytes[*at] == '#' || (comment && bytes[*at] != '\n');
    for (int k = 0; *at < size && bytes[*at] >= '0' && bytes[*at] <= '9' && k < PNM_DIGITS; k++, (*at)++)
        value = 10 * value + bytes[*at] - '0';
    return value;
}

static void read_pnm(ImageSize *out, const uint8_t *bytes, size_t size) {
    size_t at = 2;
    out->width = read_number(bytes, size, &at);
    out->height = read_number(bytes, size, &at);
}

bool image_size_memory(ImageSize *out, const uint8_t *bytes, size_t size, const char *label, Error *err) {
    static void (*const readers[])(ImageSize *, const uint8_t *, size_t) = {
        [IMAGE_KIND_PNG] = read_png, [IMAGE_KIND_JPEG] = read_jpeg, [IMAGE_KIND_WEBP] = read_webp,
        [IMAGE_KIND_GIF] = read_gif, [IMAGE_KIND_BMP] = read_bmp,   [IMAGE_KIND_PNM] = read_pnm};
    *out = (ImageSize){.kind = image_kind(bytes, size)};
    if (out->kind == IMAGE_KIND_NONE) return image_refuse_stranger(bytes, size, label, err);
    readers[out->kind](out, bytes, size);
    out->orientation = exif_find_orientation(out->kind, bytes, size);
    if (exif_turns(out->orientation)) {
        int width = out->width;
        out->width = out->height;
        out->height = width;
    }
    return true;
}

bool image_size_file(ImageSize *out, const char *path, Error *err) {
    File file;
    *out = (ImageSize){.width = 0};
    if (!file_open(&file, path, err)) return false;
    size_t size = file.size < IMAGE_SIZE_BYTES ? (size_t)file.size : IMAGE_SIZE_BYTES;
    uint8_t *bytes = malloc(size + 1);
    bool ok = bytes ? file_read_at(&file, 0, bytes, size, err)
                    : error_set(err, ERROR_FAILED, "%s: not enough memory", path);
    ok = ok && image_size_memory(out, bytes, size, path, err);
    free(bytes);
    file_close(&file);
    return ok;
}
