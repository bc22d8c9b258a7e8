/* The terms of a part as bars, the largest first, and what they are called. */
#ifndef VIEWS_VALUE_RANKING_H
#define VIEWS_VALUE_RANKING_H

#include "core/inspect/arithmetic.h"
#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* Rows that the ranking should have at least, with its heading; 0 without terms. */
int value_ranking_rows(const ArithmeticPart *part);
/* As many terms as fit, the one taken apart among them, and one row for all others. Returns
 * the rows used. */
int value_ranking_draw(Canvas *canvas, Rect area, const Scene *scene, const ArithmeticPart *part);

/* "cat" where the terms are classes with names, else "in ch 3". */
const char *value_term_name(const Scene *scene, const ArithmeticPart *part, int index, char *buffer,
                            size_t size);
/* "input channel", "cell": what the terms of a part are; "" without terms. */
const char *value_term_word(const ArithmeticPart *part);

#endif
