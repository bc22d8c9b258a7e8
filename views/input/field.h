/* What is said about the receptive field of the selected cell on the picture. */
#ifndef VIEWS_INPUT_FIELD_H
#define VIEWS_INPUT_FIELD_H

#include "core/inspect/receptive_field.h"
#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

bool input_field_find(ReceptiveField *field, const Scene *scene); /* false when memory is short */

/* Rows input_field_draw takes for this field. */
int input_field_rows(const ReceptiveField *field);
/* Heading, rectangle, share of the picture, how many routes there are with the smallest and the largest field
 * of one of them, and the two ways into the last add. */
void input_field_draw(Canvas *canvas, Rect area, const Scene *scene, const ReceptiveField *field);

#endif
