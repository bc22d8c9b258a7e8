/* The gradient chart in words, and what there is to compare it with. Only what the figures of this run say;
 * no text book sentence about what skips are supposed to do. */
#ifndef VIEWS_GRADIENTS_READING_H
#define VIEWS_GRADIENTS_READING_H

#include <stddef.h>

#include "views/scene/scene.h"

enum { READING_TEXT_MAX = 640 };

typedef struct ReadingText {
    char text[READING_TEXT_MAX];
} ReadingText;

/* Is there a baseline to compare with: has the network skips? */
bool reading_compares(const Scene *scene);
/* "cut", "as built": how the baseline runs. */
const char *reading_baseline_name(const Scene *scene);
/* What the skips do to the gradient at one row: "At layer1.0 the gradient without skips is 29 times smaller:
 * 0.0014, not 0.041." Or what has still to be run. */
ReadingText reading_pair(const Scene *scene, int row);
/* What stands beside what, or why nothing does. */
ReadingText reading_comparison(const Scene *scene);
/* Why the baseline's column is empty; "" when it is not. */
const char *reading_baseline_state(const Scene *scene);
/* Which statistics the batch norms used; `brief` for narrow screens. */
const char *reading_norms(const Scene *scene, bool brief);
/* One row of the chart with all its figures. */
ReadingText reading_row(const Scene *scene, int row);
/* How the norm changes from the head to the first block; or what has still to be run.
 * `brief` leaves out the extremes. */
ReadingText reading_summary(const Scene *scene, bool brief);

#endif
