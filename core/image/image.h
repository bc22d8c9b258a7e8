/* Pictures: decoding, scaling as PIL and torchvision do it, and turning one into a network's input.
 *
 * Bytes are RGB, row by row. Alpha is dropped (not blended), gray is replicated, 16-bit samples keep their
 * high byte, EXIF orientation and colour profiles are ignored: all as PIL's convert("RGB") under torchvision.
 */
#ifndef CORE_IMAGE_IMAGE_H
#define CORE_IMAGE_IMAGE_H

#include "core/base/error.h"
#include "core/image/normalise.h"

typedef struct Image {
    int width, height;
    uint8_t *rgb; /* heap, 3*width*height bytes */
} Image;

void image_free(Image *image); /* a cleared Image is fine; clears it */
bool image_alloc(Image *image, int width, int height, Error *err);

/* PNG or JPEG. The decoder runs in a child process with limits, so that a broken file can break nothing here.
 */
bool image_load(Image *image, const char *path, Error *err);
/* The same for bytes of our own: decoded in this process. */
bool image_load_memory(Image *image, const void *bytes, size_t size, const char *label, Error *err);

/* A window of a scaled picture. */
typedef struct ImageWindow {
    int full_width, full_height; /* of the whole scaled picture */
    int left, top, width, height;
} ImageWindow;

/* Bilinear with antialiasing, bit for bit as PIL's Image.resize((full_width, full_height), BILINEAR), without
 * making what lies outside the window. */
bool image_resize_window(Image *out, const Image *in, ImageWindow window, Error *err);

/* What the network sees, as bytes: size x size, from the picture's short side scaled to size*8/7 (256 for
 * 224) and the centre cut out; up to 64 pixels (CIFAR) the short side becomes `size` itself, so a 32x32
 * picture is taken as it is. torchvision: Resize(256), CenterCrop(224), with their rounding. */
bool image_crop(Image *out, const Image *in, int size, Error *err);

/* image_crop and normalisation in one: writes (size,size,3), channels-last. */
bool image_to_input(const Image *image, int size, const Normalise *normalise, real *nhwc, Error *err);

/* Atomic; see core/base/file. */
bool image_save_png(const Image *image, const char *path, Error *err);

#endif
