/* Themes: what the roles look like, and what any Color becomes at each depth. */
#ifndef VIEWS_STYLE_THEME_H
#define VIEWS_STYLE_THEME_H

#include <stdbool.h>

#include "views/style/color.h"

typedef enum ThemeId { THEME_DARK, THEME_LIGHT, THEME_CONTRAST, THEME_MONO, THEME_COUNT } ThemeId;

extern const char *const theme_names[];            /* "dark" "light" "contrast" "mono" NULL */
bool theme_find(const char *name, ThemeId *theme); /* false when there is none of that name */

/* CellAttribute flags that stand in for a colour where none is shown. */
unsigned theme_mono_attributes(Color fg, Color bg);

/* What numbers a map shows. */
typedef enum PaletteUse {
    PALETTE_USE_MAGNITUDE,  /* never negative: sequential */
    PALETTE_USE_ACTIVATION, /* signed, as the next two: diverging, each with colours of its own */
    PALETTE_USE_GRADIENT,
    PALETTE_USE_WEIGHT,
} PaletteUse;

/* The map that suits a theme. */
PaletteId theme_palette(ThemeId theme, PaletteUse use);

/* What a back end writes for a colour: -1 the terminal's default, 0xRRGGBB for COLOR_DEPTH_RGB, else an
 * index. Always -1 for COLOR_DEPTH_NONE and THEME_MONO. */
int theme_resolve(ThemeId theme, Color color, ColorDepth depth);

#endif
