/* GIF: the first frame, on the colour that lies around it. Source: GIF89a specification, sections 18 to 22
 * and appendix F; where it is silent, as Pillow does. */
#include <string.h>

#include "core/image/decode.h"

enum {
    GIF_SCREEN_HEAD = 13,
    GIF_FRAME_HEAD = 9,
    GIF_COLORS = 256,
    GIF_CODES = 4096,
    GIF_CODE_BITS_MAX = 12,
    GIF_BITS_MAX = 8,
    GIF_EXTENSION = 0x21,
    GIF_FRAME = 0x2C,
    GIF_CONTROL = 0xF9
};

typedef struct Gif {
    int width, height; /* of the whole picture */
    int left, top, frame_width, frame_height;
    bool interlaced;
    int around; /* the colour index where the frame does not reach */
    uint8_t palette[GIF_COLORS][3];
    int bits;        /* of a colour index */
    size_t at;       /* of the first block of data */
    size_t data_end; /* behind the empty block that ends them */
} Gif;

typedef struct GifWalk {
    const char *label;
    Error *err;
    const uint8_t *bytes;
    size_t size, at;
} GifWalk;

static int read_le16(const uint8_t *bytes) {
    return bytes[0] | bytes[1] << 8;
}

static bool damaged(const GifWalk *walk, const char *what) {
    return error_set(walk->err, ERROR_FILE, "%s: is a damaged GIF: %s", walk->label, what);
}

static bool has(const GifWalk *walk, size_t count) {
    return count <= walk->size - walk->at;
}

/* A colour that the table does not have is gray. */
static bool read_palette(GifWalk *walk, Gif *gif, int flags) {
    size_t bytes = (size_t)3 << ((flags & 7) + 1);
    if (!has(walk, bytes)) return damaged(walk, "its colours are cut off");
    for (int k = 0; k < GIF_COLORS; k++) memset(gif->palette[k], k, 3);
    memcpy(gif->palette, walk->bytes + walk->at, bytes);
    walk->at += bytes;
    return true;
}

/* Blocks of at most 255 bytes up to an empty one. */
static bool skip_blocks(GifWalk *walk) {
    while (has(walk, 1)) {
        size_t length = walk->bytes[walk->at++];
        if (length == 0) return true;
        if (!has(walk, length)) break;
        walk->at += length;
    }
    return damaged(walk, "it is cut off");
}

static bool read_extension(GifWalk *walk, Gif *gif) {
    const uint8_t *data = walk->bytes + walk->at;
    if (!has(walk, 1)) return damaged(walk, "it is cut off");
    bool control = data[0] == GIF_CONTROL && has(walk, 6) && data[1] >= 4;
    if (control && (data[2] & 1)) gif->around = data[5];
    walk->at++;
    return skip_blocks(walk);
}

static bool read_frame(GifWalk *walk, Gif *gif) {
    if (!has(walk, GIF_FRAME_HEAD)) return damaged(walk, "it is cut off");
    const uint8_t *head = walk->bytes + walk->at;
    gif->left = read_le16(head);
    gif->top = read_le16(head + 2);
    gif->frame_width = read_le16(head + 4);
    gif->frame_height = read_le16(head + 6);
    gif->interlaced = head[8] & 0x40;
    walk->at += GIF_FRAME_HEAD;
    if ((head[8] & 0x80) && !read_palette(walk, gif, head[8])) return false;
    if (gif->frame_width < 1 || gif->frame_height < 1) return damaged(walk, "its frame is empty");
    if (gif->left + gif->frame_width > gif->width) gif->width = gif->left + gif->frame_width;
    if (gif->top + gif->frame_height > gif->height) gif->height = gif->top + gif->frame_height;
    if (!has(walk, 1)) return damaged(walk, "it is cut off");
    gif->bits = walk->bytes[walk->at++];
    if (gif->bits < 1 || gif->bits > GIF_BITS_MAX)
        return damaged(walk, "its colours have an impossible number of bits");
    gif->at = walk->at;
    if (!skip_blocks(walk)) return false;
    gif->data_end = walk->at;
    return true;
}

static bool read_gif(GifWalk *walk, Gif *gif) {
    *gif = (Gif){.width = 0};
    if (!has(walk, GIF_SCREEN_HEAD)) return damaged(walk, "it is cut off");
    const uint8_t *head = walk->bytes;
    gif->width = read_le16(head + 6);
    gif->height = read_le16(head + 8);
    walk->at = GIF_SCREEN_HEAD;
    for (int k = 0; k < GIF_COLORS; k++) memset(gif->palette[k], k, 3);
    if ((head[10] & 0x80) && !read_palette(walk, gif, head[10])) return false;
    while (has(walk, 1)) {
        int sign = walk->bytes[walk->at++];
        if (sign == GIF_FRAME) return read_frame(walk, gif);
        if (sign == GIF_EXTENSION && !read_extension(walk, gif)) return false;
        if (sign == ';') break;
    }
    return damaged(walk, "it has no picture");
}

