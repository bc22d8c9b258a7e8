/* JPEG: every segment up to the end marker; sizes, tables and references.
 * Source: ITU-T T.81 (JPEG), annex B. */
#include <string.h>

#include "core/image/guard.h"

enum { JPEG_TABLES = 4, JPEG_COMPONENTS_MAX = 4, JPEG_SYMBOLS_MAX = 256, JPEG_BLOCKS_MAX = 10 };

typedef enum JpegMarker {
    MARKER_SOF0 = 0xC0, /* baseline */
    MARKER_SOF1 = 0xC1, /* extended */
    MARKER_SOF2 = 0xC2, /* progressive */
    MARKER_DHT = 0xC4,
    MARKER_JPG = 0xC8,
    MARKER_DAC = 0xCC,
    MARKER_SOF15 = 0xCF,
    MARKER_RST0 = 0xD0,
    MARKER_RST7 = 0xD7,
    MARKER_EOI = 0xD9,
    MARKER_SOS = 0xDA,
    MARKER_DQT = 0xDB,
    MARKER_DNL = 0xDC,
    MARKER_DRI = 0xDD,
    MARKER_APP0 = 0xE0,
    MARKER_APP15 = 0xEF,
    MARKER_COM = 0xFE,
} JpegMarker;

typedef struct JpegComponent {
    int id, quantizer;
} JpegComponent;

typedef struct JpegWalk {
    const char *label;
    Error *err;
    const uint8_t *bytes;
    size_t size, at;
    int width, height, component_count;
    uint64_t coefficients; /* bytes of all of them, kept where more than one scan makes the picture */
    bool scans_add;        /* where it is so */
    JpegComponent components[JPEG_COMPONENTS_MAX];
    bool progressive, scanned;
    bool quantizers[JPEG_TABLES], huffman[2][JPEG_TABLES]; /* defined so far; huffman[0] DC, [1] AC */
} JpegWalk;

/* What a scan header says besides its components. */
typedef struct JpegScan {
    int first, last, high, low; /* Ss Se Ah Al */
} JpegScan;

static bool damaged(const JpegWalk *walk, const char *what) {
    return error_set(walk->err, ERROR_FILE, "%s: is a damaged JPEG: %s", walk->label, what);
}

static bool unsupported(const JpegWalk *walk, const char *what) {
    return error_set(walk->err, ERROR_FILE, "%s: is a JPEG of an unsupported kind: %s", walk->label, what);
}

static bool check_huffman_counts(const JpegWalk *walk, const uint8_t *counts, int *symbols) {
    unsigned code = 0;
    *symbols = 0;
    for (int length = 1; length <= 16; length++) {
        code = (code << 1) + counts[length - 1];
        *symbols += counts[length - 1];
        if (code > 1u << length) return damaged(walk, "a Huffman table has impossible code lengths");
    }
    if (*symbols <= JPEG_SYMBOLS_MAX) return true;
    return damaged(walk, "a Huffman table has more than 256 symbols");
}

static bool check_dht(JpegWalk *walk, const uint8_t *data, size_t size) {
    while (size > 0) {
        int symbols, class = data[0] >> 4, table = data[0] & 15;
        if (size < 17 || class > 1 || table >= JPEG_TABLES)
            return damaged(walk, "a Huffman table is malformed");
        if (!check_huffman_counts(walk, data + 1, &symbols)) return false;
        if ((size_t)symbols > size - 17) return damaged(walk, "a Huffman table is longer than its segment");
        walk->huffman[class][table] = true;
        data += 17 + symbols;
        size -= 17 + (size_t)symbols;
    }
    return true;
}

static bool check_dqt(JpegWalk *walk, const uint8_t *data, size_t size) {
    while (size > 0) {
        int precision = data[0] >> 4, table = data[0] & 15;
        size_t length = precision == 0 ? 65 : 129;
        if (precision > 1 || table >= JPEG_TABLES || length > size) {
            return damaged(walk, "a quantization table is malformed");
        }
        walk->quantizers[table] = true;
        data += length;
        size -= length;
    }
    return true;
}

static bool check_component(JpegWalk *walk, int index, const uint8_t *data, int *blocks) {
    int across = data[1] >> 4, down = data[1] & 15;
    if (across < 1 || across > 4 || down < 1 || down > 4) {
        return damaged(walk, "a color component has an impossible sampling factor");
    }
    if (data[2] >= JPEG_TABLES)
        return damaged(walk, "a color component names an impossible quantization table");
    for (int k = 0; k < index; k++) {
        if (walk->components[k].id == data[0])
            return damaged(walk, "two color components have the same number");
    }
    walk->components[index] = (JpegComponent){.id = data[0], .quantizer = data[2]};
    *blocks += across * down;
    return true;
}

