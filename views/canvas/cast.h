/* Canvases as a recording that plays in a terminal: asciicast v2, one JSON document a line (asciinema's
 * documentation, "asciicast v2"). The first frame is whole, the later ones are what has changed. Sequences
 * that every terminal since the VT100 knows, semicolon SGR; a frame is one event, so that no character and no
 * sequence is cut. */
#ifndef VIEWS_CANVAS_CAST_H
#define VIEWS_CANVAS_CAST_H

#include "views/canvas/canvas.h"
#include "views/style/theme.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct CastWriter CastWriter;

typedef struct CastConfig {
    int width, height;
    ThemeId theme;
    ColorDepth depth;
    const char *title; /* NULL: none */
    int idle_limit_s;  /* players make longer pauses that short; 0: they are meant as they are */
} CastConfig;

/* Writes the header. NULL when memory is short; writing that fails is told by cast_end. */
CastWriter *cast_begin(FILE *out, const CastConfig *config);

/* Times are milliseconds since the beginning and never fall. A frame that shows what the last one showed is
 * no event; one of another size begins anew. */
void cast_frame(CastWriter *writer, long time_ms, const Canvas *canvas);
void cast_theme(CastWriter *writer, ThemeId theme);                    /* of the frames that follow */
void cast_input(CastWriter *writer, long time_ms, const char *bytes);  /* what was typed */
void cast_marker(CastWriter *writer, long time_ms, const char *label); /* a chapter */

/* Gives the terminal back its cursor, the screen stays; frees the writer, not the stream. False when
 * something could not be written. */
bool cast_end(CastWriter *writer, long time_ms);

#endif
