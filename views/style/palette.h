/* Numbers to levels, levels to colours.
 *
 * Colour maps have 64 levels, so that a terminal never needs more than 4096 colour pairs for one map. */
#ifndef VIEWS_STYLE_PALETTE_H
#define VIEWS_STYLE_PALETTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "views/style/color.h"

enum { SCALE_QUARTERS = 3 };

/* Which values span the map. A signed scale has hi = -lo, and zero falls on PALETTE_ZERO.
 *
 * A scale by quarters is not linear: the magnitudes from 0 to quarter[0] have the first quarter of the colours (of
 * each side, when it is signed), those up to quarter[1] the second, up to quarter[2] the third, up to hi the
 * last, each in proportion. With the quartiles of the values there every colour is used as often as any other. */
typedef struct Scale {
    double lo, hi;
    bool is_signed;
    bool clipped; /* some values lie outside on purpose, and a legend says so */
    bool by_quarters;
    double quarter[SCALE_QUARTERS];
    size_t outside, count; /* by quarters: of how many values how many lie outside */
    bool each;             /* for a legend: several maps have such colours, each between ends of its own */
} Scale;

/* The scale for data from min to max: signed makes it symmetric around zero. Survives min > max, NaN and Inf.
 */
Scale scale_of(double min, double max, bool is_signed);
/* The scale from 0, or from -reach when it is signed, to reach, by quarters. */
Scale scale_by_quarters(double reach, const double quarter[SCALE_QUARTERS], bool is_signed);
/* The level in the middle of the k-th of `count` equal parts of the scale's colours; zero's own for the first part of a
 * scale from 0. */
int scale_level_of_part(Scale scale, int k, int count);
/* 0 .. 63, out-of-range values clipped; PALETTE_INVALID for NaN and infinities. Of a signed scale, and of one from 0,
 * the level of zero is zero's alone: what is there, and be it faint, is told from what is not. */
int scale_level(Scale scale, double value);

const char *palette_name(PaletteId palette);             /* "viridis" */
bool palette_find(const char *name, PaletteId *palette); /* false when there is none of that name */
bool palette_is_diverging(PaletteId palette);

/* The colour of a frame in a map: one that the map has not, at any depth. */
Color palette_mark(PaletteId palette);

/* One level (0..63) of a map at each depth. The 256- and 16-colour tables are made by hand: nearest colours
 * would break the order of lightness. */
Rgb palette_rgb(PaletteId palette, int level);
int palette_index_256(PaletteId palette, int level);
int palette_index_16(PaletteId palette, int level);

/* Without colour: `.` for zero alone, which is thus told from what is not drawn, then `:*=vn%$#@`; of a signed scale
 * `:+v%$#@` above and `-;=zwmM` below zero, so that the sign stays visible. Their ink grows evenly; see
 * tests/views/style/test_palette.c. PALETTE_INVALID is 'x'. */
char palette_ramp(Scale scale, int level);
/* The character of the rising ramp with that share of the ink of '@', 0..1; a space for none at all. */
char palette_shade(double ink);

#endif
