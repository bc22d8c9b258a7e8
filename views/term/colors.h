/* Colour pairs for curses, without curses: which pair number and attributes a cell needs.
 *
 * curses names colours by numbered pairs, and a number that is defined anew changes every cell that shows it.
 * So a number, once given out, keeps its colours until the whole table starts over. */
#ifndef VIEWS_TERM_COLORS_H
#define VIEWS_TERM_COLORS_H

#include <stdbool.h>

#include "views/canvas/canvas.h"
#include "views/style/theme.h"

typedef struct TermColors TermColors;

typedef struct TermColorsConfig {
    ThemeId theme;
    ColorDepth depth;
    int colors; /* the terminal's colours: 8 means that bit 3 of an index becomes bold */
    int pairs;  /* usable pair numbers are 1 .. pairs-1; 0 is default on default */
    int (*define)(int pair, int fg, int bg); /* init_extended_pair */
} TermColorsConfig;

typedef struct TermInk {
    int pair;
    unsigned attributes; /* CellAttribute */
} TermInk;

TermColors *term_colors_new(const TermColorsConfig *config); /* NULL when memory is short */
void term_colors_free(TermColors *colors);                   /* NULL is fine */

/* False when all pair numbers are taken: the caller starts over and draws every cell again. */
bool term_colors_find(TermColors *colors, const Cell *cell, TermInk *ink);

/* Forgets all pairs. `thrifty`: one screen alone needs too many, so photos get coarser and default colours
 * become white on black; then every cell finds a pair, at worst 0. */
void term_colors_start_over(TermColors *colors, bool thrifty);
void term_colors_set_theme(TermColors *colors, ThemeId theme);

#endif