bool image_guard_check_gif(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label,
                           Error *err) {
    Gif gif;
    GifWalk walk = {.label = label, .err = err, .bytes = bytes, .size = size};
    if (!read_gif(&walk, &gif)) return false;
    guard->width = gif.width;
    guard->height = gif.height;
    return image_guard_check_size(gif.width, gif.height, label, err);
}

/* Codes of growing length out of the blocks, lowest bit first. */
typedef struct GifBits {
    const uint8_t *bytes;
    size_t at, end, block; /* bytes left in the block at `at` */
    uint32_t held;
    int count; /* of bits in `held` */
} GifBits;

/* -1 at the end of the data. */
static int next_code(GifBits *bits, int length) {
    while (bits->count < length) {
        if (bits->block == 0) {
            if (bits->at >= bits->end || bits->bytes[bits->at] == 0) return -1;
            bits->block = bits->bytes[bits->at++];
        }
        bits->held |= (uint32_t)bits->bytes[bits->at++] << bits->count;
        bits->count += 8;
        bits->block--;
    }
    int code = (int)(bits->held & ((1u << length) - 1));
    bits->held >>= length;
    bits->count -= length;
    return code;
}

/* Each code above the colours is an earlier code's text and one more colour. */
typedef struct GifTable {
    uint16_t before[GIF_CODES];
    uint8_t last[GIF_CODES], first[GIF_CODES];
    int clear, count, length; /* count: codes in use; length: bits of the next code */
} GifTable;

static void table_clear(GifTable *table, int bits) {
    table->clear = 1 << bits;
    table->count = table->clear + 2;
    table->length = bits + 1;
    for (int k = 0; k < table->clear; k++) table->first[k] = table->last[k] = (uint8_t)k;
}

static void table_add(GifTable *table, int before, uint8_t last) {
    if (table->count >= GIF_CODES) return;
    table->before[table->count] = (uint16_t)before;
    table->first[table->count] = table->first[before];
    table->last[table->count++] = last;
    if (table->count == 1 << table->length && table->length < GIF_CODE_BITS_MAX) table->length++;
}

typedef struct GifWriter {
    const Sheet *sheet;
    const Gif *gif;
    int x, row; /* row: how many were written */
    bool full;
} GifWriter;

/* Interlaced rows come as every eighth, the eighths between, the quarters between, the halves between. */
static int row_place(const Gif *gif, int row) {
    static const int first[4] = {0, 4, 2, 1}, step[4] = {8, 8, 4, 2};
    if (!gif->interlaced) return row;
    for (int pass = 0; pass < 4; pass++) {
        int rows =
            gif->frame_height > first[pass] ? (gif->frame_height - first[pass] - 1) / step[pass] + 1 : 0;
        if (row < rows) return first[pass] + row * step[pass];
        row -= rows;
    }
    return 0;
}

static void write_color(GifWriter *writer, int color) {
    const Gif *gif = writer->gif;
    if (writer->full) return;
    uint8_t *row = sheet_row(writer->sheet, gif->top + row_place(gif, writer->row));
    memcpy(row + 3 * (gif->left + writer->x), gif->palette[color], 3);
    if (++writer->x < gif->frame_width) return;
    writer->x = 0;
    writer->full = ++writer->row == gif->frame_height;
}

/* A code's text is found from its end. */
static void write_text(GifWriter *writer, const GifTable *table, int code) {
    uint8_t text[GIF_CODES];
    int length = 0;
    for (; code >= table->clear + 2; code = table->before[code]) text[length++] = table->last[code];
    write_color(writer, code);
    while (length > 0) write_color(writer, text[--length]);
}

/* False for a code that does not exist yet. Ends with the data, or when the frame is full. */
static bool write_frame(GifWriter *writer, const uint8_t *bytes) {
    const Gif *gif = writer->gif;
    GifTable table;
    GifBits bits = {.bytes = bytes, .at = gif->at, .end = gif->data_end};
    int before = -1;
    table_clear(&table, gif->bits);
    while (!writer->full) {
        int code = next_code(&bits, table.length);
        if (code < 0 || code == table.clear + 1) break;
        if (code == table.clear) {
            table_clear(&table, gif->bits);
            before = -1;
            continue;
        }
        if (code > table.count || (code == table.count && before < 0)) return false;
        if (before >= 0) table_add(&table, before, table.first[code < table.count ? code : before]);
        if (code >= table.count) return false;
        write_text(writer, &table, code);
        before = code;
    }
    return true;
}

bool decode_gif(Sheet *sheet, const uint8_t *bytes, size_t size) {
    Gif gif;
    GifWalk walk = {.bytes = bytes, .size = size};
    bool fits = read_gif(&walk, &gif) && gif.width == sheet->width && gif.height == sheet->height &&
                sheet_begin(sheet, true);
    if (!fits) return false;
    for (int y = 0; y < sheet->height; y++)
        for (int x = 0; x < sheet->width; x++)
            memcpy(sheet_row(sheet, y) + 3 * x, gif.palette[gif.around], 3);
    GifWriter writer = {.sheet = sheet, .gif = &gif};
    return write_frame(&writer, bytes);
}
