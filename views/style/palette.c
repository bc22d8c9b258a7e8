#include "views/style/palette.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <strings.h>

#include "core/base/integer.h"
#include "views/style/palette_data.h"

static const char *const palette_names[PALETTE_COUNT] = {
    [PALETTE_VIRIDIS] = "viridis", [PALETTE_CIVIDIS] = "cividis",
    [PALETTE_MAGMA] = "magma",     [PALETTE_GRAY] = "gray",
    [PALETTE_RDBU] = "rdbu",       [PALETTE_BLUE_ORANGE] = "blue-orange",
    [PALETTE_PIYG] = "piyg",       [PALETTE_GREEN_MAGENTA] = "green-magenta",
    [PALETTE_PUOR] = "puor",       [PALETTE_PURPLE_GOLD] = "purple-gold",
};

Scale scale_of(double min, double max, bool is_signed) {
    if (!isfinite(min)) min = isfinite(max) ? max : 0;
    if (!isfinite(max)) max = min;
    if (min > max) min = max;
    if (!is_signed) return (Scale){.lo = min, .hi = max};
    double reach = fmax(fabs(min), fabs(max));
    return (Scale){.lo = -reach, .hi = reach, .is_signed = true};
}

/* Signed scales use 31 levels on each side, so that zero is exactly PALETTE_ZERO and opposite values are as
 * far from it. */
int scale_level(Scale scale, double value) {
    if (!isfinite(value)) return PALETTE_INVALID;
    double range = scale.hi - scale.lo;
    if (scale.is_signed) {
        double fraction = scale.hi > 0 ? value / scale.hi : 0;
        return PALETTE_ZERO + (int)lround(fmax(-1, fmin(1, fraction)) * (PALETTE_LEVELS - 1 - PALETTE_ZERO));
    }
    double fraction = range > 0 ? (value - scale.lo) / range : 0;
    return (int)fmax(0, fmin(PALETTE_LEVELS - 1, floor(fraction * PALETTE_LEVELS)));
}

const char *palette_name(PaletteId palette) {
    assert(palette < PALETTE_COUNT);
    return palette_names[palette];
}

bool palette_find(const char *name, PaletteId *palette) {
    for (int k = 0; k < PALETTE_COUNT; k++) {
        if (strcasecmp(name, palette_names[k]) == 0) {
            *palette = (PaletteId)k;
            return true;
        }
    }
    return false;
}

bool palette_is_diverging(PaletteId palette) {
    return palette >= PALETTE_RDBU;
}

/* Distance of a level from zero on a diverging map: -31 .. 31. */
static int level_from_zero(int level) {
    return level < 1 ? 1 - PALETTE_ZERO : level - PALETTE_ZERO;
}

static uint8_t mix_bytes(uint8_t a, uint8_t b, double t) {
    return (uint8_t)lround(a + (b - a) * t);
}

Rgb palette_rgb(PaletteId palette, int level) {
    assert(palette < PALETTE_COUNT);
    level = integer_clamp(level, 0, PALETTE_LEVELS - 1);
    double middle = (PALETTE_ANCHORS - 1) / 2.0;
    double at = palette_is_diverging(palette)
                    ? middle + level_from_zero(level) * middle / (PALETTE_LEVELS - 1 - PALETTE_ZERO)
                    : (double)level * (PALETTE_ANCHORS - 1) / (PALETTE_LEVELS - 1);
    int below = at < PALETTE_ANCHORS - 2 ? (int)at : PALETTE_ANCHORS - 2;
    const Rgb *a = &palette_anchors[palette][below], *b = a + 1;
    double t = at - below;
    return (Rgb){.r = mix_bytes(a->r, b->r, t), .g = mix_bytes(a->g, b->g, t), .b = mix_bytes(a->b, b->b, t)};
}

int palette_index_256(PaletteId palette, int level) {
    assert(palette < PALETTE_COUNT);
    return palette_indices_256[palette][integer_clamp(level, 0, PALETTE_LEVELS - 1)];
}

int palette_index_16(PaletteId palette, int level) {
    assert(palette < PALETTE_COUNT);
    const PaletteSteps *steps = &palette_steps_16[palette];
    level = integer_clamp(level, 0, PALETTE_LEVELS - 1);
    if (!palette_is_diverging(palette)) return steps->index[level * steps->count / PALETTE_LEVELS];
    int middle = steps->count / 2, side = PALETTE_LEVELS - 1 - PALETTE_ZERO;
    double step = (double)level_from_zero(level) * middle / side;
    return steps->index[middle + (int)lround(step)];
}

char palette_ramp(Scale scale, int level) {
    static const char rising[] = " .:-=+*#%@", signed_ramp[] = "Oo=-, .+*#@";
    enum { RISING = sizeof rising - 1, MIDDLE = (sizeof signed_ramp - 1) / 2 };
    if (level < 0 || level >= PALETTE_LEVELS) return 'x';
    if (!scale.is_signed) return rising[level * RISING / PALETTE_LEVELS];
    double step = (double)level_from_zero(level) * MIDDLE / (PALETTE_LEVELS - 1 - PALETTE_ZERO);
    return signed_ramp[MIDDLE + (int)lround(step)];
}
