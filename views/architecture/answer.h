/* What the network says of the picture, on the first screen: a sentence, and where there is room the likeliest
 * classes as bars. */
#ifndef VIEWS_ARCHITECTURE_ANSWER_H
#define VIEWS_ARCHITECTURE_ANSWER_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* "The network says: cat 99.8%, dog 0.2%.", or why there is no answer. */
void architecture_answer_say(const Scene *scene, char *out, size_t out_size);
void architecture_answer_draw(Canvas *canvas, Rect area, const Scene *scene);

#endif
