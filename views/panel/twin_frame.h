/* What stands around two compared sides: the title of a side, and the line that says how far they are apart.
 */
#ifndef VIEWS_PANEL_TWIN_FRAME_H
#define VIEWS_PANEL_TWIN_FRAME_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* `letter` is what the side is called: 'A', 'B', or '-' for the difference. */
void twin_title_draw(Canvas *canvas, Rect row, char letter, const char *text);

/* "|A| 35.3  |B| 12.1  |A-B| 30.2  cos +0.31  A: cat 99.8%  B: dog 41%  layer1.1.conv2 activation": L2 norms.
 */
void twin_strip_draw(Canvas *canvas, Rect row, const Scene *scene);

#endif
