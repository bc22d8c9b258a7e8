#include "views/canvas/look.h"

CanvasLook canvas_look_of(const Cell *cell, ThemeId theme, ColorDepth depth) {
    CanvasLook look = {.fg = theme_resolve(theme, cell->fg, depth),
                       .bg = theme_resolve(theme, cell->bg, depth),
                       .attributes = cell->attributes};
    if (theme == THEME_MONO || depth == COLOR_DEPTH_NONE)
        look.attributes |= theme_mono_attributes(cell->fg, cell->bg);
    return look;
}

bool canvas_look_equal(CanvasLook a, CanvasLook b) {
    return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

bool canvas_look_is_blank(CanvasLook look) {
    return look.bg < 0 && !(look.attributes & (CELL_REVERSE | CELL_UNDERLINE));
}

/* Semicolons, because some terminals misread the colons of ITU T.416. */
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

void canvas_look_write(CanvasLook look, ColorDepth depth, FILE *out) {
    fputs("\033[0", out);
    if (look.attributes & CELL_BOLD) fputs(";1", out);
    if (look.attributes & CELL_DIM) fputs(";2", out);
    if (look.attributes & CELL_UNDERLINE) fputs(";4", out);
    if (look.attributes & CELL_REVERSE) fputs(";7", out);
    write_color(look.fg, false, depth, out);
    write_color(look.bg, true, depth, out);
    fputc('m', out);
}
