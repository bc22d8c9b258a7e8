/* The screen as data. Views draw only into a Canvas; back ends turn it into a terminal (views/term/term),
 * text or ANSI text (views/canvas/export). All coordinates are absolute; whatever lies outside the clip
 * rectangle is not drawn, so any drawing is safe at any size. */
#ifndef VIEWS_CANVAS_CANVAS_H
#define VIEWS_CANVAS_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "views/canvas/rect.h"
#include "views/style/color.h"

/* glyph 0 marks the right half of the two-column glyph in the cell to the left. */
typedef struct Cell {
    uint32_t glyph; /* Unicode code point, always printable */
    Color fg, bg;
    uint8_t attributes;
} Cell;

typedef enum CanvasFlag {
    CANVAS_ASCII =
        1, /* every glyph is stored as ASCII: lines, blocks and letters are replaced by likenesses */
    CANVAS_MONO = 2, /* no colour will be shown: plots draw with ramps of characters */
    CANVAS_DOTS = 4, /* plots draw with the dots of braille, unless it is CANVAS_ASCII */
} CanvasFlag;

enum { CANVAS_SIDE_MAX = 1000 };

typedef struct Canvas {
    int width, height;
    unsigned flags;         /* CanvasFlag */
    int cursor_x, cursor_y; /* the hardware cursor, for screen readers; -1 hides it */
    Rect clip;
    Cell *cells;             /* height rows of width */
    struct ClickMap *clicks; /* not owned; NULL: clicks are not recorded (views/scene/click.h) */
} Canvas;

typedef struct Style {
    Color fg, bg;
    uint8_t attributes;
} Style;

/* The role as foreground; the background of each cell stays as it is. */
static inline Style style_role(Role role) {
    return (Style){.fg = color_role(role), .bg = COLOR_KEEP};
}

static inline Style style_bold(Role role) {
    return (Style){.fg = color_role(role), .bg = COLOR_KEEP, .attributes = CELL_BOLD};
}

/* How plots draw: in half blocks of colour, else with characters of more or less ink, or dots. */
static inline bool canvas_uses_dots(const Canvas *canvas) {
    return (canvas->flags & CANVAS_DOTS) != 0 && (canvas->flags & CANVAS_ASCII) == 0;
}

static inline bool canvas_uses_characters(const Canvas *canvas) {
    return (canvas->flags & (CANVAS_ASCII | CANVAS_MONO)) != 0 && !canvas_uses_dots(canvas);
}

static inline bool canvas_uses_half_blocks(const Canvas *canvas) {
    return !canvas_uses_dots(canvas) && !canvas_uses_characters(canvas);
}

/* Sides are limited to 1 .. CANVAS_SIDE_MAX. NULL when memory is short. */
Canvas *canvas_new(int width, int height, unsigned flags);
void canvas_free(Canvas *canvas); /* NULL is fine */

/* Spaces in default colours, no cursor, clip = everything. */
void canvas_clear(Canvas *canvas);
Rect canvas_area(const Canvas *canvas);

/* Narrows the clip rectangle to its intersection with `area` and returns the old one, for canvas_unclip. */
Rect canvas_clip(Canvas *canvas, Rect area);
void canvas_unclip(Canvas *canvas, Rect old);

/* The cell, or NULL outside the canvas. */
const Cell *canvas_get(const Canvas *canvas, int x, int y);

/* One glyph. Returns the columns it takes (1 or 2), also when it is clipped; 0 for a combining mark, which is
 * not drawn. A hostile code point is drawn as U+FFFD. */
int canvas_put(Canvas *canvas, int x, int y, Style style, uint32_t glyph);

/* One line of UTF-8. Bytes that could drive a terminal are drawn as \xNN. All return the column after the
 * text. */
int canvas_text(Canvas *canvas, int x, int y, Style style, const char *text);
int canvas_text_n(Canvas *canvas, int x, int y, Style style, const char *text, size_t length);
int canvas_printf(Canvas *canvas, int x, int y, Style style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Ends just left of column `right`; returns its first column. */
int canvas_text_right(Canvas *canvas, int right, int y, Style style, const char *text);
/* Starts at x and ends in an ellipsis where it would be wider than `width`. */
int canvas_text_fit(Canvas *canvas, int x, int y, int width, Style style, const char *text);
int canvas_text_center(Canvas *canvas, Rect area, int y, Style style, const char *text);
/* Words wrapped into the area, starting with wrapped line `first`; returns the number of lines the whole text
 * has. */
int canvas_text_wrapped(Canvas *canvas, Rect area, Style style, const char *text, int first);

/* Fills with a glyph; style.bg COLOR_KEEP keeps backgrounds. */
void canvas_fill(Canvas *canvas, Rect area, Style style, uint32_t glyph);
/* Changes colours and attributes only: fg and bg unless COLOR_KEEP; attributes are added. */
void canvas_paint(Canvas *canvas, Rect area, Style style);
/* Shows a row as the selected one: its text gets the colour that can be read there, drawings keep theirs. */
void canvas_paint_selected(Canvas *canvas, Rect row);

void canvas_line_across(Canvas *canvas, int x, int y, int length, Style style); /* ─── */
void canvas_line_down(Canvas *canvas, int x, int y, int length, Style style);   /* │ */
/* A frame on the outermost cells of the area, with the title in its upper edge (NULL for none). */
void canvas_box(Canvas *canvas, Rect area, Style style, const char *title);

void canvas_set_cursor(Canvas *canvas, int x, int y); /* outside the canvas: hidden */

#endif
