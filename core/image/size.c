#include "core/image/size.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"

enum { PNG_HEAD = 24, JPEG_FRAME = 9 };

static int be16(const uint8_t *bytes) {
    return bytes[0] << 8 | bytes[1];
}

/* Signature, then the IHDR chunk: length, type, width, height (PNG specification, 5.2 and 11.2.2). */
static bool read_png(ImageSize *out, const uint8_t *bytes, size_t size) {
    if (size < PNG_HEAD || memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) != 0 || memcmp(bytes + 12, "IHDR", 4) != 0)
        return false;
    *out = (ImageSize){.width = be16(bytes + 16) << 16 | be16(bytes + 18),
                       .height = be16(bytes + 20) << 16 | be16(bytes + 22),
                       .is_png = true};
    return true;
}

/* Start-of-frame markers, without DHT, JPG and DAC, which lie among them (ITU-T T.81, table B.1). */
static bool is_frame(uint8_t marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/* Goes from segment to segment to the frame header. */
static bool read_jpeg(ImageSize *out, const uint8_t *bytes, size_t size) {
    if (size < 3 || memcmp(bytes, "\xff\xd8\xff", 3) != 0) return false;
    *out = (ImageSize){.is_png = false};
    for (size_t at = 2; at + JPEG_FRAME <= size && bytes[at] == 0xFF;) {
        uint8_t marker = bytes[at + 1];
        if (is_frame(marker)) {
            out->height = be16(bytes + at + 5);
            out->width = be16(bytes + at + 7);
            return true;
        }
        at += marker == 0xFF ? 1 : 2 + (size_t)be16(bytes + at + 2);
    }
    return true;
}

bool image_size_memory(ImageSize *out, const uint8_t *bytes, size_t size, const char *label, Error *err) {
    *out = (ImageSize){.width = 0};
    if ((read_png(out, bytes, size) || read_jpeg(out, bytes, size)) && out->width >= 0 && out->height >= 0)
        return true;
    return error_set(err, ERROR_FILE, "%s: expected a PNG or JPEG picture, found something else", label);
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
