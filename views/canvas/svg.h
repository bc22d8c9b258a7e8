/* A Canvas as a self-contained SVG 1.1 picture: backgrounds, blocks and lines are shapes, so that no gap
 * shows between them whatever font there is; all else is text in a monospaced font, to be selected row by
 * row. */
#ifndef VIEWS_CANVAS_SVG_H
#define VIEWS_CANVAS_SVG_H

#include <stdbool.h>
#include <stddef.h>

#include "views/canvas/canvas.h"
#include "views/style/theme.h"

typedef struct CanvasSvg {
    ThemeId theme;
    const char *title;       /* NULL: none */
    const char *description; /* in words, for readers who do not see it; NULL: none */
    const char *id;          /* makes the names in it unique in a document; NULL: "screen" */
    int rows;                /* from the top; 0: all */
    bool inside;             /* stands inside an HTML document */
} CanvasSvg;

/* A heap string of `size` bytes, NUL-terminated; NULL when memory is short. */
char *canvas_svg(const Canvas *canvas, const CanvasSvg *options, size_t *size);

#endif
