#include "core/image/guard.h"

#include <string.h>

#include "core/base/signature.h"

bool image_guard_check_size(int64_t width, int64_t height, const char *label, Error *err) {
    long long w = (long long)width, h = (long long)height;
    if (w < 1 || h < 1) {
        return error_set(err, ERROR_FILE, "%s: is %lld x %lld pixels, expected at least 1 x 1", label, w, h);
    }
    if (w > IMAGE_SIDE_MAX || h > IMAGE_SIDE_MAX) {
        return error_set(err, ERROR_FILE, "%s: is %lld x %lld pixels, expected at most %d on a side", label,
                         w, h, IMAGE_SIDE_MAX);
    }
    if (w * h > IMAGE_PIXELS_MAX) {
        return error_set(err, ERROR_FILE, "%s: is %lld x %lld pixels, expected at most %d million in all",
                         label, w, h, IMAGE_PIXELS_MAX >> 20);
    }
    if (w > h * IMAGE_ASPECT_MAX || h > w * IMAGE_ASPECT_MAX) {
        return error_set(err, ERROR_FILE, "%s: is %lld x %lld pixels, which is too narrow to be a picture",
                         label, w, h);
    }
    return true;
}

/* What a file that is neither PNG nor JPEG begins with, and what to call it. */
static const Signature signatures[] = {
    {.bytes = "GIF8", .size = 4, .name = "a GIF"},
    {.bytes = "BM", .size = 2, .name = "a BMP"},
    {.bytes = "II*\0", .size = 4, .name = "a TIFF"},
    {.bytes = "MM\0*", .size = 4, .name = "a TIFF"},
    {.offset = 8, .bytes = "WEBP", .size = 4, .name = "a WebP"},
    {.offset = 4, .bytes = "ftyphei", .size = 7, .name = "a HEIC"},
    {.offset = 4, .bytes = "ftypmif", .size = 7, .name = "a HEIC"},
    {.offset = 4, .bytes = "ftypavif", .size = 8, .name = "an AVIF"},
    {.bytes = "%PDF", .size = 4, .name = "a PDF"},
    {.bytes = "<svg", .size = 4, .name = "an SVG"},
    {.bytes = "<?xml", .size = 5, .name = "an XML file"},
    {.bytes = "<!DOC", .size = 5, .name = "a web page"},
    {.bytes = "<html", .size = 5, .name = "a web page"},
    {.bytes = "version https://git-lfs", .size = 23, .name = "a Git LFS pointer (run git lfs pull)"},
    {.bytes = "P5", .size = 2, .name = "a PGM"},
    {.bytes = "P6", .size = 2, .name = "a PPM"},
    {.bytes = "\x93NUMPY", .size = 6, .name = "a NumPy array"},
};

static const char *format_name(const uint8_t *bytes, size_t size) {
    if (size == 0) return "an empty file";
    const char *name = signature_name(signatures, sizeof signatures / sizeof *signatures, bytes, size);
    return name ? name : "something else";
}

bool image_guard_check(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label, Error *err) {
    *guard = (ImageGuard){0};
    if (size > IMAGE_BYTES_MAX) {
        return error_set(err, ERROR_FILE, "%s: is %zu bytes long, expected at most %d", label, size,
                         IMAGE_BYTES_MAX);
    }
    if (size >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) {
        guard->is_png = true;
        return image_guard_check_png(guard, bytes, size, label, err);
    }
    if (size >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0) {
        return image_guard_check_jpeg(guard, bytes, size, label, err);
    }
    return error_set(err, ERROR_FILE, "%s: expected a PNG or JPEG picture, found %s", label,
                     format_name(bytes, size));
}
