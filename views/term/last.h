/* Output to a terminal that may not accept it: stopped by ^S, or with no reader at its other end.
 * Async-signal-safe. Private to views/term/guard.c. */
#ifndef VIEWS_TERM_LAST_H
#define VIEWS_TERM_LAST_H

#include <stdbool.h>
#include <stddef.h>

/* Does the terminal take output, now or within `wait_ms` milliseconds? One that is gone fails at once, so it
 * counts as one that does. */
bool term_takes_output(int tty, int wait_ms);

/* Writes all bytes, or gives up after a fraction of a second. When the terminal takes none, output that waits
 * there is thrown away and output is switched on again. */
void term_write_last(int tty, const char *bytes, size_t size);

#endif
