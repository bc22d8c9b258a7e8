/* The manual page, made from the tables of commands and options, so that it names all there is and nothing
 * else. */
#ifndef APP_CLI_MANUAL_H
#define APP_CLI_MANUAL_H

#include <stdio.h>

/* skipscope.1, with the macros of man(7). */
void manual_print(FILE *out);

#endif
