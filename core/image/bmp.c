/* BMP: 1, 4, 8, 16, 24 and 32 bits a pixel, with masks or run lengths, bottom up or top down. Source:
 * Microsoft, "Bitmap Storage" and "Bitmap Compression"; of colours that masks cut out, as Pillow. */
#include <string.h>

#include "core/image/decode.h"

enum {
    BMP_FILE_HEAD = 14,
    BMP_CORE_HEAD = 12, /* of OS/2: short sides, three bytes a colour */
    BMP_INFO_HEAD = 40,
    BMP_COLORS = 256,
    BMP_RAW = 0,
    BMP_RLE8 = 1,
    BMP_RLE4 = 2,
    BMP_MASKS = 3
};

typedef struct Bmp {
    int width, height, bits, compression;
    bool top_down;
    uint32_t masks[3];
    uint8_t palette[BMP_COLORS][3];
    size_t at; /* of the pixels */
} Bmp;

typedef struct BmpWalk {
    const char *label;
    Error *err;
    const uint8_t *bytes;
    size_t size;
} BmpWalk;

/* 0 past the end. */
static uint32_t read_le(const BmpWalk *walk, size_t at, int count) {
    uint32_t value = 0;
    for (int k = count - 1; k >= 0; k--) {
        size_t place = at + (size_t)k;
        value = value << 8 | (place < walk->size ? walk->bytes[place] : 0u);
    }
    return value;
}

static bool damaged(const BmpWalk *walk, const char *what) {
    return error_set(walk->err, ERROR_FILE, "%s: is a damaged BMP: %s", walk->label, what);
}

static bool read_size(const BmpWalk *walk, Bmp *bmp, size_t head) {
    bool core = head == BMP_CORE_HEAD;
    const size_t at = BMP_FILE_HEAD + 4;
    int64_t width = (int32_t)read_le(walk, at, core ? 2 : 4);
    int64_t height = (int32_t)read_le(walk, core ? at + 2 : at + 4, core ? 2 : 4);
    bmp->bits = (int)read_le(walk, core ? at + 6 : at + 10, 2);
    bmp->compression = core ? BMP_RAW : (int)(read_le(walk, at + 12, 4) & 0x7fffffff);
    bmp->top_down = height < 0;
    if (height < 0) height = -height;
    if (!image_guard_check_size(width, height, walk->label, walk->err)) return false;
    bmp->width = (int)width;
    bmp->height = (int)height;
    return true;
}

static bool check_kind(const BmpWalk *walk, const Bmp *bmp) {
    int bits = bmp->bits;
    bool known = bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
    bool fits = bmp->compression == BMP_RAW    ? known
                : bmp->compression == BMP_RLE8 ? bits == 8
                : bmp->compression == BMP_RLE4 ? bits == 4
                                               : bmp->compression == BMP_MASKS && bits >= 16 && known;
    if (fits) return true;
    return error_set(walk->err, ERROR_FILE,
                     "%s: is a BMP of an unsupported kind: %d bits a pixel with compression %d", walk->label,
                     bits, bmp->compression);
}

/* Masks lie behind the first 40 bytes of the header, whether they belong to it or not. */
static void read_masks(const BmpWalk *walk, Bmp *bmp) {
    static const uint32_t usual[2][3] = {{0x7c00, 0x3e0, 0x1f}, {0xff0000, 0xff00, 0xff}};
    memcpy(bmp->masks, usual[bmp->bits > 16], sizeof bmp->masks);
    if (bmp->compression != BMP_MASKS) return;
    uint32_t masks[3];
    for (size_t c = 0; c < 3; c++) masks[c] = read_le(walk, BMP_FILE_HEAD + BMP_INFO_HEAD + 4 * c, 4);
    if (masks[0] | masks[1] | masks[2]) memcpy(bmp->masks, masks, sizeof masks);
}

