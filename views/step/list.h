/* The steps around the selected one, and what the network says about its op. Private to views/step. */
#ifndef VIEWS_STEP_LIST_H
#define VIEWS_STEP_LIST_H

#include "views/widget/widgets.h"

/* As many steps as there are rows, the selected one in the middle. */
void step_list_draw(Canvas *canvas, Rect area, const Scene *scene);
void step_facts_draw(Canvas *canvas, Rect area, const Scene *scene);

#endif
