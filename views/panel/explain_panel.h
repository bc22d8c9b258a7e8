/* The answer about what is selected, at one of three levels, in a pane of its own. */
#ifndef VIEWS_PANEL_EXPLAIN_PANEL_H
#define VIEWS_PANEL_EXPLAIN_PANEL_H

#include "core/explain/explain.h"
#include "views/canvas/canvas.h"

const char *explain_level_name(ExplainLevel level); /* "off", "anyone", "code", "math" */

/* With too few rows, the lines around the marked line of code are shown. */
void explain_panel_draw(Canvas *canvas, Rect area, const Explanation *explanation, ExplainLevel level);

#endif
