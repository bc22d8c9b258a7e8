#include "views/style/color.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/integer.h"

/* Inverse of the sRGB transfer function, IEC 61966-2-1. */
static double linear(uint8_t byte) {
    double u = byte / 255.0;
    return u <= 0.04045 ? u / 12.92 : pow((u + 0.055) / 1.055, 2.4);
}

static double luminance(Rgb rgb) {
    return 0.2126 * linear(rgb.r) + 0.7152 * linear(rgb.g) + 0.0722 * linear(rgb.b);
}

double color_lightness(Rgb rgb) {
    double y = luminance(rgb);
    return y > 216.0 / 24389 ? 116 * cbrt(y) - 16 : y * 24389 / 27;
}

static const Rgb ansi_colors[16] = {
    {0, 0, 0},     {205, 0, 0},     {0, 205, 0},     {205, 205, 0},   {0, 0, 238}, {205, 0, 205},
    {0, 205, 205}, {229, 229, 229}, {127, 127, 127}, {255, 0, 0},     {0, 255, 0}, {255, 255, 0},
    {92, 92, 255}, {255, 0, 255},   {0, 255, 255},   {255, 255, 255},
};

static const uint8_t cube_steps[6] = {0, 95, 135, 175, 215, 255};

Rgb color_of_index_256(int index) {
    if (index < 16) return ansi_colors[index & 15];
    if (index >= 232) {
        uint8_t gray = (uint8_t)(8 + 10 * (index - 232));
        return (Rgb){.r = gray, .g = gray, .b = gray};
    }
    index -= 16;
    return (Rgb){.r = cube_steps[index / 36], .g = cube_steps[index / 6 % 6], .b = cube_steps[index % 6]};
}

static int distance(Rgb a, Rgb b) {
    int r = a.r - b.r, g = a.g - b.g, blue = a.b - b.b;
    return 2 * r * r + 4 * g * g + 3 * blue * blue; /* weighted roughly as the eye does */
}

static int nearest_cube_step(uint8_t value) {
    int best = 0;
    for (int k = 1; k < 6; k++) {
        if (abs(cube_steps[k] - value) < abs(cube_steps[best] - value)) best = k;
    }
    return best;
}

int color_nearest_256(Rgb rgb) {
    int cube = 16 + 36 * nearest_cube_step(rgb.r) + 6 * nearest_cube_step(rgb.g) + nearest_cube_step(rgb.b);
    int gray = ((rgb.r + rgb.g + rgb.b) / 3 - 3) / 10;
    gray = 232 + integer_clamp(gray, 0, 23);
    int cube_distance = distance(rgb, color_of_index_256(cube));
    return distance(rgb, color_of_index_256(gray)) < cube_distance ? gray : cube;
}

int color_nearest_16(Rgb rgb) {
    int best = 0;
    for (int k = 1; k < 16; k++) {
        if (distance(rgb, ansi_colors[k]) < distance(rgb, ansi_colors[best])) best = k;
    }
    return best;
}
