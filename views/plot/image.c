/* Pictures of three colours. Where characters or dots stand for light they cover as much of a cell as it is light: ink
 * and light add up alike. */
#include <math.h>
#include <stdlib.h>

#include "core/tensor/profile.h"
#include "views/plot/dots.h"
#include "views/plot/pixels.h"

enum { CHANNELS_RGB = 3 };

/* CIELAB lightnesses that are drawn as nothing and as the most ink there is. */
typedef struct Exposure {
    double dark, light;
} Exposure;

/* What the dots of a picture need. */
typedef struct Developing {
    const PlotImage *image;
    Exposure exposure;
} Developing;

static uint8_t byte_of(double intensity) {
    return isfinite(intensity) ? (uint8_t)lround(255 * fmax(0, fmin(1, intensity))) : 0;
}

static Rgb image_pixel(const PlotImage *image, const PlotGrid *grid, int px, int py) {
    uint8_t channel[CHANNELS_RGB];
    for (int c = 0; c < CHANNELS_RGB; c++) {
        PlotMap map = {
            .data = image->data + c, .width = image->width, .height = image->height, .stride = CHANNELS_RGB};
        channel[image->blue_first ? CHANNELS_RGB - 1 - c : c] =
            byte_of(pixels_sample(&map, PLOT_MEAN, grid, px, py) * image->std[c] + image->mean[c]);
    }
    return (Rgb){.r = channel[0], .g = channel[1], .b = channel[2]};
}

static uint8_t blend_heat(double gray, uint8_t heat, double share) {
    return (uint8_t)lround((1 - share) * gray + share * heat);
}

/* The photo's own colours would be taken for heat: only its light stays (ITU-R BT.709 weights). */
static Rgb heated(Rgb photo, const PlotHeatmap *heat, const PlotGrid *grid, int px, int py) {
    const double opaque = 0.85;
    int level = scale_level(heat->scale, pixels_sample(&heat->map, heat->pooling, grid, px, py));
    if (level == PALETTE_INVALID) return (Rgb){.r = UINT8_MAX};
    double gray = 0.2126 * photo.r + 0.7152 * photo.g + 0.0722 * photo.b;
    double share = opaque * level / (PALETTE_LEVELS - 1);
    Rgb color = palette_rgb(heat->palette, level);
    return (Rgb){.r = blend_heat(gray, color.r, share),
                 .g = blend_heat(gray, color.g, share),
                 .b = blend_heat(gray, color.b, share)};
}

/* Of one pixel, or of two that share a character. */
static double light_at(const PlotImage *image, const PlotGrid *grid, int px, int py, bool both) {
    double light = color_lightness(image_pixel(image, grid, px, py));
    if (!both || py + 1 >= grid->px_height) return light;
    return (light + color_lightness(image_pixel(image, grid, px, py + 1))) / 2;
}

/* From the 1st to the 99th percentile of what the cells show: a picture in the dusk is to be recognised, too. */
static Exposure expose(const PlotImage *image, const PlotGrid *grid) {
    Exposure whole = {.dark = 0, .light = 100};
    size_t count = (size_t)grid->cells.w * (size_t)grid->cells.h;
    real *lights = image->fixed || count == 0 ? NULL : malloc(2 * count * sizeof *lights);
    if (!lights) return whole;
    for (size_t k = 0; k < count; k++) {
        int px = (int)(k % (size_t)grid->cells.w), py = 2 * (int)(k / (size_t)grid->cells.w);
        lights[k] = (real)light_at(image, grid, px, py, true);
    }
    Percentiles percentiles = values_percentiles(lights, count, 1, lights + count);
    free(lights);
    bool flat = !(percentiles.p99 > percentiles.p1);
    return flat ? whole : (Exposure){.dark = percentiles.p1, .light = percentiles.p99};
}

/* The luminance of a CIELAB lightness, 0..1. */
static double luminance_of(double lightness) {
    return lightness > 8 ? pow((lightness + 16) / 116, 3) : lightness * 27 / 24389;
}

static double exposed(Exposure exposure, double light) {
    return fmax(0, fmin(1, (light - exposure.dark) / (exposure.light - exposure.dark)));
}

/* The share of the most ink that looks as light as the picture. Even '@' covers but a quarter of its cell. */
static double ink_for(Exposure exposure, double light) {
    const double lightest = 58; /* CIELAB lightness of 26 % white on black, the ink of '@' */
    double share = exposed(exposure, light);
    return luminance_of(share * lightest) / luminance_of(lightest);
}

static double dot_of_image(const void *context, const PlotGrid *dots, int dx, int dy) {
    const Developing *developing = context;
    double share = exposed(developing->exposure, light_at(developing->image, dots, dx, dy, false));
    return share * sqrt(share); /* between ink and lightness: few dots are seen one by one, not as grey */
}

static void draw_characters(Canvas *canvas, const PlotGrid *grid, const PlotImage *image) {
    Exposure exposure = expose(image, grid);
    bool mono = (canvas->flags & CANVAS_MONO) != 0;
    Rect seen = rect_intersect(grid->cells, canvas->clip);
    for (int y = seen.y; y < seen.y + seen.h; y++) {
        for (int x = seen.x; x < seen.x + seen.w; x++) {
            int px = x - grid->cells.x, py = 2 * (y - grid->cells.y);
            Rgb rgb = image_pixel(image, grid, px, py);
            double ink = ink_for(exposure, light_at(image, grid, px, py, true));
            canvas_put(canvas, x, y, (Style){.fg = mono ? COLOR_DEFAULT : color_rgb(rgb.r, rgb.g, rgb.b)},
                       (uint32_t)palette_shade(ink));
        }
    }
}

static void draw_colors(Canvas *canvas, const PlotGrid *grid, const PlotImage *image) {
    Rect seen = rect_intersect(grid->cells, canvas->clip);
    for (int y = seen.y; y < seen.y + seen.h; y++) {
        for (int x = seen.x; x < seen.x + seen.w; x++) {
            Color color[2] = {COLOR_DEFAULT, COLOR_DEFAULT};
            int px = x - grid->cells.x, py = 2 * (y - grid->cells.y);
            for (int k = 0; k < 2 && py + k < grid->px_height; k++) {
                Rgb rgb = image_pixel(image, grid, px, py + k);
                if (image->heat) rgb = heated(rgb, image->heat, grid, px, py + k);
                color[k] = color_rgb(rgb.r, rgb.g, rgb.b);
            }
            pixels_put(canvas, x, y, color[0], color[1]);
        }
    }
}

PlotGrid plot_image(Canvas *canvas, Rect area, const PlotImage *image) {
    PlotGrid grid = plot_grid_fit(area, image->width, image->height, image->zoom_max);
    if (image->data == NULL) return grid;
    bool dots = canvas_uses_dots(canvas), characters = canvas_uses_characters(canvas);
    if (image->heat && (dots || characters)) {
        PlotHeatmap alone = *image->heat;
        alone.zoom_max = image->zoom_max;
        return plot_heatmap(canvas, area, &alone);
    }
    if (dots) {
        Developing developing = {.image = image, .exposure = expose(image, &grid)};
        dots_draw(canvas, &grid, dot_of_image, &developing);
    } else if (characters) {
        draw_characters(canvas, &grid, image);
    } else {
        draw_colors(canvas, &grid, image);
    }
    return grid;
}
