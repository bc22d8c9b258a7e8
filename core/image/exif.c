#include "core/image/exif.h"

#include <string.h>

enum {
    TIFF_HEADER = 8,
    TIFF_ENTRY = 12,
    TAG_ORIENTATION = 0x0112,
    TYPE_BYTE = 1,
    TYPE_SHORT = 3,
    TYPE_LONG = 4
};
enum { JPEG_APP1 = 0xE1, JPEG_SOS = 0xDA };

typedef struct ExifReader {
    const uint8_t *bytes;
    size_t size;
    bool little;
} ExifReader;

/* 0 past the end: no offset there leads anywhere. */
static uint32_t read_number(const ExifReader *reader, size_t at, size_t count) {
    uint32_t value = 0;
    if (at > reader->size || count > reader->size - at) return 0;
    for (size_t k = 0; k < count; k++)
        value = value << 8 | reader->bytes[at + (reader->little ? count - 1 - k : k)];
    return value;
}

int exif_orientation(const uint8_t *bytes, size_t size) {
    if (size >= 6 && memcmp(bytes, "Exif\0\0", 6) == 0) {
        bytes += 6;
        size -= 6;
    }
    if (size < TIFF_HEADER || (memcmp(bytes, "II*\0", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0)) return 0;
    ExifReader reader = {.bytes = bytes, .size = size, .little = bytes[0] == 'I'};
    size_t directory = read_number(&reader, 4, 4);
    size_t count = read_number(&reader, directory, 2);
    for (size_t k = 0; k < count; k++) {
        size_t entry = directory + 2 + TIFF_ENTRY * k;
        if (read_number(&reader, entry, 2) != TAG_ORIENTATION) continue;
        uint32_t type = read_number(&reader, entry + 2, 2);
        size_t width = type == TYPE_BYTE ? 1 : type == TYPE_LONG ? 4 : type == TYPE_SHORT ? 2 : 0;
        uint32_t value = width ? read_number(&reader, entry + 8, width) : 0;
        return value >= 1 && value <= 8 ? (int)value : 0;
    }
    return 0;
}

static uint32_t read_be32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t read_le32(const uint8_t *bytes) {
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static int find_in_jpeg(const uint8_t *bytes, size_t size) {
    for (size_t at = 2; at + 4 <= size && bytes[at] == 0xFF && bytes[at + 1] != JPEG_SOS;) {
        size_t length = (size_t)(bytes[at + 2] << 8 | bytes[at + 3]);
        bool fill = bytes[at + 1] == 0xFF;
        if (!fill && (length < 2 || length > size - at - 2)) return 0;
        if (bytes[at + 1] == JPEG_APP1 && length >= 8 && memcmp(bytes + at + 4, "Exif\0\0", 6) == 0)
            return exif_orientation(bytes + at + 4, length - 2);
        at += fill ? 1 : 2 + length;
    }
    return 0;
}

static int find_in_png(const uint8_t *bytes, size_t size) {
    for (size_t at = 8; size - at >= 12;) {
        size_t length = read_be32(bytes + at);
        if (length > size - at - 12) return 0;
        if (memcmp(bytes + at + 4, "eXIf", 4) == 0) return exif_orientation(bytes + at + 8, length);
        at += length + 12;
    }
    return 0;
}

static int find_in_webp(const uint8_t *bytes, size_t size) {
    for (size_t at = 12; size - at >= 8;) {
        size_t length = read_le32(bytes + at + 4);
        if (length > size - at - 8) return 0;
        if (memcmp(bytes + at, "EXIF", 4) == 0) return exif_orientation(bytes + at + 8, length);
        at += length + 8 + (length & 1);
        if (at > size) return 0;
    }
    return 0;
}

int exif_find_orientation(ImageKind kind, const uint8_t *bytes, size_t size) {
    switch (kind) {
    case IMAGE_KIND_JPEG: return find_in_jpeg(bytes, size);
    case IMAGE_KIND_PNG: return size >= 8 ? find_in_png(bytes, size) : 0;
    case IMAGE_KIND_WEBP: return size >= 12 ? find_in_webp(bytes, size) : 0;
    default: return 0;
    }
}

bool exif_turns(int orientation) {
    return orientation >= 5;
}

const char *exif_words(int orientation) {
    static const char *const words[] = {"",
                                        "",
                                        "mirrored",
                                        "turned by 180 degrees",
                                        "flipped upside down",
                                        "mirrored and turned left by 90 degrees",
                                        "turned right by 90 degrees",
                                        "mirrored and turned right by 90 degrees",
                                        "turned left by 90 degrees"};
    return words[orientation >= 0 && orientation <= 8 ? orientation : 0];
}
