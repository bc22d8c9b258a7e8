#include "views/style/palette.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <strings.h>

#include "core/base/integer.h"
#include "views/style/palette_data.h"

static const char *const palette_names[PALETTE_COUNT] = {
    [PALETTE_VIRIDIS] = "viridis",
    [PALETTE_CIVIDIS] = "cividis",
    [PALETTE_MAGMA] = "magma",
    [PALETTE_GRAY] = "gray",
    [PALETTE_RDBU] = "rdbu",
    [PALETTE_BLUE_ORANGE] = "blue-orange",
    [PALETTE_PIYG] = "piyg",
    [PALETTE_GREEN_MAGENTA] = "green-magenta",
    [PALETTE_DUSK] = "dusk",
    [PALETTE_PUOR] = "puor",
    [PALETTE_PURPLE_GOLD] = "purple-gold",
};

Scale scale_of(double min, double max, bool is_signed) {
    if (!isfinite(min)) min = isfinite(max) ? max : 0;
    if (!isfinite(max)) max = min;
    if (min > max) min = max;
    if (!is_signed) return (Scale){.lo = min, .hi = max};
    double reach = fmax(fabs(min), fabs(max));
    return (Scale){.lo = -reach, .hi = reach, .is_signed = true};
}

Scale scale_by_quarters(double reach, const double quarter[SCALE_QUARTERS], bool is_signed) {
    Scale scale = scale_of(is_signed ? -reach : 0, reach, is_signed);
    scale.by_quarters = true;
    for (int k = 0; k < SCALE_QUARTERS; k++) scale.quarter[k] = fmin(quarter[k], reach);
    return scale;
}

/* Where a magnitude stands among the quarters, 0 .. 1. Quarters that coincide are passed over. */
static double share_by_quarters(const Scale *scale, double size) {
    double from = 0;
    for (int k = 0; k <= SCALE_QUARTERS; k++) {
        double to = k < SCALE_QUARTERS ? scale->quarter[k] : scale->hi;
        if (size < to) return (k + (size - from) / (to - from)) / (SCALE_QUARTERS + 1);
        from = to;
    }
    return 1;
}

/* Where a value stands between lo and hi, or between zero and the end of its side: 0 .. 1. */
static double share_of(const Scale *scale, double value) {
    if (scale->by_quarters) return share_by_quarters(scale, fabs(value));
    double range = scale->is_signed ? scale->hi : scale->hi - scale->lo;
    double share = scale->is_signed ? fabs(value) : value - scale->lo;
    return range > 0 ? fmax(0, fmin(1, share / range)) : 0;
}

/* Signed scales use 31 levels on each side, so that zero is exactly PALETTE_ZERO and opposite values are as
 * far from it. */
int scale_level(Scale scale, double value) {
    if (!isfinite(value)) return PALETTE_INVALID;
    double share = share_of(&scale, value);
    if (scale.is_signed) {
        int away = (int)lround(share * (PALETTE_LEVELS - 1 - PALETTE_ZERO));
        if (away == 0 && value != 0 && scale.hi > 0) away = 1;
        return PALETTE_ZERO + (value < 0 ? -away : away);
    }
    int level = (int)fmin(PALETTE_LEVELS - 1, floor(share * PALETTE_LEVELS));
    return level == 0 && scale.lo == 0 && value > 0 && scale.hi > 0 ? 1 : level;
}

int scale_level_of_part(Scale scale, int k, int count) {
    double at = (k + 0.5) / count;
    if (!scale.is_signed && scale.lo == 0 && k == 0) return 0;
    if (!scale.is_signed) return (int)fmin(PALETTE_LEVELS - 1, at * PALETTE_LEVELS);
    return PALETTE_ZERO + (int)lround((2 * at - 1) * (PALETTE_LEVELS - 1 - PALETTE_ZERO));
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

Color palette_mark(PaletteId palette) {
    switch (palette) {
    case PALETTE_MAGMA: return color_rgb(0, UINT8_MAX, 0);
    case PALETTE_PIYG:
    case PALETTE_GREEN_MAGENTA: return color_rgb(UINT8_MAX, UINT8_MAX, 0);
    case PALETTE_PUOR:
    case PALETTE_PURPLE_GOLD: return color_rgb(0, UINT8_MAX, UINT8_MAX);
    default: return color_role(ROLE_MARK);
    }
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

static const char rising[] = ":*=vn%$#@";
enum { RISING = sizeof rising - 1 };

char palette_ramp(Scale scale, int level) {
    static const char above[] = ":+v%$#@", below[] = "-;=zwmM";
    enum { SIDE = sizeof above - 1, AWAY = PALETTE_LEVELS - 1 - PALETTE_ZERO };
    if (level < 0 || level >= PALETTE_LEVELS) return 'x';
    if (!scale.is_signed) return level == 0 ? '.' : rising[(level - 1) * RISING / (PALETTE_LEVELS - 1)];
    int away = level_from_zero(level);
    if (away == 0) return '.';
    return away > 0 ? above[(away - 1) * SIDE / AWAY] : below[(-away - 1) * SIDE / AWAY];
}

/* '.' has about one part of ink and each character of the ramp one more than that before it. */
char palette_shade(double ink) {
    int step = (int)lround(fmax(0, fmin(1, ink)) * (RISING + 1));
    return step == 0 ? ' ' : step == 1 ? '.' : rising[step - 2];
}
