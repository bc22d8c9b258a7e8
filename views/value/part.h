/* One part of the arithmetic of a value in a rectangle: formula, numbers, products, the ranking of its terms
 * and what they come to. */
#ifndef VIEWS_VALUE_PART_H
#define VIEWS_VALUE_PART_H

#include "core/inspect/arithmetic.h"
#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* Lines below a part: where the number goes from here. */
typedef struct ValueChain {
    ArithmeticLink links[ARITHMETIC_LINKS_MAX];
    int count;
} ValueChain;

/* `chain` may be NULL. Draws inside the area only; parts that do not fit are left out, the result last. Returns the
 * rows used. */
int value_part_draw(Canvas *canvas, Rect area, const Scene *scene, const ArithmeticPart *part,
                    const ValueChain *chain);

/* Rows and columns with which a part has room for what is to be said of it. */
int value_part_rows(const Scene *scene, const ArithmeticPart *part, int width);
int value_part_width(const ArithmeticPart *part);

#endif