/* The decoder scales components by whole factors only. */
static bool check_sampling(const JpegWalk *walk, const uint8_t *components) {
    int across_max = 1, down_max = 1;
    for (int k = 0; k < walk->component_count; k++) {
        int across = components[3 * k + 1] >> 4, down = components[3 * k + 1] & 15;
        if (across > across_max) across_max = across;
        if (down > down_max) down_max = down;
    }
    for (int k = 0; k < walk->component_count; k++) {
        int across = components[3 * k + 1] >> 4, down = components[3 * k + 1] & 15;
        if (across_max % across != 0 || down_max % down != 0) {
            return unsupported(walk, "its color components have sampling factors without a common multiple");
        }
    }
    return true;
}

/* Two bytes for each of 64 numbers of each block; components fill whole units of the largest sampling
 * factors. */
static void count_coefficients(JpegWalk *walk, const uint8_t *components) {
    int across_max = 1, down_max = 1;
    for (int k = 0; k < walk->component_count; k++) {
        int across = components[3 * k + 1] >> 4, down = components[3 * k + 1] & 15;
        if (across > across_max) across_max = across;
        if (down > down_max) down_max = down;
    }
    uint64_t units =
        (uint64_t)(walk->width / (8 * across_max) + 1) * (uint64_t)(walk->height / (8 * down_max) + 1);
    for (int k = 0; k < walk->component_count; k++)
        walk->coefficients +=
            128 * units * (uint64_t)((components[3 * k + 1] >> 4) * (components[3 * k + 1] & 15));
}

static bool check_frame(JpegWalk *walk, int marker, const uint8_t *data, size_t size) {
    int blocks = 0;
    if (walk->component_count > 0) return damaged(walk, "it has two frames");
    if (marker > MARKER_SOF2) return unsupported(walk, "lossless, hierarchical or arithmetic coding");
    if (size < 6) return damaged(walk, "its frame header is too short");
    if (data[0] != 8) {
        return error_set(walk->err, ERROR_FILE, "%s: is a JPEG with %d bits a sample, expected 8",
                         walk->label, data[0]);
    }
    walk->height = data[1] << 8 | data[2];
    walk->width = data[3] << 8 | data[4];
    if (!image_guard_check_size(walk->width, walk->height, walk->label, walk->err)) return false;
    int count = data[5];
    if (count != 1 && count != 3 && count != 4) {
        return error_set(walk->err, ERROR_FILE, "%s: is a JPEG with %d color components, expected 1, 3 or 4",
                         walk->label, count);
    }
    if (size != 6 + 3 * (size_t)count) return damaged(walk, "its frame header has the wrong length");
    for (int k = 0; k < count; k++) {
        if (!check_component(walk, k, data + 6 + 3 * k, &blocks)) return false;
    }
    if (count > 1 && blocks > JPEG_BLOCKS_MAX) return damaged(walk, "its sampling factors are too large");
    walk->component_count = count;
    walk->progressive = marker == MARKER_SOF2;
    count_coefficients(walk, data + 6);
    return check_sampling(walk, data + 6);
}

static bool check_scan_range(const JpegWalk *walk, JpegScan scan, int count) {
    if (!walk->progressive) {
        if (scan.first == 0 && scan.high == 0 && scan.low == 0) return true;
        return damaged(walk, "a scan covers an impossible range");
    }
    bool good = scan.first <= scan.last && scan.last <= 63 && scan.high <= 13 && scan.low <= 13;
    if (scan.first == 0) good = good && scan.last == 0;
    if (scan.first > 0) good = good && count == 1;
    return good || damaged(walk, "a scan covers an impossible range");
}

/* Every table that the decoder will use for this component has been defined. */
static bool check_scan_component(const JpegWalk *walk, const uint8_t *data, JpegScan scan) {
    int dc = data[1] >> 4, ac = data[1] & 15;
    const JpegComponent *component = NULL;
    for (int k = 0; k < walk->component_count; k++) {
        if (walk->components[k].id == data[0]) component = &walk->components[k];
    }
    if (!component) return damaged(walk, "a scan names a color component that does not exist");
    if (dc >= JPEG_TABLES || ac >= JPEG_TABLES)
        return damaged(walk, "a scan names an impossible Huffman table");
    bool needs_dc = scan.first == 0 && scan.high == 0, needs_ac = scan.last > 0 || !walk->progressive;
    if ((needs_dc && !walk->huffman[0][dc]) || (needs_ac && !walk->huffman[1][ac])) {
        return damaged(walk, "a scan uses a Huffman table that was never defined");
    }
    if (!walk->quantizers[component->quantizer]) {
        return damaged(walk, "a scan uses a quantization table that was never defined");
    }
    return true;
}

