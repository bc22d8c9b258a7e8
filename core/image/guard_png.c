/* PNG: every chunk's length, name, order and CRC, and the size of the inflated data.
 * Source: Portable Network Graphics Specification (Second Edition), sections 5.6, 11.2 and 11.3. */
#include <string.h>
#include <zlib.h>

#include "core/image/decode.h"

enum {
    PNG_SLACK_BYTES = 1 << 16,
    PNG_INFLATE_BYTES = 1 << 15,
    /* What stb_image holds at once of RGBA with 16 bits, the largest: all rows inflated, those unfiltered, and two copies
     * on the way to three bytes. */
    STB_BYTES_A_PIXEL = 24
};

typedef struct PngWalk {
    const char *label;
    Error *err;
    int width, height, depth, color;
    bool interlaced;
    int palette_count;
    bool has_transparency, data_seen, data_ended;
    uint64_t expected_bytes, inflated_bytes;
    z_stream stream;
    bool stream_ended;
} PngWalk;

typedef struct PngChunk {
    const uint8_t *type; /* 4 letters */
    const uint8_t *data;
    uint32_t size;
} PngChunk;

static uint32_t read_u32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool damaged(const PngWalk *walk, const char *what) {
    return error_set(walk->err, ERROR_FILE, "%s: is a damaged PNG: %s", walk->label, what);
}

static bool chunk_is(const PngChunk *chunk, const char *type) {
    return memcmp(chunk->type, type, 4) == 0;
}

static int channels_of(int color) {
    switch (color) {
    case 2: return 3;
    case 4: return 2;
    case 6: return 4;
    default: return 1;
    }
}

static bool depth_is_allowed(int color, int depth) {
    switch (color) {
    case 0: return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case 3: return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case 2:
    case 4:
    case 6: return depth == 8 || depth == 16;
    default: return false;
    }
}

static uint64_t pass_bytes(const PngWalk *walk, uint64_t width, uint64_t height) {
    if (width == 0 || height == 0) return 0;
    uint64_t bits = width * (uint64_t)channels_of(walk->color) * (uint64_t)walk->depth;
    return height * (1 + (bits + 7) / 8);
}

/* Bytes of the filtered rows, interlaced in Adam7's seven passes or not. */
static uint64_t data_bytes(const PngWalk *walk) {
    static const int x0[7] = {0, 4, 0, 2, 0, 1, 0}, dx[7] = {8, 8, 4, 4, 2, 2, 1};
    static const int y0[7] = {0, 0, 4, 0, 2, 0, 1}, dy[7] = {8, 8, 8, 4, 4, 2, 2};
    if (!walk->interlaced) return pass_bytes(walk, (uint64_t)walk->width, (uint64_t)walk->height);
    uint64_t sum = 0;
    for (int pass = 0; pass < 7; pass++) {
        int width = (walk->width - x0[pass] + dx[pass] - 1) / dx[pass];
        int height = (walk->height - y0[pass] + dy[pass] - 1) / dy[pass];
        sum += pass_bytes(walk, (uint64_t)width, (uint64_t)height);
    }
    return sum;
}

static bool check_header(PngWalk *walk, const PngChunk *chunk) {
    if (!chunk_is(chunk, "IHDR") || chunk->size != 13)
        return damaged(walk, "it does not begin with its header");
    uint32_t width = read_u32(chunk->data), height = read_u32(chunk->data + 4);
    if (!image_guard_check_size(width, height, walk->label, walk->err)) return false;
    walk->width = (int)width;
    walk->height = (int)height;
    walk->depth = chunk->data[8];
    walk->color = chunk->data[9];
    if (!depth_is_allowed(walk->color, walk->depth)) {
        return error_set(walk->err, ERROR_FILE,
                         "%s: is a damaged PNG: color type %d with %d bits does not exist", walk->label,
                         walk->color, walk->depth);
    }
    if (chunk->data[10] != 0 || chunk->data[11] != 0 || chunk->data[12] > 1) {
        return damaged(walk, "its compression, filter or interlace method is unknown");
    }
    walk->interlaced = chunk->data[12] == 1;
    walk->expected_bytes = data_bytes(walk);
    return true;
}

static bool check_palette(PngWalk *walk, const PngChunk *chunk) {
    uint32_t count = chunk->size / 3;
    if (walk->data_seen || walk->palette_count > 0 || walk->has_transparency) {
        return damaged(walk, "its palette is in the wrong place");
    }
    if (walk->color == 0 || walk->color == 4) return damaged(walk, "a gray picture has a palette");
    if (chunk->size % 3 != 0 || count < 1 || count > 256 || (walk->color == 3 && count > 1u << walk->depth)) {
        return damaged(walk, "its palette has an impossible size");
    }
    walk->palette_count = (int)count;
    return true;
}

static bool check_transparency(PngWalk *walk, const PngChunk *chunk) {
    bool fits = walk->color == 0   ? chunk->size == 2
                : walk->color == 2 ? chunk->size == 6
                                   : walk->color == 3 && chunk->size <= (uint32_t)walk->palette_count;
    if (walk->data_seen || walk->has_transparency || !fits) {
        return damaged(walk, "its transparency is misplaced or has the wrong size");
    }
    walk->has_transparency = true;
    return true;
}

