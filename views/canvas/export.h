/* A Canvas as text: for pipes, files and tests. Each form is one function; trailing spaces in default colours
 * are left out. */
#ifndef VIEWS_CANVAS_EXPORT_H
#define VIEWS_CANVAS_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "views/canvas/canvas.h"
#include "views/style/theme.h"

/* Characters only, UTF-8 (plain ASCII when the canvas is CANVAS_ASCII), one line a row. False when writing
 * failed. */
bool canvas_export_text(const Canvas *canvas, FILE *out);

/* The same into a new string, which the caller frees; NULL when memory is short. */
char *canvas_export_text_string(const Canvas *canvas);
char *canvas_export_ansi_string(const Canvas *canvas, ThemeId theme, ColorDepth depth);

#endif
