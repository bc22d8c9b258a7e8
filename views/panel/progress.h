/* The last but one row of the screen: a strip of the whole program with the place that is looked at, and in
 * words only what is not as the network was built. A notice takes its place. */
#ifndef VIEWS_PANEL_PROGRESS_H
#define VIEWS_PANEL_PROGRESS_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

enum { PROGRESS_NOTICE_ROWS = 2 /* of a long notice */ };

/* Rows that it takes: a long notice needs the row below as well. */
int progress_rows(const Canvas *canvas, const Scene *scene);
void progress_draw(Canvas *canvas, int y, const Scene *scene, bool strip);

#endif
