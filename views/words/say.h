/* Words for the ear: plain lines, one statement each. No control character and no drawing ever comes out. */
#ifndef VIEWS_WORDS_SAY_H
#define VIEWS_WORDS_SAY_H

#include <stdbool.h>
#include <stdio.h>

/* Sentences of a line come on lines of their own; lines, boxes and blocks become ASCII likenesses, with
 * `ascii` everything does. */
void say_put(FILE *out, const char *text, bool ascii);

#endif