/* Blue, green, red; a colour that the table does not have is gray. */
static void read_palette(const BmpWalk *walk, Bmp *bmp, size_t at, size_t count, size_t step) {
    for (size_t k = 0; k < BMP_COLORS; k++) {
        const uint8_t *color = walk->bytes + at + k * step;
        bool known = k < count && at + (k + 1) * step <= walk->size;
        for (size_t c = 0; c < 3; c++) bmp->palette[k][c] = known ? color[2 - c] : (uint8_t)k;
    }
}

static bool check_rows(const BmpWalk *walk, const Bmp *bmp) {
    uint64_t row = ((uint64_t)bmp->width * (uint64_t)bmp->bits + 31) / 32 * 4;
    uint64_t needed = row * (uint64_t)bmp->height;
    if (bmp->compression == BMP_RLE8 || bmp->compression == BMP_RLE4) needed = 2;
    if (bmp->at <= walk->size && needed <= walk->size - bmp->at) return true;
    return error_set(walk->err, ERROR_FILE, "%s: is a damaged BMP: it needs %llu bytes, the file has %zu",
                     walk->label, (unsigned long long)(bmp->at + needed), walk->size);
}

static bool read_bmp(const BmpWalk *walk, Bmp *bmp) {
    size_t head = read_le(walk, BMP_FILE_HEAD, 4), end = BMP_FILE_HEAD + head;
    *bmp = (Bmp){.at = read_le(walk, 10, 4)};
    if (end > walk->size) return damaged(walk, "its header is cut off");
    if (!read_size(walk, bmp, head) || !check_kind(walk, bmp)) return false;
    if (bmp->compression == BMP_MASKS && head == BMP_INFO_HEAD) end += 12;
    size_t step = head == BMP_CORE_HEAD ? 3 : 4;
    size_t count = head >= BMP_INFO_HEAD ? read_le(walk, BMP_FILE_HEAD + 32, 4) : 0;
    if (bmp->bits > 8) count = 0;
    if (bmp->bits <= 8 && (count == 0 || count > BMP_COLORS)) count = (size_t)1 << bmp->bits;
    read_masks(walk, bmp);
    read_palette(walk, bmp, end, count, step);
    if (bmp->at == 0) bmp->at = end + count * step;
    return check_rows(walk, bmp);
}

bool image_guard_check_bmp(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label,
                           Error *err) {
    Bmp bmp;
    BmpWalk walk = {.label = label, .err = err, .bytes = bytes, .size = size};
    if (!read_bmp(&walk, &bmp)) return false;
    guard->width = bmp.width;
    guard->height = bmp.height;
    return true;
}

/* The bits under a mask, stretched to 0 .. 255. */
static uint8_t under_mask(uint32_t pixel, uint32_t mask) {
    if (mask == 0) return 0;
    int shift = __builtin_ctz(mask);
    return (uint8_t)((uint64_t)((pixel & mask) >> shift) * 255 / (mask >> shift));
}

/* The usual kind, with neither palette nor masks of its own. */
static void reverse_colors(const uint8_t *from, uint8_t *rgb, int width) {
    for (int x = 0; x < width; x++, from += 3, rgb += 3) {
        rgb[0] = from[2];
        rgb[1] = from[1];
        rgb[2] = from[0];
    }
}

static void unpack_row(const BmpWalk *walk, const Bmp *bmp, size_t at, uint8_t *rgb) {
    if (bmp->bits == 24 && bmp->compression == BMP_RAW) {
        reverse_colors(walk->bytes + at, rgb, bmp->width);
        return;
    }
    for (int x = 0; x < bmp->width; x++, rgb += 3) {
        size_t bit = (size_t)x * (size_t)bmp->bits;
        const uint8_t *from = walk->bytes + at + bit / 8;
        if (bmp->bits <= 8) {
            int index = from[0] >> (8 - bmp->bits - (int)(bit % 8)) & ((1 << bmp->bits) - 1);
            memcpy(rgb, bmp->palette[index], 3);
        } else {
            uint32_t pixel = read_le(walk, at + bit / 8, bmp->bits / 8);
            for (int c = 0; c < 3; c++) rgb[c] = under_mask(pixel, bmp->masks[c]);
        }
    }
}

