#include "core/image/preprocess.h"

#include <math.h>
#include <string.h>

enum { SMALL_SIDE = 64 /* networks up to this input size get the whole picture, larger ones its centre */ };

Preprocess preprocess_guess(int side, int classes) {
    bool small = side <= SMALL_SIDE;
    return (Preprocess){.resize = small ? side : side * 8 / 7,
                        .crop = side,
                        .scale = 1.0 / 255,
                        .normalise = !small           ? normalise_imagenet()
                                     : classes == 100 ? normalise_cifar100()
                                                      : normalise_cifar10()};
}

/* Mean and std are kept for bytes/255: (byte*s - m)/d = (byte/255 - m/(255s)) / (d/(255s)). */
double preprocess_factor(const Preprocess *preprocess) {
    double factor = 255 * preprocess->scale;
    return fabs(factor - 1) < 1e-6 ? 1.0 : factor;
}

void preprocess_set_scale(Preprocess *preprocess, double scale) {
    double before = preprocess_factor(preprocess);
    preprocess->scale = scale;
    double change = before / preprocess_factor(preprocess);
    for (int c = 0; c < 3; c++) {
        preprocess->normalise.mean[c] = (float)((double)preprocess->normalise.mean[c] * change);
        preprocess->normalise.std[c] = (float)((double)preprocess->normalise.std[c] * change);
    }
}

void preprocess_set_mean(Preprocess *preprocess, const float mean[3], PreprocessOrigin origin) {
    for (int c = 0; c < 3; c++)
        preprocess->normalise.mean[c] = (float)((double)mean[c] / preprocess_factor(preprocess));
    preprocess->origins[PREPROCESS_MEAN] = origin;
}

void preprocess_set_std(Preprocess *preprocess, const float std[3], PreprocessOrigin origin) {
    for (int c = 0; c < 3; c++)
        preprocess->normalise.std[c] = (float)((double)std[c] / preprocess_factor(preprocess));
    preprocess->origins[PREPROCESS_STD] = origin;
}

/* torchvision's Resize: the long side is truncated, in double. */
static void scaled_size(const Preprocess *preprocess, const Image *in, int *width, int *height) {
    *width = in->width;
    *height = in->height;
    if (preprocess->resize == 0) return;
    int side = preprocess->resize;
    *width = *height = side;
    if (preprocess->resize_height > 0)
        *height = preprocess->resize_height;
    else if (in->width <= in->height)
        *height = (int)(side * (double)in->height / in->width);
    else
        *width = (int)(side * (double)in->width / in->height);
}

/* Python's round, which CenterCrop uses, rounds halves to even; so does rint. Where the picture is smaller, the
 * rest is split the other way: the smaller half lies before it. */
static int crop_start(int full, int crop) {
    return full >= crop ? (int)rint((full - crop) / 2.0) : -((crop - full) / 2);
}

/* `part` into the middle of a black square. */
static bool pad(Image *out, const Image *part, const ImageWindow *window, int crop, Error *err) {
    if (!image_alloc(out, crop, crop, err)) return false;
    memset(out->rgb, 0, 3 * (size_t)crop * (size_t)crop);
    int left = window->full_width < crop ? -crop_start(window->full_width, crop) : 0;
    int top = window->full_height < crop ? -crop_start(window->full_height, crop) : 0;
    for (int y = 0; y < part->height; y++)
        memcpy(out->rgb + 3 * ((size_t)(top + y) * (size_t)crop + (size_t)left),
               part->rgb + 3 * (size_t)y * (size_t)part->width, 3 * (size_t)part->width);
    return true;
}

bool preprocess_crop(Image *out, const Image *in, const Preprocess *preprocess, Error *err) {
    ImageWindow window = {.filter = preprocess->filter};
    int crop = preprocess->crop;
    scaled_size(preprocess, in, &window.full_width, &window.full_height);
    window.width = window.full_width < crop ? window.full_width : crop;
    window.height = window.full_height < crop ? window.full_height : crop;
    if (window.full_width > crop) window.left = crop_start(window.full_width, crop);
    if (window.full_height > crop) window.top = crop_start(window.full_height, crop);
    if (window.width == crop && window.height == crop) return image_resize_window(out, in, window, err);
    Image part;
    *out = (Image){0};
    bool good = image_resize_window(&part, in, window, err) && pad(out, &part, &window, crop, err);
    image_free(&part);
    return good;
}

int preprocess_color(const Preprocess *preprocess, int channel) {
    return preprocess->channels == IMAGE_CHANNELS_BGR ? 2 - channel : channel;
}

/* Pillow's L = R*299/1000 + G*587/1000 + B*114/1000, in 16-bit fixed point. */
static uint8_t brightness(const uint8_t *rgb) {
    return (uint8_t)((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

/* Channel order and normalisation only: writes (height,width,3). */
static void normalise_pixels(const Image *image, const Preprocess *preprocess, real *nhwc) {
    const uint8_t *rgb = image->rgb;
    size_t count = (size_t)image->width * (size_t)image->height;
    bool gray = preprocess->channels == IMAGE_CHANNELS_GRAY;
    for (size_t k = 0; k < count; k++, rgb += 3) {
        for (int c = 0; c < 3; c++) {
            uint8_t byte = gray ? brightness(rgb) : rgb[preprocess_color(preprocess, c)];
            *nhwc++ = normalise_byte(&preprocess->normalise, c, byte);
        }
    }
}

bool preprocess_to_input(const Image *in, const Preprocess *preprocess, real *nhwc, Error *err) {
    Image square;
    if (!preprocess_crop(&square, in, preprocess, err)) return false;
    normalise_pixels(&square, preprocess, nhwc);
    image_free(&square);
    return true;
}
