/* What the network says of the picture: the likeliest classes as bars, and whether the first is right. */
#ifndef VIEWS_INPUT_ANSWER_H
#define VIEWS_INPUT_ANSWER_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

enum { INPUT_TOP = 10 };

typedef struct InputAnswer {
    const double *probabilities; /* NULL: not known yet, or hidden */
    const real *logits;          /* NULL until the pass that is shown has come so far */
    int classes, count, top[INPUT_TOP];
} InputAnswer;

InputAnswer input_answer_of(const Scene *scene, int most);
/* All that there is to say; `roomy`: with a heading and gaps. Returns the rows used. */
int input_answer_draw(Canvas *canvas, Rect area, const Scene *scene, const InputAnswer *answer, bool roomy);
/* "cat 99.8%: right" */
void input_answer_line(Canvas *canvas, Rect row, const Scene *scene, const InputAnswer *answer);

#endif
