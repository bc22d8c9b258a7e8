/* Is the terminal's background dark or light? Known from its answer to OSC 11 or from the variable COLORFGBG. */
#ifndef VIEWS_TERM_BACKGROUND_H
#define VIEWS_TERM_BACKGROUND_H

#include <stdbool.h>
#include <stddef.h>

#include "views/style/color.h"

typedef enum Background { BACKGROUND_UNKNOWN, BACKGROUND_DARK, BACKGROUND_LIGHT } Background;

/* What to send to ask. The answer has the same form, with a colour in place of the question mark. */
#define BACKGROUND_QUESTION "\033]11;?\a"
enum { BACKGROUND_ANSWER_MAX = 48 }; /* bytes of the longest answer, 16 bits in each of four channels */

/* Reads an answer from after its "ESC ]" to the end of its terminator, which is BEL or "ESC \". The colour is
 * rgb:R/G/B or rgba:R/G/B/A with one to four hexadecimal digits each, as XParseColor reads them. False for any
 * other text. */
bool background_parse_answer(const char *text, size_t length, Rgb *rgb);

Background background_of(Rgb rgb);

/* "FOREGROUND;BACKGROUND" or "FOREGROUND;default;BACKGROUND", indices of the 16 colours, as rxvt, Konsole and
 * others set it. NULL or any other text: unknown. */
Background background_of_variable(const char *value);

#endif
