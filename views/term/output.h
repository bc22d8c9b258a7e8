/* Bytes to the terminal that curses does not send. Private to this room. */
#ifndef VIEWS_TERM_OUTPUT_H
#define VIEWS_TERM_OUTPUT_H

#include <stdbool.h>

void term_write(const char *bytes);
/* OSC 52. False where the terminal `name` has no clipboard. */
bool term_write_clipboard(const char *name, const char *text);

#endif
