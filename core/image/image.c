#include "core/image/image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/image/decode.h"
#include "core/image/encode.h"
#include "core/image/guard.h"

enum {
    IMAGE_SMALL_SIDE = 64
}; /* networks up to this input size get the whole picture, larger ones its centre */

void image_free(Image *image) {
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

/* The decoder must agree with the guard about the size, or one of them has misread the file. */
static bool check_decoded(Image *image, const ImageGuard *guard, const char *label, Error *err) {
    if (image->width == guard->width && image->height == guard->height) return true;
    error_set(err, ERROR_FILE, "%s: decodes to %d x %d pixels, its header says %d x %d", label, image->width,
              image->height, guard->width, guard->height);
    image_free(image);
    return false;
}

bool image_load(Image *image, const char *path, Error *err) {
    size_t size;
    ImageGuard guard;
    *image = (Image){0};
    uint8_t *bytes = file_read_all(path, IMAGE_BYTES_MAX, &size, err);
    if (!bytes) return false;
    bool good = image_guard_check(&guard, bytes, size, path, err) &&
                decode_in_child(image, bytes, size, path, err) && check_decoded(image, &guard, path, err);
    free(bytes);
    return good;
}

bool image_load_memory(Image *image, const void *bytes, size_t size, const char *label, Error *err) {
    ImageGuard guard;
    *image = (Image){0};
    if (!image_guard_check(&guard, bytes, size, label, err)) return false;
    if (!decode_in_process(image, bytes, size)) {
        return error_set(err, ERROR_FILE, "%s: the picture decoder refuses this file", label);
    }
    return check_decoded(image, &guard, label, err);
}

/* torchvision's Resize(short_side): the long side is truncated, in double. */
static ImageWindow scaled_size(const Image *in, int short_side) {
    double width = in->width, height = in->height;
    ImageWindow window = {.full_width = short_side, .full_height = short_side};
    if (in->width <= in->height) {
        window.full_height = (int)(short_side * height / width);
    } else {
        window.full_width = (int)(short_side * width / height);
    }
    return window;
}

bool image_crop(Image *out, const Image *in, int size, Error *err) {
    ImageWindow window = scaled_size(in, size <= IMAGE_SMALL_SIDE ? size : size * 8 / 7);
    /* Python's round, which CenterCrop uses, rounds halves to even; so does rint. */
    window.left = (int)rint((window.full_width - size) / 2.0);
    window.top = (int)rint((window.full_height - size) / 2.0);
    window.width = window.height = size;
    return image_resize_window(out, in, window, err);
}

/* Normalisation only: writes (height,width,3). */
static void normalise_pixels(const Image *image, const Normalise *normalise, real *nhwc) {
    size_t count = 3 * (size_t)image->width * (size_t)image->height;
    for (size_t k = 0; k < count; k++) nhwc[k] = normalise_byte(normalise, (int)(k % 3), image->rgb[k]);
}

bool image_to_input(const Image *image, int size, const Normalise *normalise, real *nhwc, Error *err) {
    Image square;
    if (!image_crop(&square, image, size, err)) return false;
    normalise_pixels(&square, normalise, nhwc);
    image_free(&square);
    return true;
}

bool image_save_png(const Image *image, const char *path, Error *err) {
    size_t size;
    uint8_t *bytes = encode_png(image, &size);
    if (!bytes) return error_set(err, ERROR_FAILED, "%s: not enough memory to write the picture", path);
    bool good = file_write_atomic(path, bytes, size, err);
    free(bytes);
    return good;
}
