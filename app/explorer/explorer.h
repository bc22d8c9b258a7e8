/* The explorer: the full-screen program, and the same without a terminal when a script drives it. */
#ifndef APP_EXPLORER_EXPLORER_H
#define APP_EXPLORER_EXPLORER_H

#include "app/cli/options.h"
#include "views/style/theme.h"

/* What --theme says; dark without it. */
bool explorer_find_theme(const Options *options, ThemeId *theme, Error *err);

/* Runs until the user leaves. Returns the exit code; what went wrong has been said on stderr. A signal that
 * ended it is raised again once the terminal is given back. */
bool explorer_run(const Options *options, Error *err);

#endif
