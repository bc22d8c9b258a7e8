/* PNM: bits, grays and colours, as numbers in text (P1 to P3) or as bytes (P4 to P6). Source: the Netpbm
 * manual, pbm(5), pgm(5), ppm(5); values are stretched to 0 .. 255 as Pillow does. */
#include <math.h>
#include <string.h>

#include "core/image/decode.h"

enum { PNM_DIGITS_MAX = 10, PNM_MAXVAL = 65535 };

typedef struct Pnm {
    int format; /* 1 to 6 */
    int width, height, channels, maxval;
    size_t at; /* of the pixels */
} Pnm;

typedef struct PnmWalk {
    const char *label;
    Error *err;
    const uint8_t *bytes;
    size_t size, at;
} PnmWalk;

static bool damaged(const PnmWalk *walk, const char *what) {
    return error_set(walk->err, ERROR_FILE, "%s: is a damaged PNM: %s", walk->label, what);
}

static bool is_space(int byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* -1 at the end. A comment, from # to the end of the line, counts as a space. */
static int next_byte(PnmWalk *walk) {
    if (walk->at >= walk->size) return -1;
    int byte = walk->bytes[walk->at++];
    if (byte != '#') return byte;
    while (walk->at < walk->size && walk->bytes[walk->at] != '\n' && walk->bytes[walk->at] != '\r')
        walk->at++;
    return ' ';
}

/* A number and the one space behind it; -1 where there is none. */
static long long next_number(PnmWalk *walk) {
    long long value = 0;
    int digits = 0, byte = next_byte(walk);
    while (is_space(byte)) byte = next_byte(walk);
    for (; byte >= '0' && byte <= '9'; byte = next_byte(walk)) {
        value = 10 * value + byte - '0';
        if (++digits > PNM_DIGITS_MAX) return -1;
    }
    return digits > 0 && (byte < 0 || is_space(byte)) ? value : -1;
}

static size_t row_bytes(const Pnm *pnm) {
    size_t samples = (size_t)pnm->width * (size_t)pnm->channels;
    return pnm->format == 4 ? ((size_t)pnm->width + 7) / 8 : samples * (pnm->maxval > 255 ? 2 : 1);
}

static bool read_pnm(PnmWalk *walk, Pnm *pnm) {
    *pnm = (Pnm){.format = walk->bytes[1] - '0', .maxval = 1};
    walk->at = 2;
    long long width = next_number(walk), height = next_number(walk), maxval = 1;
    if (width < 0 || height < 0) return damaged(walk, "its header has no width and height");
    bool bits = pnm->format == 1 || pnm->format == 4;
    if (!bits) maxval = next_number(walk);
    if (maxval < 1 || maxval > PNM_MAXVAL) return damaged(walk, "its largest value is not in 1 .. 65535");
    if (!image_guard_check_size(width, height, walk->label, walk->err)) return false;
    pnm->width = (int)width;
    pnm->height = (int)height;
    pnm->maxval = (int)maxval;
    pnm->channels = pnm->format == 3 || pnm->format == 6 ? 3 : 1;
    pnm->at = walk->at;
    /* In text every value has at least a digit. */
    uint64_t needed = pnm->format > 3 ? (uint64_t)row_bytes(pnm) * (uint64_t)height
                                      : (uint64_t)width * (uint64_t)height * (uint64_t)pnm->channels;
    if (needed <= walk->size - walk->at) return true;
    return error_set(walk->err, ERROR_FILE,
                     "%s: is a damaged PNM: its pixels need %llu bytes, the file has %zu left", walk->label,
                     (unsigned long long)needed, walk->size - walk->at);
}

bool image_guard_check_pnm(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label,
                           Error *err) {
    Pnm pnm;
    PnmWalk walk = {.label = label, .err = err, .bytes = bytes, .size = size};
    if (!read_pnm(&walk, &pnm)) return false;
    guard->width = pnm.width;
    guard->height = pnm.height;
    return true;
}

/* Halves to even, in double, as Python rounds. Of 16-bit grays Pillow makes nonsense: they keep their high
 * byte, as those of a PNG. */
static uint8_t stretch(const Pnm *pnm, int value) {
    if (pnm->maxval == 255) return (uint8_t)value;
    bool wide_gray = pnm->maxval > 255 && pnm->channels == 1;
    double most = wide_gray ? 65535.0 : 255.0;
    int stretched = (int)fmin(most, rint((double)value / pnm->maxval * most));
    return (uint8_t)(wide_gray ? stretched >> 8 : stretched);
}

/* A bit that is set is black. In text, bits need no spaces between them. -1 where there is none. */
static int next_bit(PnmWalk *walk) {
    int byte = next_byte(walk);
    while (is_space(byte)) byte = next_byte(walk);
    return byte == '0' ? 255 : byte == '1' ? 0 : -1;
}

static int next_sample(PnmWalk *walk, const Pnm *pnm) {
    if (pnm->format == 1) return next_bit(walk);
    if (pnm->format <= 3) {
        long long value = next_number(walk);
        return value >= 0 && value <= pnm->maxval ? stretch(pnm, (int)value) : -1;
    }
    int value = walk->bytes[walk->at++];
    if (pnm->maxval > 255) value = value << 8 | walk->bytes[walk->at++];
    return stretch(pnm, value);
}

static bool read_row(PnmWalk *walk, const Pnm *pnm, uint8_t *rgb) {
    for (int x = 0; x < pnm->width; x++, rgb += 3) {
        for (int c = 0; c < pnm->channels; c++) {
            int sample = next_sample(walk, pnm);
            if (sample < 0) return false;
            rgb[c] = (uint8_t)sample;
        }
        if (pnm->channels == 1) rgb[1] = rgb[2] = rgb[0];
    }
    return true;
}

static void read_bits(PnmWalk *walk, const Pnm *pnm, uint8_t *rgb) {
    const uint8_t *row = walk->bytes + walk->at;
    for (int x = 0; x < pnm->width; x++) memset(rgb + 3 * x, row[x / 8] >> (7 - x % 8) & 1 ? 0 : 255, 3);
    walk->at += row_bytes(pnm);
}

bool decode_pnm(Sheet *sheet, const uint8_t *bytes, size_t size) {
    Pnm pnm;
    PnmWalk walk = {.bytes = bytes, .size = size};
    bool fits = read_pnm(&walk, &pnm) && pnm.width == sheet->width && pnm.height == sheet->height &&
                sheet_begin(sheet, false);
    for (int y = 0; fits && y < pnm.height; y++) {
        if (pnm.format == 4)
            read_bits(&walk, &pnm, sheet_row(sheet, y));
        else
            fits = read_row(&walk, &pnm, sheet_row(sheet, y));
        sheet_put(sheet, y);
    }
    return fits;
}
