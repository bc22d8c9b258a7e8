/* All channels of a tensor in one small picture. */
#ifndef VIEWS_WIDGET_OVERVIEW_H
#define VIEWS_WIDGET_OVERVIEW_H

#include "views/widget/widgets.h"

/* Under a heading of its own: maps shrunk until all have room, at last without their
 * numbers, but so that something is seen; what then has none is on other pages. `name` begins the heading: "F(x)". */
void widget_overview(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor, int selected,
                     const char *name);

#endif
