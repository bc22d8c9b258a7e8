/* What the environment says about the terminal, before any library is asked: character set and colours. */
#ifndef VIEWS_TERM_ENVIRONMENT_H
#define VIEWS_TERM_ENVIRONMENT_H

#include <stdbool.h>

#include "core/base/error.h"
#include "views/style/color.h"

/* Sets LC_CTYPE (and nothing else, so numbers keep their decimal point). True when the character set is
 * UTF-8; a wish for UTF-8 that this machine has no locale for is met with C.UTF-8. */
bool environment_init_locale(void);

typedef const char *(*EnvironmentGet)(const char *name, void *context);

/* The depth that the user or the terminal's name promises, first match wins: `wanted`, SKIPSCOPE_COLOR,
 * NO_COLOR, then what is known of terminals. COLOR_DEPTH_AUTO: nothing is known, ask terminfo. `get` NULL
 * reads the real environment. */
ColorDepth environment_color_depth(ColorDepth wanted, EnvironmentGet get, void *context);

/* May the terminal be asked a question, by a control string that it does not show if it has no answer? `get`
 * NULL reads the real environment. */
bool environment_can_ask(EnvironmentGet get, void *context);

/* Terminfo entries to try, best first: the terminal may well understand more than this machine's terminfo
 * knows of it. */
#define EMBEDDED_NAME "skipscope-direct"
enum { ENVIRONMENT_NAMES_MAX = 6 };

typedef struct EnvironmentNames {
    int count;
    char name[ENVIRONMENT_NAMES_MAX][64];
} EnvironmentNames;

EnvironmentNames environment_terminfo_names(ColorDepth depth);

/* False with ERROR_TERMINAL when standard output is no terminal, cannot place a cursor, or is absurdly large.
 */
bool environment_check_terminal(Error *err);

/* "auto" "never" "16" "256" "truecolor"; false for any other word. */
bool environment_parse_depth(const char *word, ColorDepth *depth);
const char *environment_depth_name(ColorDepth depth);

#endif
