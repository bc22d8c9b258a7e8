#include "core/image/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/image/decode.h"
#include "core/image/encode.h"
#include "core/image/guard.h"
#include "core/image/preprocess.h"

enum { OPEN_FIRST_BYTES = 1 << 16 };

void image_free(Image *image) {
    if (image->is_mapped)
        munmap(image->rgb, 3 * (size_t)image->width * (size_t)image->height);
    else
        free(image->rgb);
    *image = (Image){0};
}

bool image_alloc(Image *image, int width, int height, Error *err) {
    size_t count = 3 * (size_t)width * (size_t)height;
    *image = (Image){.width = width, .height = height, .rgb = malloc(count)};
    if (image->rgb) return true;
    *image = (Image){0};
    return error_set(err, ERROR_FAILED, "not enough memory for a picture of %d x %d pixels", width, height);
}

/* What a file is stands in its first bytes: nothing large is read of one that is no picture. */
static uint8_t *read_picture(const char *path, size_t *size, Error *err) {
    uint8_t first[IMAGE_KIND_BYTES] = {0};
    File file;
    if (!file_open(&file, path, err)) return NULL;
    size_t count = file.size < sizeof first ? (size_t)file.size : sizeof first;
    bool good = file_read_at(&file, 0, first, count, err);
    file_close(&file);
    if (good && image_kind(first, count) == IMAGE_KIND_NONE)
        good = image_refuse_stranger(first, count, path, err);
    return good ? file_read_all(path, IMAGE_BYTES_MAX, size, err) : NULL;
}

bool image_load(Image *image, const char *path, Error *err) {
    return image_load_as(image, path, IMAGE_EXIF_APPLY, err);
}

/* Takes the bytes. */
static bool load_bytes(Image *image, uint8_t *bytes, DecodeSource *source, ImageExif exif, Error *err) {
    source->bytes = bytes;
    bool good = image_guard_check(&source->guard, bytes, source->size, source->label, err);
    int orientation = source->guard.orientation;
    if (exif == IMAGE_EXIF_IGNORE) source->guard.orientation = 0;
    good = good && decode_in_child(image, source, err);
    if (good) image->orientation = orientation;
    free(bytes);
    return good;
}

bool image_load_as(Image *image, const char *path, ImageExif exif, Error *err) {
    DecodeSource source = {.label = path};
    *image = (Image){0};
    uint8_t *bytes = read_picture(path, &source.size, err);
    return bytes && load_bytes(image, bytes, &source, exif, err);
}

/* Everything up to the end, in a block that doubles. */
static uint8_t *read_open(int fd, DecodeSource *source, Error *err) {
    uint8_t *bytes = NULL;
    for (size_t room = 0;;) {
        if (source->size == room) {
            room = room ? 2 * room : OPEN_FIRST_BYTES;
            uint8_t *more = room <= 2 * (size_t)IMAGE_BYTES_MAX ? realloc(bytes, room) : NULL;
            if (!more) {
                free(bytes);
                error_set(err, ERROR_FILE, "%s: has more bytes than a picture can have", source->label);
                return NULL;
            }
            bytes = more;
        }
        ssize_t got = read(fd, bytes + source->size, room - source->size);
        if (got < 0 && errno == EINTR) continue;
        if (got == 0) return bytes;
        if (got < 0) {
            error_set(err, ERROR_FILE, "%s: cannot be read: %s", source->label, strerror(errno));
            free(bytes);
            return NULL;
        }
        source->size += (size_t)got;
    }
}

bool image_load_open(Image *image, int fd, const char *label, ImageExif exif, Error *err) {
    DecodeSource source = {.label = label};
    *image = (Image){0};
    uint8_t *bytes = read_open(fd, &source, err);
    return bytes && load_bytes(image, bytes, &source, exif, err);
}

bool image_load_memory(Image *image, const void *bytes, size_t size, const char *label, Error *err) {
    DecodeSource source = {.bytes = bytes, .size = size, .label = label};
    *image = (Image){0};
    return image_guard_check(&source.guard, bytes, size, label, err) &&
           decode_in_process(image, &source, err);
}

bool image_crop(Image *out, const Image *in, int size, Error *err) {
    Preprocess preprocess = preprocess_guess(size, 0);
    return preprocess_crop(out, in, &preprocess, err);
}

bool image_save_png(const Image *image, const char *path, Error *err) {
    size_t size;
    uint8_t *bytes = encode_png(image, &size);
    if (!bytes) return error_set(err, ERROR_FAILED, "%s: not enough memory to write the picture", path);
    bool good = file_write_atomic(path, bytes, size, err);
    free(bytes);
    return good;
}
