#include "views/canvas/svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/canvas/svg_glyph.h"
#include "views/style/text.h"
#include "views/style/xml_text.h"

enum { BASELINE = 12, FONT = 13, MARGIN = 8 };

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
        look.fg = look.bg;
        look.bg = other;
    }
    return look;
}

static void put_rect(FILE *out, int x, int y, int w, int h, int color) {
    fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", x, y, w, h,
            (unsigned)color);
}

static void put_backgrounds(FILE *out, const Canvas *canvas, int y, ThemeId theme) {
    int ground = theme_ground(theme, false);
    for (int x = 0, end; x < canvas->width; x = end) {
        int color = look_of(canvas_get(canvas, x, y), theme).bg;
        for (end = x + 1; end < canvas->width && look_of(canvas_get(canvas, end, y), theme).bg == color;)
            end++;
        bool whole = x == 0 && end == canvas->width; /* a bar goes on into the margins */
        int margin = whole ? MARGIN : 0;
        if (color != ground)
            put_rect(out, x * SVG_CELL_W - margin, y * SVG_CELL_H, (end - x) * SVG_CELL_W + 2 * margin,
                     SVG_CELL_H, color);
    }
}

static void put_shapes(FILE *out, const Canvas *canvas, int y, ThemeId theme) {
    for (int x = 0, end; x < canvas->width; x = end) {
        const Cell *cell = canvas_get(canvas, x, y);
        end = x + 1;
        if (!svg_glyph_is_shape(cell->glyph)) continue;
        int color = look_of(cell, theme).fg;
        while (svg_glyph_joins(cell->glyph) && end < canvas->width &&
               canvas_get(canvas, end, y)->glyph == cell->glyph &&
               look_of(canvas_get(canvas, end, y), theme).fg == color)
            end++;
        svg_glyph_put(out, cell->glyph, x * SVG_CELL_W, y * SVG_CELL_H, end - x, color);
    }
}

/* Line ends stay. */
static void put_escaped(FILE *out, const char *text) {
    while (*text) {
        size_t length = strcspn(text, "\n");
        xml_text_put(out, text, length);
        text += length;
        if (*text) fputc(*text++, out);
    }
}

static bool is_text(const Cell *cell) {
    return cell->glyph != 0 && cell->glyph != ' ' && !svg_glyph_is_shape(cell->glyph);
}

static bool same_look(SvgLook a, SvgLook b) {
    return a.fg == b.fg && a.bold == b.bold && a.underline == b.underline;
}

/* The cells that stand for text at x: a word of one look. The right half of a wide glyph belongs to it. */
static int word_end(const Canvas *canvas, int x, int y, ThemeId theme) {
    SvgLook look = look_of(canvas_get(canvas, x, y), theme);
    int end = x + 1;
    while (end < canvas->width && (canvas_get(canvas, end, y)->glyph == 0 ||
                                   (is_text(canvas_get(canvas, end, y)) &&
                                    same_look(look, look_of(canvas_get(canvas, end, y), theme)))))
        end++;
    return end;
}

/* textLength holds a word on the grid whatever the font's own width is; the space after it is there to be
 * copied. */
static void put_word(FILE *out, const Canvas *canvas, int x, int end, int y, ThemeId theme) {
    SvgLook look = look_of(canvas_get(canvas, x, y), theme);
    fprintf(out, "<tspan x=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s>", x * SVG_CELL_W,
            (end - x) * SVG_CELL_W, (unsigned)look.fg, look.bold ? " font-weight=\"bold\"" : "",
            look.underline ? " text-decoration=\"underline\"" : "");
    for (int k = x; k < end; k++)
        if (canvas_get(canvas, k, y)->glyph != 0) xml_text_glyph(out, canvas_get(canvas, k, y)->glyph);
    fputs("</tspan>", out);
}

static void put_row(FILE *out, const Canvas *canvas, int y, ThemeId theme) {
    int last = -1; /* where the word before ended */
    for (int x = 0, end; x < canvas->width; x = end) {
        end = x + 1;
        if (!is_text(canvas_get(canvas, x, y))) continue;
        end = word_end(canvas, x, y, theme);
        if (last < 0)
            fprintf(out, "<text y=\"%d\" lengthAdjust=\"spacingAndGlyphs\">", y * SVG_CELL_H + BASELINE);
        else if (x > last)
            fputc(' ', out);
        put_word(out, canvas, x, end, y, theme);
        last = end;
    }
    if (last >= 0) fputs("</text>\n", out);
}

static void put_name(FILE *out, const char *element, const char *id, const char *text) {
    if (!text) return;
    fprintf(out, "<%s id=\"%s-%s\">", element, id, element);
    put_escaped(out, text);
    fprintf(out, "</%s>\n", element);
}

static void put_head(FILE *out, const Canvas *canvas, int rows, const CanvasSvg *options) {
    const char *id = options->id ? options->id : "screen";
    int width = canvas->width * SVG_CELL_W + 2 * MARGIN, height = rows * SVG_CELL_H + 2 * MARGIN;
    if (!options->inside) fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"%d %d %d %d\" "
            "shape-rendering=\"crispEdges\" font-family=\"'DejaVu Sans Mono', Menlo, Consolas, 'Liberation "
            "Mono', "
            "monospace\" font-size=\"%d\" role=\"img\"",
            width, height, -MARGIN, -MARGIN, width, height, FONT);
    if (options->title)
        fprintf(out, " aria-labelledby=\"%s-title%s%s%s\"", id, options->description ? " " : "",
                options->description ? id : "", options->description ? "-desc" : "");
    fputs(">\n", out);
    put_name(out, "title", id, options->title);
    put_name(out, "desc", id, options->description);
    put_rect(out, -MARGIN, -MARGIN, width, height, theme_ground(options->theme, false));
}

char *canvas_svg(const Canvas *canvas, const CanvasSvg *options, size_t *size) {
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    if (!out) return NULL;
    int rows = options->rows > 0 && options->rows < canvas->height ? options->rows : canvas->height;
    put_head(out, canvas, rows, options);
    for (int y = 0; y < rows; y++) {
        put_backgrounds(out, canvas, y, options->theme);
        put_shapes(out, canvas, y, options->theme);
        put_row(out, canvas, y, options->theme);
    }
    fputs("</svg>\n", out);
    bool written = ferror(out) == 0;
    if (fclose(out) == 0 && written) return text;
    free(text);
    return NULL;
}
