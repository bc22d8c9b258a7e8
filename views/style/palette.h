/* Numbers to levels, levels to colours.
 *
 * Colour maps have 64 levels, so that a terminal never needs more than 4096 colour pairs for one map. */
#ifndef VIEWS_STYLE_PALETTE_H
#define VIEWS_STYLE_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

#include "views/style/color.h"

/* Which values span the map. A signed scale has hi = -lo, and zero falls on PALETTE_ZERO. */
typedef struct Scale {
    double lo, hi;
    bool is_signed;
    bool clipped; /* some values lie outside on purpose, and a legend says so */
} Scale;

/* The scale for data from min to max: signed makes it symmetric around zero. Survives min > max, NaN and Inf.
 */
Scale scale_of(double min, double max, bool is_signed);
/* 0 .. 63, out-of-range values clipped; PALETTE_INVALID for NaN and infinities. */
int scale_level(Scale scale, double value);

const char *palette_name(PaletteId palette);             /* "viridis" */
bool palette_find(const char *name, PaletteId *palette); /* false when there is none of that name */
bool palette_is_diverging(PaletteId palette);

/* One level (0..63) of a map at each depth. The 256- and 16-colour tables are made by hand: nearest colours
 * would break the order of lightness. */
Rgb palette_rgb(PaletteId palette, int level);
int palette_index_256(PaletteId palette, int level);
int palette_index_16(PaletteId palette, int level);

/* Without colour: ` .:-=+*#%@` for a sequential scale; for a signed one `.+*#@` above and `,-=oO` below zero,
 * a space around zero, so that the sign stays visible. PALETTE_INVALID is 'x'. */
char palette_ramp(Scale scale, int level);

#endif
