/* Where things go: splitting rectangles, and which size of screen we have. */
#ifndef VIEWS_CANVAS_LAYOUT_H
#define VIEWS_CANVAS_LAYOUT_H

#include "views/canvas/rect.h"

typedef enum LayoutTier {
    LAYOUT_TOO_SMALL, /* below 60x16: one line that says so */
    LAYOUT_S,         /* made for 80x24; on smaller screens less important parts are left out */
    LAYOUT_M,         /* from 120x40 */
    LAYOUT_L,         /* from 200x60 */
} LayoutTier;

enum { LAYOUT_MIN_WIDTH = 60, LAYOUT_MIN_HEIGHT = 16, LAYOUT_S_WIDTH = 80, LAYOUT_S_HEIGHT = 24 };

LayoutTier layout_tier(int width, int height);

/* One part of a split: `fixed` cells, or (fixed 0) a share of the rest by weight but at least `minimum`. */
typedef struct LayoutPart {
    int fixed, weight, minimum;
} LayoutPart;

/* The parts from top to bottom or left to right. They never overlap and never leave the area: when it is too
 * small, later parts become shorter and then empty. Cells left over go to the last weighted part. */
void layout_split_rows(Rect area, const LayoutPart *parts, int count, Rect *out);
void layout_split_columns(Rect area, const LayoutPart *parts, int count, Rect *out);

/* Takes rows or columns off one side: returns them and shrinks `area` to the rest. */
Rect layout_take_top(Rect *area, int rows);
Rect layout_take_bottom(Rect *area, int rows);
Rect layout_take_left(Rect *area, int columns);
Rect layout_take_right(Rect *area, int columns);

Rect layout_inset(Rect area, int columns, int rows); /* the same margin on both sides */

/* First visible row of a list of `count` rows in `height` rows so that `selected` is seen, moved from `first`
 * as little as possible. */
int layout_scroll(int first, int selected, int count, int height);

#endif