static uint8_t *row_of(const Sheet *sheet, const Bmp *bmp, int y) {
    return sheet_row(sheet, bmp->top_down ? y : sheet->height - 1 - y);
}

/* A pen that goes over the picture row by row; what it passes over keeps colour 0. */
typedef struct BmpPen {
    const Sheet *sheet;
    const Bmp *bmp;
    int x, y;
} BmpPen;

static void pen_write(BmpPen *pen, int color) {
    if (pen->x < pen->bmp->width && pen->y < pen->bmp->height)
        memcpy(row_of(pen->sheet, pen->bmp, pen->y) + 3 * pen->x, pen->bmp->palette[color], 3);
    if (pen->x < pen->bmp->width) pen->x++;
}

/* The k-th colour of bytes that hold one or two each. */
static int color_at(const BmpWalk *walk, const Bmp *bmp, size_t at, int k) {
    if (bmp->bits == 8) return (int)read_le(walk, at + (size_t)k, 1);
    int pair = (int)read_le(walk, at + (size_t)(k / 2), 1);
    return k % 2 == 0 ? pair >> 4 : pair & 15;
}

/* `count` colours as they are, padded to an even number of bytes. False when the file ends within. */
static bool copy_colors(BmpPen *pen, const BmpWalk *walk, size_t *at, int count) {
    size_t bytes = pen->bmp->bits == 8 ? (size_t)count : ((size_t)count + 1) / 2;
    if (bytes > walk->size - *at) return false;
    for (int k = 0; k < count; k++) pen_write(pen, color_at(walk, pen->bmp, *at, k));
    *at += bytes + bytes % 2;
    if (*at > walk->size) *at = walk->size;
    return true;
}

/* Pairs of bytes: a count and what to repeat, or 0 and an escape: 0 ends a row, 1 the picture, 2 moves the
 * pen, more is a count of colours that follow. */
static bool write_runs(BmpPen *pen, const BmpWalk *walk) {
    size_t at = pen->bmp->at;
    while (walk->size - at >= 2 && pen->y < pen->bmp->height) {
        int count = walk->bytes[at], value = walk->bytes[at + 1];
        at += 2;
        if (count > 0) {
            for (int k = 0; k < count; k++)
                pen_write(pen, color_at(walk, pen->bmp, at - 1, pen->bmp->bits == 8 ? 0 : k % 2));
        } else if (value == 0) {
            pen->x = 0;
            pen->y++;
        } else if (value == 1) {
            return true;
        } else if (value == 2) {
            if (walk->size - at < 2) return false;
            pen->x += walk->bytes[at];
            pen->y += walk->bytes[at + 1];
            at += 2;
        } else if (!copy_colors(pen, walk, &at, value)) {
            return false;
        }
    }
    return pen->y >= pen->bmp->height || (pen->y == pen->bmp->height - 1 && pen->x >= pen->bmp->width);
}

static bool decode_runs(Sheet *sheet, const BmpWalk *walk, const Bmp *bmp) {
    BmpPen pen = {.sheet = sheet, .bmp = bmp};
    for (int y = 0; y < bmp->height; y++)
        for (int x = 0; x < bmp->width; x++) memcpy(sheet_row(sheet, y) + 3 * x, bmp->palette[0], 3);
    return write_runs(&pen, walk);
}

bool decode_bmp(Sheet *sheet, const uint8_t *bytes, size_t size) {
    Bmp bmp;
    BmpWalk walk = {.bytes = bytes, .size = size};
    bool fits = read_bmp(&walk, &bmp) && bmp.width == sheet->width && bmp.height == sheet->height &&
                sheet_begin(sheet, true);
    if (!fits) return false;
    if (bmp.compression == BMP_RLE8 || bmp.compression == BMP_RLE4) return decode_runs(sheet, &walk, &bmp);
    size_t stride = ((size_t)bmp.width * (size_t)bmp.bits + 31) / 32 * 4;
    for (int y = 0; y < bmp.height; y++)
        unpack_row(&walk, &bmp, bmp.at + stride * (size_t)y, row_of(sheet, &bmp, y));
    return true;
}
