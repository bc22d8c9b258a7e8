/* How much of a drawn screen shows nothing. */
#ifndef TESTS_SUPPORT_BLANK_AREA_H
#define TESTS_SUPPORT_BLANK_AREA_H

#include "views/canvas/canvas.h"

/* The largest rectangle of cells without a glyph, on the screen's own background. */
Rect blank_area_largest(const Canvas *canvas);

#endif
