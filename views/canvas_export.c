#include "views/canvas_export.h"

#include <stdlib.h>

#include "views/text.h"

/* What a cell looks like in ANSI text: colours resolved, attributes complete. */
typedef struct Look {
    int fg, bg;
    unsigned attributes;
} Look;

static const Look plain_look = {.fg = -1, .bg = -1};

/* Columns of a row up to the last cell that shows anything. */
static int visible_width(const Canvas *canvas, int y, bool colors) {
    for (int x = canvas->width - 1; x >= 0; x--) {
        const Cell *cell = canvas_get(canvas, x, y);
        if (cell->glyph != ' ') return x + 1;
        if (colors && (cell->bg != COLOR_DEFAULT || (cell->attributes & (CELL_REVERSE | CELL_UNDERLINE))))
            return x + 1;
    }
    return 0;
}

static void write_glyph(uint32_t glyph, FILE *out) {
    char bytes[4];
    if (glyph == 0) return;
    size_t count = text_encode(glyph, bytes);
    fwrite(bytes, 1, count, out);
}

bool canvas_export_text(const Canvas *canvas, FILE *out) {
    for (int y = 0; y < canvas->height; y++) {
        int width = visible_width(canvas, y, false);
        for (int x = 0; x < width; x++) write_glyph(canvas_get(canvas, x, y)->glyph, out);
        fputc('\n', out);
    }
    return ferror(out) == 0;
}

static Look look_of(const Cell *cell, ThemeId theme, ColorDepth depth) {
    Look look = {.fg = theme_resolve(theme, cell->fg, depth),
                 .bg = theme_resolve(theme, cell->bg, depth),
                 .attributes = cell->attributes};
    if (theme == THEME_MONO || depth == COLOR_DEPTH_NONE)
        look.attributes |= theme_mono_attributes(cell->fg, cell->bg);
    return look;
}

/* ECMA-48 SGR parameters; semicolons, because some terminals misread the colons of ITU T.416. */
static void write_color(int color, bool background, ColorDepth depth, FILE *out) {
    if (color < 0) return;
    int kind = background ? 48 : 38;
    if (depth == COLOR_DEPTH_RGB) {
        fprintf(out, ";%d;2;%d;%d;%d", kind, color >> 16, color >> 8 & 0xFF, color & 0xFF);
    } else if (depth == COLOR_DEPTH_256) {
        fprintf(out, ";%d;5;%d", kind, color);
    } else {
        fprintf(out, ";%d", (background ? 40 : 30) + (color < 8 ? color : color + 52));
    }
}

static void write_look(Look look, ColorDepth depth, FILE *out) {
    fputs("\033[0", out);
    if (look.attributes & CELL_BOLD) fputs(";1", out);
    if (look.attributes & CELL_DIM) fputs(";2", out);
    if (look.attributes & CELL_UNDERLINE) fputs(";4", out);
    if (look.attributes & CELL_REVERSE) fputs(";7", out);
    write_color(look.fg, false, depth, out);
    write_color(look.bg, true, depth, out);
    fputc('m', out);
}

static bool look_equal(Look a, Look b) {
    return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

bool canvas_export_ansi(const Canvas *canvas, ThemeId theme, ColorDepth depth, FILE *out) {
    for (int y = 0; y < canvas->height; y++) {
        int width = visible_width(canvas, y, true);
        Look current = plain_look;
        for (int x = 0; x < width; x++) {
            const Cell *cell = canvas_get(canvas, x, y);
            Look look = look_of(cell, theme, depth);
            if (!look_equal(look, current)) write_look(look, depth, out);
            current = look;
            write_glyph(cell->glyph, out);
        }
        fputs(look_equal(current, plain_look) ? "\n" : "\033[0m\n", out);
    }
    return ferror(out) == 0;
}

char *canvas_export_text_string(const Canvas *canvas) {
    char *string = NULL;
    size_t size;
    FILE *out = open_memstream(&string, &size);
    if (out == NULL) return NULL;
    bool written = canvas_export_text(canvas, out);
    if (fclose(out) == 0 && written) return string;
    free(string);
    return NULL;
}

char *canvas_export_ansi_string(const Canvas *canvas, ThemeId theme, ColorDepth depth) {
    char *string = NULL;
    size_t size;
    FILE *out = open_memstream(&string, &size);
    if (out == NULL) return NULL;
    bool written = canvas_export_ansi(canvas, theme, depth, out);
    if (fclose(out) == 0 && written) return string;
    free(string);
    return NULL;
}
