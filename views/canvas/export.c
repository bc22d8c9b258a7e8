#include "views/canvas/export.h"

#include <stdlib.h>

#include "views/canvas/look.h"
#include "views/style/text.h"

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
    size_t count = utf8_encode(glyph, bytes);
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

/* Characters and colours as ANSI escape sequences; each row ends in the default style. COLOR_DEPTH_NONE and
 * THEME_MONO write bold, underline and reverse only. False when writing failed. */
static bool write_ansi(const Canvas *canvas, ThemeId theme, ColorDepth depth, FILE *out) {
    for (int y = 0; y < canvas->height; y++) {
        int width = visible_width(canvas, y, true);
        CanvasLook current = canvas_look_plain;
        for (int x = 0; x < width; x++) {
            const Cell *cell = canvas_get(canvas, x, y);
            CanvasLook look = canvas_look_of(cell, theme, depth);
            if (!canvas_look_equal(look, current)) canvas_look_write(look, depth, out);
            current = look;
            write_glyph(cell->glyph, out);
        }
        fputs(canvas_look_equal(current, canvas_look_plain) ? "\n" : "\033[0m\n", out);
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
    bool written = write_ansi(canvas, theme, depth, out);
    if (fclose(out) == 0 && written) return string;
    free(string);
    return NULL;
}
