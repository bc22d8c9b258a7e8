#include "views/canvas/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/integer.h"
#include "views/style/text.h"

enum { REPLACEMENT = 0xFFFD, LINE_BYTES_MAX = 4096 };

static int side(int wanted) {
    return integer_clamp(wanted, 1, CANVAS_SIDE_MAX);
}

Canvas *canvas_new(int width, int height, unsigned flags) {
    Canvas *canvas = malloc(sizeof *canvas);
    if (canvas == NULL) return NULL;
    *canvas = (Canvas){.width = side(width), .height = side(height), .flags = flags};
    canvas->cells = calloc((size_t)canvas->width * (size_t)canvas->height, sizeof *canvas->cells);
    if (canvas->cells == NULL) {
        free(canvas);
        return NULL;
    }
    canvas_clear(canvas);
    return canvas;
}

void canvas_free(Canvas *canvas) {
    if (canvas != NULL) free(canvas->cells);
    free(canvas);
}

Rect canvas_area(const Canvas *canvas) {
    return (Rect){.w = canvas->width, .h = canvas->height};
}

void canvas_clear(Canvas *canvas) {
    size_t count = (size_t)canvas->width * (size_t)canvas->height;
    for (size_t k = 0; k < count; k++) canvas->cells[k] = (Cell){.glyph = ' '};
    canvas->clip = canvas_area(canvas);
    canvas->cursor_x = canvas->cursor_y = -1;
}

Rect canvas_clip(Canvas *canvas, Rect area) {
    Rect old = canvas->clip;
    canvas->clip = rect_intersect(old, area);
    return old;
}

void canvas_unclip(Canvas *canvas, Rect old) {
    canvas->clip = old;
}

static Cell *cell_at(const Canvas *canvas, int x, int y) {
    return &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];
}

const Cell *canvas_get(const Canvas *canvas, int x, int y) {
    return rect_contains(canvas_area(canvas), x, y) ? cell_at(canvas, x, y) : NULL;
}

/* Half of a two-column glyph cannot stand alone: where one half is overwritten, the other becomes a space. */
static void detach_halves(Canvas *canvas, int x, int y) {
    Cell *cell = cell_at(canvas, x, y);
    if (cell->glyph == 0 && x > 0) cell[-1].glyph = ' ';
    if (x + 1 < canvas->width && cell[1].glyph == 0) cell[1].glyph = ' ';
}

static void set_cell(Canvas *canvas, int x, int y, Style style, uint32_t glyph) {
    Cell *cell = cell_at(canvas, x, y);
    detach_halves(canvas, x, y);
    cell->glyph = glyph;
    if (style.fg != COLOR_KEEP) cell->fg = style.fg;
    if (style.bg != COLOR_KEEP) cell->bg = style.bg;
    cell->attributes = style.attributes;
}

int canvas_put(Canvas *canvas, int x, int y, Style style, uint32_t glyph) {
    int width = text_glyph_width(glyph);
    if (width < 0) glyph = REPLACEMENT, width = 1;
    if (width == 0) return 0;
    bool ascii = (canvas->flags & CANVAS_ASCII) != 0;
    if (ascii) glyph = (uint32_t)(unsigned char)text_ascii(glyph);
    bool first = rect_contains(canvas->clip, x, y);
    bool second = width == 2 && rect_contains(canvas->clip, x + 1, y);
    bool whole = width == 1 || (first && second);
    if (first) set_cell(canvas, x, y, style, whole ? glyph : ' ');
    if (second) set_cell(canvas, x + 1, y, style, ascii ? glyph : ' ');
    if (first && second && !ascii) cell_at(canvas, x + 1, y)->glyph = 0;
    return width;
}

int canvas_text_n(Canvas *canvas, int x, int y, Style style, const char *text, size_t length) {
    TextScan scan = text_scan(text, length);
    uint32_t glyph;
    int width;
    while (text_scan_next(&scan, &glyph, &width)) x += canvas_put(canvas, x, y, style, glyph);
    return x;
}

int canvas_text(Canvas *canvas, int x, int y, Style style, const char *text) {
    return canvas_text_n(canvas, x, y, style, text, strlen(text));
}