/* Inflates only to count and to check; the bytes go nowhere. */
static bool check_data(PngWalk *walk, const PngChunk *chunk) {
    uint8_t out[PNG_INFLATE_BYTES];
    if (walk->data_ended) return damaged(walk, "its picture data is torn apart");
    if (walk->color == 3 && walk->palette_count == 0) return damaged(walk, "its palette is missing");
    walk->data_seen = true;
    walk->stream.next_in = (Bytef *)chunk->data;
    walk->stream.avail_in = chunk->size;
    while (!walk->stream_ended && walk->stream.avail_in > 0) {
        walk->stream.next_out = out;
        walk->stream.avail_out = sizeof out;
        int status = inflate(&walk->stream, Z_NO_FLUSH);
        walk->inflated_bytes += sizeof out - walk->stream.avail_out;
        if (status == Z_STREAM_END) walk->stream_ended = true;
        if (status != Z_STREAM_END && status != Z_OK)
            return damaged(walk, "its picture data cannot be inflated");
        if (walk->inflated_bytes > walk->expected_bytes + PNG_SLACK_BYTES) {
            return damaged(walk, "its picture data inflates to more than the picture");
        }
    }
    return true;
}

static bool check_end(PngWalk *walk) {
    if (!walk->data_seen) return damaged(walk, "it has no picture data");
    if (!walk->stream_ended) return damaged(walk, "its picture data is cut off");
    if (walk->inflated_bytes >= walk->expected_bytes) return true;
    return error_set(walk->err, ERROR_FILE,
                     "%s: is a damaged PNG: its picture data has %llu bytes, expected %llu", walk->label,
                     (unsigned long long)walk->inflated_bytes, (unsigned long long)walk->expected_bytes);
}

static bool type_is_letters(const uint8_t *type) {
    for (int k = 0; k < 4; k++) {
        uint8_t letter = type[k] & ~0x20u;
        if (letter < 'A' || letter > 'Z') return false;
    }
    return true;
}

/* Fits the bytes that are left, has a plausible name, and its CRC is right. */
static bool read_chunk(const PngWalk *walk, PngChunk *chunk, const uint8_t *bytes, size_t left) {
    if (left < 12) return damaged(walk, "it is cut off before its end");
    *chunk = (PngChunk){.size = read_u32(bytes), .type = bytes + 4, .data = bytes + 8};
    if (!type_is_letters(chunk->type))
        return damaged(walk, "one of its chunks has a name that is not letters");
    if (chunk->size > left - 12) {
        return error_set(walk->err, ERROR_FILE,
                         "%s: is a damaged PNG: chunk %.4s needs %u bytes, the file has %zu left",
                         walk->label, (const char *)chunk->type, chunk->size, left - 12);
    }
    uLong crc = crc32(crc32(0, NULL, 0), chunk->type, chunk->size + 4);
    if (crc == read_u32(chunk->data + chunk->size)) return true;
    return error_set(walk->err, ERROR_FILE, "%s: is a damaged PNG: the checksum of chunk %.4s is wrong",
                     walk->label, (const char *)chunk->type);
}

static bool check_chunk(PngWalk *walk, const PngChunk *chunk) {
    if (chunk_is(chunk, "IDAT")) return check_data(walk, chunk);
    if (walk->data_seen) walk->data_ended = true;
    if (chunk_is(chunk, "PLTE")) return check_palette(walk, chunk);
    if (chunk_is(chunk, "tRNS")) return check_transparency(walk, chunk);
    if (chunk_is(chunk, "IEND")) return check_end(walk);
    if (chunk_is(chunk, "IHDR")) return damaged(walk, "it has two headers");
    if (chunk->type[0] & 0x20) return true; /* ancillary: the decoder does not read it */
    return error_set(walk->err, ERROR_FILE, "%s: is a PNG with the unknown critical chunk %.4s", walk->label,
                     (const char *)chunk->type);
}

static bool walk_chunks(PngWalk *walk, const uint8_t *bytes, size_t size) {
    size_t at = 8;
    PngChunk chunk;
    if (!read_chunk(walk, &chunk, bytes + at, size - at) || !check_header(walk, &chunk)) return false;
    do {
        at += (size_t)chunk.size + 12;
        if (!read_chunk(walk, &chunk, bytes + at, size - at) || !check_chunk(walk, &chunk)) return false;
    } while (!chunk_is(&chunk, "IEND"));
    return true;
}

bool image_guard_check_png(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label,
                           Error *err) {
    PngWalk walk = {.label = label, .err = err};
    if (inflateInit(&walk.stream) != Z_OK) {
        return error_set(err, ERROR_FAILED, "%s: not enough memory to check it", label);
    }
    bool good = walk_chunks(&walk, bytes, size);
    inflateEnd(&walk.stream);
    guard->width = walk.width;
    guard->height = walk.height;
    const uint64_t pixels = (uint64_t)walk.width * (uint64_t)walk.height;
    if (pixels <= DECODE_STB_PIXELS)
        guard->working += STB_BYTES_A_PIXEL * pixels;
    else if (walk.interlaced && guard->orientation > 1)
        guard->working += 3 * pixels;
    return good;
}
