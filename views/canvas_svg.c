#include "views/canvas_svg.h"

#include <stdio.h>
#include <stdlib.h>

#include "views/text.h"

/* Pixels; a cell is twice as high as it is wide, so a half block is square. */
enum { CELL_W = 8, CELL_H = 16, BASELINE = 12, FONT = 13 };

/* Where a block element covers its cell, in eighths from left and top. */
typedef struct BlockPart {
    int x, y, w, h;
} BlockPart;

/* U+2580 the upper half, U+2581..U+2588 eighths from below, U+2589..U+258F eighths from the left, U+2590 the
 * right half. False for every other glyph. */
static bool block_part(uint32_t glyph, BlockPart *part) {
    int eighths;
    if (glyph == 0x2580) {
        *part = (BlockPart){0, 0, 8, 4};
    } else if (glyph >= 0x2581 && glyph <= 0x2588) {
        eighths = (int)(glyph - 0x2580);
        *part = (BlockPart){0, 8 - eighths, 8, eighths};
    } else if (glyph >= 0x2589 && glyph <= 0x258F) {
        eighths = (int)(0x2590 - glyph);
        *part = (BlockPart){0, 0, eighths, 8};
    } else if (glyph == 0x2590) {
        *part = (BlockPart){4, 0, 4, 8};
    } else {
        return false;
    }
    return true;
}

typedef struct SvgLook {
    int fg, bg; /* 0xRRGGBB */
    bool bold, underline;
} SvgLook;

static int theme_ground(ThemeId theme, bool text) {
    bool light = theme == THEME_LIGHT;
    return text == light ? 0x101418 : 0xF2F2F2;
}

static SvgLook look_of(const Cell *cell, ThemeId theme) {
    int fg = theme_resolve(theme, cell->fg, COLOR_DEPTH_RGB),
        bg = theme_resolve(theme, cell->bg, COLOR_DEPTH_RGB);
    unsigned attributes = cell->attributes;
    if (theme == THEME_MONO) attributes |= theme_mono_attributes(cell->fg, cell->bg);
    SvgLook look = {.fg = fg >= 0 ? fg : theme_ground(theme, true),
                    .bg = bg >= 0 ? bg : theme_ground(theme, false),
                    .bold = attributes & CELL_BOLD,
                    .underline = attributes & CELL_UNDERLINE};
    if (attributes & CELL_REVERSE) {
        int other = look.fg;
        look.fg = look.bg, look.bg = other;
    }
    return look;
}

static void put_rect(FILE *out, double x, double y, double w, double h, int color) {
    fprintf(out, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" fill=\"#%06x\"/>\n", x, y, w, h,
            (unsigned)color);
}

static void put_backgrounds(FILE *out, const Canvas *canvas, int y, ThemeId theme) {
    int ground = theme_ground(theme, false);
    for (int x = 0, end; x < canvas->width; x = end) {
        int color = look_of(canvas_get(canvas, x, y), theme).bg;
        for (end = x + 1; end < canvas->width && look_of(canvas_get(canvas, end, y), theme).bg == color;)
            end++;
        if (color != ground) put_rect(out, x * CELL_W, y * CELL_H, (end - x) * CELL_W, CELL_H, color);
    }
}

static void put_blocks(FILE *out, const Canvas *canvas, int y, ThemeId theme) {
    for (int x = 0, end; x < canvas->width; x = end) {
        const Cell *cell = canvas_get(canvas, x, y);
        BlockPart part;
        end = x + 1;
        if (!block_part(cell->glyph, &part)) continue;
        int color = look_of(cell, theme).fg;
        /* Neighbours that are as wide as their cells join. */
        while (part.w == 8 && end < canvas->width && canvas_get(canvas, end, y)->glyph == cell->glyph &&
               look_of(canvas_get(canvas, end, y), theme).fg == color)
            end++;
        put_rect(out, x * CELL_W + part.x, y * CELL_H + 2 * part.y, (end - x - 1) * CELL_W + part.w,
                 2 * part.h, color);
    }
}

static void put_glyph(FILE *out, uint32_t glyph) {
    char bytes[5] = {0};
    switch (glyph) {
    case '<': fputs("&lt;", out); return;
    case '>': fputs("&gt;", out); return;
    case '&': fputs("&amp;", out); return;
    default: fwrite(bytes, 1, text_encode(glyph, bytes), out);
    }
}

static bool is_text(const Cell *cell) {
    BlockPart part;
    return cell->glyph != 0 && cell->glyph != ' ' && !block_part(cell->glyph, &part);
}

static bool same_look(SvgLook a, SvgLook b) {
    return a.fg == b.fg && a.bold == b.bold && a.underline == b.underline;
}

/* Words of one look; textLength holds them on the grid whatever the font's own width is. */
static void put_texts(FILE *out, const Canvas *canvas, int y, ThemeId theme) {
    for (int x = 0, end; x < canvas->width; x = end) {
        end = x + 1;
        if (!is_text(canvas_get(canvas, x, y))) continue;
        SvgLook look = look_of(canvas_get(canvas, x, y), theme);
        while (end < canvas->width && is_text(canvas_get(canvas, end, y)) &&
               same_look(look, look_of(canvas_get(canvas, end, y), theme)))
            end++;
        fprintf(
            out,
            "<text x=\"%d\" y=\"%d\" textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#%06x\"%s%s>",
            x * CELL_W, y * CELL_H + BASELINE, (end - x) * CELL_W, (unsigned)look.fg,
            look.bold ? " font-weight=\"bold\"" : "", look.underline ? " text-decoration=\"underline\"" : "");
        for (int k = x; k < end; k++) put_glyph(out, canvas_get(canvas, k, y)->glyph);
        fputs("</text>\n", out);
    }
}

char *canvas_svg(const Canvas *canvas, ThemeId theme, size_t *size) {
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (!out) return NULL;
    int width = canvas->width * CELL_W, height = canvas->height * CELL_H;
    fprintf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
        "height=\"%d\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\" "
        "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"%d\">\n",
        width, height, width, height, FONT);
    put_rect(out, 0, 0, width, height, theme_ground(theme, false));
    for (int y = 0; y < canvas->height; y++) {
        put_backgrounds(out, canvas, y, theme);
        put_blocks(out, canvas, y, theme);
        put_texts(out, canvas, y, theme);
    }
    fputs("</svg>\n", out);
    bool written = ferror(out) == 0;
    if (fclose(out) == 0 && written) return text;
    free(text);
    return NULL;
}