int canvas_printf(Canvas *canvas, int x, int y, Style style, const char *format, ...) {
    char line[LINE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    size_t length = utf8_vformat(line, sizeof line, format, arguments);
    va_end(arguments);
    return canvas_text_n(canvas, x, y, style, line, length);
}

int canvas_text_right(Canvas *canvas, int right, int y, Style style, const char *text) {
    int x = right - text_width(text);
    canvas_text(canvas, x, y, style, text);
    return x;
}

int canvas_text_fit(Canvas *canvas, int x, int y, int width, Style style, const char *text) {
    char line[LINE_BYTES_MAX];
    text_truncate(line, sizeof line, text, width);
    return canvas_text(canvas, x, y, style, line);
}

int canvas_text_center(Canvas *canvas, Rect area, int y, Style style, const char *text) {
    int spare = area.w - text_width(text);
    return canvas_text_fit(canvas, area.x + (spare > 0 ? spare / 2 : 0), y, area.w, style, text);
}

int canvas_text_wrapped(Canvas *canvas, Rect area, Style style, const char *text, int first) {
    Rect old = canvas_clip(canvas, area);
    size_t length;
    const char *line;
    int count = 0;
    while ((line = text_wrap_next(&text, area.w, &length)) != NULL) {
        int row = count++ - first;
        if (row >= 0 && row < area.h) canvas_text_n(canvas, area.x, area.y + row, style, line, length);
    }
    canvas_unclip(canvas, old);
    return count;
}

void canvas_fill(Canvas *canvas, Rect area, Style style, uint32_t glyph) {
    area = rect_intersect(area, canvas->clip);
    int step = text_glyph_width(glyph) == 2 ? 2 : 1;
    for (int y = area.y; y < area.y + area.h; y++) {
        for (int x = area.x; x < area.x + area.w; x += step) canvas_put(canvas, x, y, style, glyph);
    }
}

void canvas_paint(Canvas *canvas, Rect area, Style style) {
    area = rect_intersect(area, canvas->clip);
    for (int y = area.y; y < area.y + area.h; y++) {
        for (int x = area.x; x < area.x + area.w; x++) {
            Cell *cell = cell_at(canvas, x, y);
            if (style.fg != COLOR_KEEP) cell->fg = style.fg;
            if (style.bg != COLOR_KEEP) cell->bg = style.bg;
            cell->attributes |= style.attributes;
        }
    }
}

void canvas_paint_selected(Canvas *canvas, Rect row) {
    enum { DRAWINGS_FIRST = 0x2500 };
    row = rect_intersect(row, canvas->clip);
    for (int y = row.y; y < row.y + row.h; y++)
        for (int x = row.x; x < row.x + row.w; x++) {
            Cell *cell = cell_at(canvas, x, y);
            if (cell->glyph < DRAWINGS_FIRST) cell->fg = color_role(ROLE_CURSOR_TEXT);
            cell->bg = color_role(ROLE_CURSOR);
        }
}

void canvas_line_across(Canvas *canvas, int x, int y, int length, Style style) {
    canvas_fill(canvas, (Rect){.x = x, .y = y, .w = length, .h = 1}, style, U'─');
}

void canvas_line_down(Canvas *canvas, int x, int y, int length, Style style) {
    canvas_fill(canvas, (Rect){.x = x, .y = y, .w = 1, .h = length}, style, U'│');
}

void canvas_box(Canvas *canvas, Rect area, Style style, const char *title) {
    if (area.w < 2 || area.h < 2) return;
    int right = area.x + area.w - 1, bottom = area.y + area.h - 1;
    canvas_line_across(canvas, area.x + 1, area.y, area.w - 2, style);
    canvas_line_across(canvas, area.x + 1, bottom, area.w - 2, style);
    canvas_line_down(canvas, area.x, area.y + 1, area.h - 2, style);
    canvas_line_down(canvas, right, area.y + 1, area.h - 2, style);
    canvas_put(canvas, area.x, area.y, style, U'┌');
    canvas_put(canvas, right, area.y, style, U'┐');
    canvas_put(canvas, area.x, bottom, style, U'└');
    canvas_put(canvas, right, bottom, style, U'┘');
    if (title == NULL || area.w < 7) return;
    int x = canvas_put(canvas, area.x + 2, area.y, style, ' ') + area.x + 2;
    x = canvas_text_fit(canvas, x, area.y, area.w - 6, style, title);
    canvas_put(canvas, x, area.y, style, ' ');
}

void canvas_set_cursor(Canvas *canvas, int x, int y) {
    bool inside = rect_contains(canvas_area(canvas), x, y);
    canvas->cursor_x = inside ? x : -1;
    canvas->cursor_y = inside ? y : -1;
}
