#include "views/canvas/svg_glyph.h"

/* Where a block element covers its cell, in eighths from left and top; `shade` in quarters, 4 is all of it.
 */
typedef struct BlockPart {
    int x, y, w, h, shade;
} BlockPart;

/* Widths in pixels of the lines from the middle of the cell to its four edges. */
typedef struct LineArms {
    uint32_t glyph;
    uint8_t left, right, up, down;
    bool round; /* a corner */
} LineArms;

enum { MIDDLE_X = 4, MIDDLE_Y = 8 };

static const LineArms lines[] = {
    {U'─', 1, 1, 0, 0, false}, {U'━', 2, 2, 0, 0, false}, {U'│', 0, 0, 1, 1, false},
    {U'┃', 0, 0, 2, 2, false}, {U'┌', 0, 1, 0, 1, false}, {U'┐', 1, 0, 0, 1, false},
    {U'└', 0, 1, 1, 0, false}, {U'┘', 1, 0, 1, 0, false}, {U'┏', 0, 2, 0, 2, false},
    {U'┓', 2, 0, 0, 2, false}, {U'┗', 0, 2, 2, 0, false}, {U'┛', 2, 0, 2, 0, false},
    {U'├', 0, 1, 1, 1, false}, {U'┤', 1, 0, 1, 1, false}, {U'┬', 1, 1, 0, 1, false},
    {U'┴', 1, 1, 1, 0, false}, {U'┼', 1, 1, 1, 1, false}, {U'╭', 0, 1, 0, 1, true},
    {U'╮', 1, 0, 0, 1, true},  {U'╰', 0, 1, 1, 0, true},  {U'╯', 1, 0, 1, 0, true},
};

static const LineArms *find_line(uint32_t glyph) {
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
        if (lines[k].glyph == glyph) return &lines[k];
    return NULL;
}

/* U+2580 the upper half, U+2581..U+2588 eighths from below, U+2589..U+258F eighths from the left, U+2590 the
 * right half, U+2591..U+2593 shades. False for every other glyph. */
static bool find_block_shape(uint32_t glyph, BlockPart *part) {
    int eighths;
    if (glyph == 0x2580) {
        *part = (BlockPart){0, 0, 8, 4, 4};
    } else if (glyph >= 0x2581 && glyph <= 0x2588) {
        eighths = (int)(glyph - 0x2580);
        *part = (BlockPart){0, 8 - eighths, 8, eighths, 4};
    } else if (glyph >= 0x2589 && glyph <= 0x258F) {
        eighths = (int)(0x2590 - glyph);
        *part = (BlockPart){0, 0, eighths, 8, 4};
    } else if (glyph == 0x2590) {
        *part = (BlockPart){4, 0, 4, 8, 4};
    } else if (glyph >= 0x2591 && glyph <= 0x2593) {
        *part = (BlockPart){0, 0, 8, 8, (int)(glyph - 0x2590)};
    } else {
        return false;
    }
    return true;
}

bool svg_glyph_is_shape(uint32_t glyph) {
    BlockPart part;
    return find_block_shape(glyph, &part) || find_line(glyph);
}

bool svg_glyph_joins(uint32_t glyph) {
    BlockPart part;
    const LineArms *line = find_line(glyph);
    return find_block_shape(glyph, &part) ? part.w == 8
                                          : line && line->left && line->right && !line->up && !line->down;
}

static void put_rect(FILE *out, int x, int y, int w, int h, int color) {
    fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", x, y, w, h,
            (unsigned)color);
}

static void put_block_shape(FILE *out, const BlockPart *part, int x, int y, int cells, int color) {
    x += part->x * SVG_CELL_W / 8;
    y += part->y * SVG_CELL_H / 8;
    int w = (cells - 1) * SVG_CELL_W + part->w * SVG_CELL_W / 8, h = part->h * SVG_CELL_H / 8;
    if (part->shade == 4)
        put_rect(out, x, y, w, h, color);
    else
        fprintf(out,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\" fill-opacity=\"%g\"/>\n",
                x, y, w, h, (unsigned)color, part->shade / 4.0);
}

/* A quarter of a circle from the vertical arm to the horizontal one. */
static void put_corner(FILE *out, const LineArms *line, int x, int y, int color) {
    double cx = x + MIDDLE_X + 0.5, cy = y + MIDDLE_Y + 0.5;
    fprintf(
        out,
        "<path d=\"M%g %dV%gQ%g %g %g %gH%d\" fill=\"none\" stroke=\"#%06x\" shape-rendering=\"auto\"/>\n",
        cx, line->up ? y : y + SVG_CELL_H, line->up ? cy - 3 : cy + 3, cx, cy, line->left ? cx - 3 : cx + 3,
        cy, line->left ? x : x + SVG_CELL_W, (unsigned)color);
}

static void put_line_shape(FILE *out, const LineArms *line, int x, int y, int cells, int color) {
    int across = line->left > line->right ? line->left : line->right,
        down = line->up > line->down ? line->up : line->down;
    int left = line->left ? 0 : MIDDLE_X, right = line->right ? SVG_CELL_W : MIDDLE_X + down;
    int top = line->up ? 0 : MIDDLE_Y, bottom = line->down ? SVG_CELL_H : MIDDLE_Y + across;
    if (line->round) {
        put_corner(out, line, x, y, color);
        return;
    }
    if (across > 0)
        put_rect(out, x + left, y + MIDDLE_Y, (cells - 1) * SVG_CELL_W + right - left, across, color);
    if (down > 0) put_rect(out, x + MIDDLE_X, y + top, down, bottom - top, color);
}

void svg_glyph_put(FILE *out, uint32_t glyph, int x, int y, int cells, int color) {
    BlockPart part;
    if (find_block_shape(glyph, &part))
        put_block_shape(out, &part, x, y, cells, color);
    else
        put_line_shape(out, find_line(glyph), x, y, cells, color);
}
