/* The watched numbers, side by side in as many rows as they need. */
#ifndef VIEWS_PANEL_WATCH_LINE_H
#define VIEWS_PANEL_WATCH_LINE_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* Rows that so many of them take on `width` columns. */
int watch_line_rows(int count, int width);

/* "watch layer1.0.conv1 ch 3 (5,7): x +0.123 g -1.2e-05  ..."; "·" for what is not computed. */
void watch_line_draw(Canvas *canvas, Rect area, const Scene *scene);

#endif
