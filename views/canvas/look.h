/* What a cell looks like in a terminal: colours resolved, attributes complete. Shared by the back ends that
 * write escape sequences. */
#ifndef VIEWS_CANVAS_LOOK_H
#define VIEWS_CANVAS_LOOK_H

#include <stdbool.h>
#include <stdio.h>

#include "views/canvas/canvas.h"
#include "views/style/theme.h"

typedef struct CanvasLook {
    int fg, bg; /* as theme_resolve gives them; -1: the terminal's own */
    unsigned attributes;
} CanvasLook;

static const CanvasLook canvas_look_plain = {.fg = -1, .bg = -1};

CanvasLook canvas_look_of(const Cell *cell, ThemeId theme, ColorDepth depth);
bool canvas_look_equal(CanvasLook a, CanvasLook b);
/* A space in it shows nothing. */
bool canvas_look_is_blank(CanvasLook look);

/* One SGR sequence (ECMA-48, 8.3.117) that does not depend on what was set before. */
void canvas_look_write(CanvasLook look, ColorDepth depth, FILE *out);

#endif
