/* The laboratory's list: every analysis with what it answers, and all about the selected one. */
#ifndef VIEWS_ANALYSES_LIST_H
#define VIEWS_ANALYSES_LIST_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

enum { ANALYSES_LABEL_WIDTH = 11 };

void analyses_list_draw(Canvas *canvas, Rect area, const Scene *scene, int cursor);

/* Takes a field off the top of the area. */
void analyses_put_field(Canvas *canvas, Rect *area, const char *label, const char *text);
/* What an analysis answers, for the network at hand. */
void analyses_put_spec(Canvas *canvas, Rect *area, const Scene *scene, const AnalysisSpec *spec);
/* Where a chart leaves room: what was asked, of what, and how it is had elsewhere. */
void analyses_put_how(Canvas *canvas, Rect area, const AnalysisSpec *spec);

#endif
