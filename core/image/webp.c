/* WebP: the chunks around the picture are walked here, the picture itself is libwebp's. Of an animation the
 * first frame is taken, on black. Source: WebP Container Specification; RFC 6386, section 9.1; WebP Lossless
 * Bitstream Specification, section 3. */
#include <string.h>
#include <webp/decode.h>

#include "core/image/decode.h"

enum { RIFF_HEAD = 12, CHUNK_HEAD = 8, ANMF_HEAD = 16, VP8X_SIZE = 10, VP8_HEAD = 10, VP8L_HEAD = 5 };

/* Where the first picture lies in the file, and where it belongs on the sheet. */
typedef struct Webp {
    size_t at, end; /* of its chunk, header included */
    int width, height, left, top;
    int full_width, full_height;
    bool lossless;
} Webp;

typedef struct WebpWalk {
    const char *label;
    Error *err;
    const uint8_t *bytes;
    size_t size;
} WebpWalk;

static uint32_t read_le(const uint8_t *bytes, int count) {
    uint32_t value = 0;
    for (int k = count - 1; k >= 0; k--) value = value << 8 | bytes[k];
    return value;
}

static bool damaged(const WebpWalk *walk, const char *what) {
    return error_set(walk->err, ERROR_FILE, "%s: is a damaged WebP: %s", walk->label, what);
}

/* The size that the picture's own header gives. */
static bool read_picture(const WebpWalk *walk, Webp *webp) {
    const uint8_t *data = walk->bytes + webp->at + CHUNK_HEAD;
    size_t size = webp->end - webp->at - CHUNK_HEAD;
    if (webp->lossless) {
        if (size < VP8L_HEAD || data[0] != 0x2f) return damaged(walk, "its picture has no header");
        uint32_t bits = read_le(data + 1, 4);
        webp->width = (int)(bits & 0x3fff) + 1;
        webp->height = (int)(bits >> 14 & 0x3fff) + 1;
        return true;
    }
    bool key = size >= VP8_HEAD && (data[0] & 1) == 0 && memcmp(data + 3, "\x9d\x01\x2a", 3) == 0;
    if (!key) return damaged(walk, "its picture has no header");
    webp->width = (int)(read_le(data + 6, 2) & 0x3fff);
    webp->height = (int)(read_le(data + 8, 2) & 0x3fff);
    return true;
}

/* Goes from chunk to chunk within at .. end to the first with pixels. An animation's frame is a chunk with
 * chunks of its own, which is stepped into. */
static bool find_picture(const WebpWalk *walk, Webp *webp, size_t at, size_t end) {
    while (end - at >= CHUNK_HEAD) {
        const uint8_t *chunk = walk->bytes + at;
        size_t size = read_le(chunk + 4, 4);
        if (size > end - at - CHUNK_HEAD) return damaged(walk, "it is cut off inside a chunk");
        webp->lossless = memcmp(chunk, "VP8L", 4) == 0;
        if (webp->lossless || memcmp(chunk, "VP8 ", 4) == 0) {
            webp->at = at;
            webp->end = at + CHUNK_HEAD + size;
            return read_picture(walk, webp);
        }
        if (memcmp(chunk, "VP8X", 4) == 0 && size >= VP8X_SIZE) {
            webp->full_width = (int)read_le(chunk + CHUNK_HEAD + 4, 3) + 1;
            webp->full_height = (int)read_le(chunk + CHUNK_HEAD + 7, 3) + 1;
        }
        if (memcmp(chunk, "ANMF", 4) == 0) {
            if (size < ANMF_HEAD) return damaged(walk, "a frame has no header");
            webp->left = 2 * (int)read_le(chunk + CHUNK_HEAD, 3);
            webp->top = 2 * (int)read_le(chunk + CHUNK_HEAD + 3, 3);
            end = at + CHUNK_HEAD + size;
            at += CHUNK_HEAD + ANMF_HEAD;
            continue;
        }
        at += CHUNK_HEAD + size;
        if (size % 2 == 1 && at < end) at++;
    }
    return damaged(walk, "it has no picture data");
}

static bool read_webp(const WebpWalk *walk, Webp *webp) {
    *webp = (Webp){.width = 0};
    if (walk->size < RIFF_HEAD) return damaged(walk, "it is cut off");
    size_t end = CHUNK_HEAD + (size_t)read_le(walk->bytes + 4, 4);
    if (end > walk->size) {
        return error_set(walk->err, ERROR_FILE, "%s: is a damaged WebP: it needs %zu bytes, the file has %zu",
                         walk->label, end, walk->size);
    }
    if (end < RIFF_HEAD) return damaged(walk, "its length is impossible");
    if (!find_picture(walk, webp, RIFF_HEAD, end)) return false;
    if (webp->full_width == 0) {
        webp->full_width = webp->width;
        webp->full_height = webp->height;
    }
    bool inside =
        webp->left <= webp->full_width - webp->width && webp->top <= webp->full_height - webp->height;
    return inside || damaged(walk, "a frame is larger than the picture");
}

bool image_guard_check_webp(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label,
                            Error *err) {
    Webp webp;
    WebpWalk walk = {.label = label, .err = err, .bytes = bytes, .size = size};
    if (!read_webp(&walk, &webp)) return false;
    if (!image_guard_check_size(webp.full_width, webp.full_height, label, err)) return false;
    if (!image_guard_check_size(webp.width, webp.height, label, err)) return false;
    guard->width = webp.full_width;
    guard->height = webp.full_height;
    if (webp.lossless) guard->working += 4 * (uint64_t)webp.width * (uint64_t)webp.height;
    if (guard->orientation > 1) guard->working += 3 * (uint64_t)guard->width * (uint64_t)guard->height;
    return true;
}

bool decode_webp(Sheet *sheet, const uint8_t *bytes, size_t size) {
    Webp webp;
    WebpWalk walk = {.bytes = bytes, .size = size};
    bool fits = read_webp(&walk, &webp) && webp.full_width == sheet->width &&
                webp.full_height == sheet->height && sheet_begin(sheet, true);
    if (!fits) return false;
    size_t stride = 3 * (size_t)sheet->width, first = 3 * (size_t)webp.left;
    uint8_t *to = sheet_row(sheet, webp.top);
    if (webp.width != sheet->width || webp.height != sheet->height)
        memset(sheet_row(sheet, 0), 0, stride * (size_t)sheet->height);
    if (!WebPDecodeRGBInto(bytes + webp.at, webp.end - webp.at, to + first,
                           stride * (size_t)webp.height - first, (int)stride))
        return false;
    sheet_put(sheet, sheet->height - 1);
    return true;
}