static bool check_scan(JpegWalk *walk, const uint8_t *data, size_t size) {
    if (walk->component_count == 0) return damaged(walk, "a scan comes before the frame header");
    size_t count = size > 0 ? data[0] : 0;
    if (count < 1 || count > (size_t)walk->component_count || size != 4 + 2 * count) {
        return damaged(walk, "a scan header has the wrong length");
    }
    const uint8_t *range = data + 1 + 2 * count;
    JpegScan scan = {.first = range[0], .last = range[1], .high = range[2] >> 4, .low = range[2] & 15};
    if (!check_scan_range(walk, scan, (int)count)) return false;
    for (size_t k = 0; k < count; k++) {
        for (size_t other = 0; other < k; other++) {
            if (data[1 + 2 * k] == data[1 + 2 * other])
                return damaged(walk, "a scan names a component twice");
        }
        if (!check_scan_component(walk, data + 1 + 2 * k, scan)) return false;
    }
    walk->scanned = true;
    if (walk->progressive || count < (size_t)walk->component_count) walk->scans_add = true;
    return true;
}

static bool check_segment(JpegWalk *walk, int marker, const uint8_t *data, size_t size) {
    switch (marker) {
    case MARKER_DHT: return check_dht(walk, data, size);
    case MARKER_DQT: return check_dqt(walk, data, size);
    case MARKER_SOS: return check_scan(walk, data, size);
    case MARKER_DAC: return unsupported(walk, "arithmetic coding");
    case MARKER_DRI: return size == 2 || damaged(walk, "its restart interval has the wrong length");
    case MARKER_DNL: return unsupported(walk, "its height is defined after its data");
    default: break;
    }
    if (marker >= MARKER_SOF0 && marker <= MARKER_SOF15 && marker != MARKER_JPG) {
        return check_frame(walk, marker, data, size);
    }
    if ((marker >= MARKER_APP0 && marker <= MARKER_APP15) || marker == MARKER_COM) return true;
    return error_set(walk->err, ERROR_FILE, "%s: is a damaged JPEG: unknown marker 0x%02X", walk->label,
                     marker);
}

/* Moves past the entropy-coded data to the next marker that is not a restart. */
static void skip_entropy_data(JpegWalk *walk) {
    while (walk->at + 1 < walk->size) {
        const uint8_t *found = memchr(walk->bytes + walk->at, 0xFF, walk->size - 1 - walk->at);
        if (!found) break;
        walk->at = (size_t)(found - walk->bytes);
        int next = found[1];
        if (next != 0 && next != 0xFF && (next < MARKER_RST0 || next > MARKER_RST7)) return;
        walk->at += next == 0xFF ? 1 : 2;
    }
    walk->at = walk->size;
}

static bool read_marker(JpegWalk *walk, int *marker) {
    if (walk->at < walk->size && walk->bytes[walk->at] != 0xFF) {
        return damaged(walk, "there is something between its segments");
    }
    while (walk->at < walk->size && walk->bytes[walk->at] == 0xFF) walk->at++;
    if (walk->at >= walk->size) return damaged(walk, "it is cut off: its end marker is missing");
    *marker = walk->bytes[walk->at++];
    return true;
}

static bool walk_segment(JpegWalk *walk, int marker) {
    size_t left = walk->size - walk->at;
    const uint8_t *data = walk->bytes + walk->at;
    size_t length = left >= 2 ? (size_t)(data[0] << 8 | data[1]) : 0;
    if (left < 2 || length > left) return damaged(walk, "it is cut off inside a segment");
    if (length < 2) return damaged(walk, "a segment has an impossible length");
    if (!check_segment(walk, marker, data + 2, length - 2)) return false;
    walk->at += length;
    if (marker == MARKER_SOS) skip_entropy_data(walk);
    return true;
}

bool image_guard_check_jpeg(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label,
                            Error *err) {
    JpegWalk walk = {.label = label, .err = err, .bytes = bytes, .size = size, .at = 2};
    int marker = 0;
    while (true) {
        if (!read_marker(&walk, &marker)) return false;
        if (marker == MARKER_EOI) break;
        if (!walk_segment(&walk, marker)) return false;
    }
    if (!walk.scanned) return damaged(&walk, "it has no picture data");
    guard->width = walk.width;
    guard->height = walk.height;
    if (walk.scans_add) guard->working += walk.coefficients;
    return true;
}
