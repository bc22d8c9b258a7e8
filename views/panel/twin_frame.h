/* What stands around two compared sides: the title of a side, and the line that says how far they are apart.
 */
#ifndef VIEWS_PANEL_TWIN_FRAME_H
#define VIEWS_PANEL_TWIN_FRAME_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* `letter` is what the side is called: 'A', 'B', or '-' for the difference; `side`: what it answers; NULL:
 * nothing. */
void twin_title_draw(Canvas *canvas, Rect row, char letter, const char *text, const Scene *side);

/* "The activations differ by 72% of A's length: similar patterns (cosine +0.77)." */
void twin_say_difference(const Scene *scene, char *out, size_t out_size);
/* That, and behind it the lengths (L2 norms) where they have room. */
void twin_strip_draw(Canvas *canvas, Rect row, const Scene *scene);

#endif
