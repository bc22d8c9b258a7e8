/* Bilinear and bicubic scaling with antialiasing, bit for bit as Pillow's ImagingResample for 8-bit pictures: weights
 * normalised in double, then 22-bit fixed point; first across, rounded to bytes, then down. Source: Pillow,
 * src/libImaging/Resample.c. */
#include <math.h>
#include <stdlib.h>

#include "core/image/image.h"

enum { RESIZE_BITS = 22 };

/* Which input pixels make output pixels first .. first+count-1, along one axis. */
typedef struct ResizeTaps {
    int count;    /* output pixels */
    int tap_max;  /* room for weights per output pixel */
    int *starts;  /* first input pixel of each */
    int *lengths; /* number of input pixels of each */
    int *weights; /* fixed point, tap_max per output pixel */
} ResizeTaps;

static void taps_free(ResizeTaps *taps) {
    free(taps->starts);
    free(taps->lengths);
    free(taps->weights);
}

static double triangle(double x) {
    x = fabs(x);
    return x < 1.0 ? 1.0 - x : 0.0;
}

/* Keys' cubic with a = -1/2 (R. Keys, IEEE Transactions on Acoustics, Speech, and Signal Processing 29, 1981),
 * added up in Pillow's order. */
static double cubic(double x) {
    const double a = -0.5;
    x = fabs(x);
    if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    return x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
}

/* A filter, and how far it reaches to each side. */
typedef struct ResizeFilter {
    double (*weight)(double x);
    double support;
} ResizeFilter;

static const ResizeFilter filters[] = {
    [IMAGE_FILTER_BILINEAR] = {triangle, 1.0}, [IMAGE_FILTER_BICUBIC] = {cubic, 2.0}};

/* One axis of the whole picture, and how much one step of the filter is on it. */
typedef struct ResizeAxis {
    int in_size;
    double filter_scale;
    const ResizeFilter *filter;
} ResizeAxis;

static int to_fixed(double weight) {
    return (int)((weight < 0 ? -0.5 : 0.5) + weight * (1 << RESIZE_BITS));
}

static void taps_fill(ResizeTaps *taps, int index, double center, const ResizeAxis *axis) {
    int *weights = taps->weights + (size_t)index * (size_t)taps->tap_max;
    double support = axis->filter->support * axis->filter_scale, inverse = 1.0 / axis->filter_scale;
    int start = (int)(center - support + 0.5), end = (int)(center + support + 0.5);
    if (start < 0) start = 0;
    if (end > axis->in_size) end = axis->in_size;
    double sum = 0.0;
    for (int k = 0; k < end - start; k++) sum += axis->filter->weight((k + start - center + 0.5) * inverse);
    for (int k = 0; k < end - start; k++) {
        double weight = axis->filter->weight((k + start - center + 0.5) * inverse);
        if (sum != 0.0) weight /= sum;
        weights[k] = to_fixed(weight);
    }
    taps->starts[index] = start;
    taps->lengths[index] = end - start;
}

/* Output pixels first .. first+count-1 of the axis scaled to out_size. False when memory is short. */
static bool taps_init(ResizeTaps *taps, ResizeAxis axis, int out_size, int first, int count) {
    double scale = (double)axis.in_size / out_size;
    axis.filter_scale = scale < 1.0 ? 1.0 : scale;
    *taps =
        (ResizeTaps){.count = count, .tap_max = (int)ceil(axis.filter->support * axis.filter_scale) * 2 + 1};
    taps->starts = calloc((size_t)count, sizeof *taps->starts);
    taps->lengths = calloc((size_t)count, sizeof *taps->lengths);
    taps->weights = calloc((size_t)count * (size_t)taps->tap_max, sizeof *taps->weights);
    if (!taps->starts || !taps->lengths || !taps->weights) return false;
    for (int k = 0; k < count; k++) taps_fill(taps, k, (first + k + 0.5) * scale, &axis);
    return true;
}

static uint8_t to_byte(int sum) {
    sum >>= RESIZE_BITS;
    return (uint8_t)(sum > 255 ? 255 : sum < 0 ? 0 : sum);
}

/* One output pixel: `count` input pixels `step` bytes apart. */
static void blend_pixels(uint8_t *out, const uint8_t *in, size_t step, const int *weights, int count) {
    int red = 1 << (RESIZE_BITS - 1), green = red, blue = red;
    for (int k = 0; k < count; k++, in += step) {
        red += in[0] * weights[k];
        green += in[1] * weights[k];
        blue += in[2] * weights[k];
    }
    out[0] = to_byte(red);
    out[1] = to_byte(green);
    out[2] = to_byte(blue);
}

/* Rows top .. top+out->height-1 of `in`, scaled across. */
static void scale_across(Image *out, const Image *in, int top, const ResizeTaps *taps) {
    for (int y = 0; y < out->height; y++) {
        const uint8_t *row = in->rgb + 3 * (size_t)(top + y) * (size_t)in->width;
        uint8_t *to = out->rgb + 3 * (size_t)y * (size_t)out->width;
        for (int x = 0; x < out->width; x++) {
            const int *weights = taps->weights + (size_t)x * (size_t)taps->tap_max;
            blend_pixels(to + 3 * x, row + 3 * (size_t)taps->starts[x], 3, weights, taps->lengths[x]);
        }
    }
}

/* Row 0 of `in` is row `top` of the picture that the taps count in. */
static void scale_down(Image *out, const Image *in, int top, const ResizeTaps *taps) {
    size_t step = 3 * (size_t)in->width;
    for (int y = 0; y < out->height; y++) {
        const uint8_t *row = in->rgb + step * (size_t)(taps->starts[y] - top);
        const int *weights = taps->weights + (size_t)y * (size_t)taps->tap_max;
        uint8_t *to = out->rgb + step * (size_t)y;
        for (int x = 0; x < out->width; x++)
            blend_pixels(to + 3 * x, row + 3 * x, step, weights, taps->lengths[y]);
    }
}

/* Equal sizes have the single weight 1, which gives every byte back: no special case is needed. */
bool image_resize_window(Image *out, const Image *in, ImageWindow window, Error *err) {
    ResizeTaps across = {0}, down = {0};
    Image middle = {0};
    *out = (Image){0};
    ResizeAxis x = {.in_size = in->width, .filter = &filters[window.filter]}, y = x;
    y.in_size = in->height;
    bool good = taps_init(&across, x, window.full_width, window.left, window.width) &&
                taps_init(&down, y, window.full_height, window.top, window.height);
    if (!good) {
        error_set(err, ERROR_FAILED, "not enough memory to scale a picture of %d x %d pixels", in->width,
                  in->height);
    } else {
        int top = down.starts[0], last = window.height - 1;
        int bottom = down.starts[last] + down.lengths[last];
        good = image_alloc(&middle, window.width, bottom - top, err) &&
               image_alloc(out, window.width, window.height, err);
        if (good) scale_across(&middle, in, top, &across);
        if (good) scale_down(out, &middle, top, &down);
    }
    image_free(&middle);
    taps_free(&across);
    taps_free(&down);
    return good;
}
