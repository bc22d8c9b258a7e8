#include "core/image/guard.h"

#include "core/image/exif.h"

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

bool image_refuse_stranger(const uint8_t *bytes, size_t size, const char *label, Error *err) {
    ImageStranger stranger = image_stranger(bytes, size);
    return error_set(err, ERROR_FILE, "%s: expected a PNG, JPEG, WebP, GIF, BMP or PNM picture, found %s%s%s",
                     label, stranger.name, stranger.advice[0] ? ": " : "", stranger.advice);
}

/* Pixels, file and what the decoder keeps besides them, in memory at the same time. */
static bool check_memory(const ImageGuard *guard, size_t size, const char *label, Error *err) {
    uint64_t pixels = 3 * (uint64_t)guard->width * (uint64_t)guard->height;
    uint64_t needed = pixels + size + guard->working;
    if (needed <= IMAGE_MEMORY_MAX) return true;
    const char *kind = image_kind_name(guard->kind);
    const char *way = guard->kind == IMAGE_KIND_JPEG ? ", because its scans lie one after the other"
                      : guard->working > 0           ? ", because its rows do not come one by one"
                                                     : "";
    return error_set(err, ERROR_FILE,
                     "%s: is a %s of %d x %d pixels that takes %llu MB to decode%s, expected at most %d: "
                     "save it smaller, or as a baseline JPEG",
                     label, kind, guard->width, guard->height, (unsigned long long)(needed >> 20), way,
                     IMAGE_MEMORY_MAX >> 20);
}

bool image_guard_check(ImageGuard *guard, const uint8_t *bytes, size_t size, const char *label, Error *err) {
    static ImageGuardCheck *const checks[] = {
        [IMAGE_KIND_PNG] = image_guard_check_png,   [IMAGE_KIND_JPEG] = image_guard_check_jpeg,
        [IMAGE_KIND_WEBP] = image_guard_check_webp, [IMAGE_KIND_GIF] = image_guard_check_gif,
        [IMAGE_KIND_BMP] = image_guard_check_bmp,   [IMAGE_KIND_PNM] = image_guard_check_pnm};
    *guard = (ImageGuard){.kind = image_kind(bytes, size)};
    if (guard->kind == IMAGE_KIND_NONE) return image_refuse_stranger(bytes, size, label, err);
    if (size > IMAGE_BYTES_MAX) {
        return error_set(err, ERROR_FILE, "%s: is %zu bytes long, expected at most %d", label, size,
                         IMAGE_BYTES_MAX);
    }
    guard->orientation = exif_find_orientation(guard->kind, bytes, size);
    return checks[guard->kind](guard, bytes, size, label, err) && check_memory(guard, size, label, err);
}
