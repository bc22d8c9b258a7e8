/* A Canvas as a self-contained SVG 1.1 picture: backgrounds and half blocks are rectangles, so that no gap
 * shows between them whatever font there is; all else is text in a monospaced font. */
#ifndef VIEWS_CANVAS_SVG_H
#define VIEWS_CANVAS_SVG_H

#include <stddef.h>

#include "views/canvas.h"
#include "views/theme.h"

/* A heap string of `size` bytes, NUL-terminated; NULL when memory is short. */
char *canvas_svg(const Canvas *canvas, ThemeId theme, size_t *size);

#endif
