/* Glyphs that are drawn as shapes: blocks, shades, lines and corners. Used by views/canvas/svg.c only. */
#ifndef VIEWS_CANVAS_SVG_GLYPH_H
#define VIEWS_CANVAS_SVG_GLYPH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Pixels; a cell is twice as high as it is wide, so a half block is square. */
enum { SVG_CELL_W = 8, SVG_CELL_H = 16 };

bool svg_glyph_is_shape(uint32_t glyph);
/* As wide as its cell: the same glyphs beside each other are drawn as one. */
bool svg_glyph_joins(uint32_t glyph);
/* `cells` of them side by side, from pixel (x,y) on. */
void svg_glyph_put(FILE *out, uint32_t glyph, int x, int y, int cells, int color);

#endif
