/* Maps and pictures in braille: eight dots a cell, so that every value has at least one of its own where a half block
 * has it, and four where that is a single pixel. Private to views/plot. */
#ifndef VIEWS_PLOT_DOTS_H
#define VIEWS_PLOT_DOTS_H

#include "views/plot/plot.h"

/* The share of dots that are set, 0..1, around one dot of the grid; NaN: the cell is a cross. */
typedef double DotShare(const void *context, const PlotGrid *dots, int dx, int dy);

/* Ordered dithering: what is drawn depends on the place alone, and a still map stands still. */
void dots_draw(Canvas *canvas, const PlotGrid *grid, DotShare *share, const void *context);
/* Of a level: none at the lower end of the scale, all at the upper one; zero of a signed scale has half of them. */
double dots_share(Scale scale, int level);
/* One cell in which every dot has that share. */
uint32_t dots_glyph(double share);

#endif
