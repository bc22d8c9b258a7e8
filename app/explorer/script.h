/* The script language: one action a line, by name, with its argument. The same language is the : prompt.
 * Empty lines and lines that begin with # are skipped; the others have less than ACTION_TEXT_MAX bytes. Two
 * words exist only in scripts: "size 80x24" and "keys s s Enter" (names as in views/term/key.h). */
#ifndef APP_EXPLORER_SCRIPT_H
#define APP_EXPLORER_SCRIPT_H

#include "app/screen/screen.h"

/* Runs a whole file ("-": standard input); work is finished after every line. Stops at the first error, which
 * names file and line; what a handout refuses is one. */
bool script_run(Screen *screen, const char *path, Error *err);

/* The parts of it, for a caller that looks at what each line does. The caller frees the text, which is UTF-8;
 * one of more than 1 MiB is refused, from a pipe as from a file. */
char *script_load(const char *path, Error *err);
bool script_run_line(Screen *screen, const char *line, Error *err);
/* Cuts the first line off *text; NULL when there is none. */
char *script_next_line(char **text);

#endif
