/* The commands: app/command/<name>.c defines command_<name>, for each row of app/cli/command_list.h. */
#ifndef APP_COMMAND_COMMAND_H
#define APP_COMMAND_COMMAND_H

#include "app/cli/options.h"

/* Runs the command that the options name, the explorer without one. Prints on stdout, progress on stderr. */
bool command_run(const Options *options, Error *err);

#define COMMAND_DECLARE(ID, function, name, words, sentence, examples)                                       \
    bool command_##function(const Options *options, Error *err);
COMMAND_LIST(COMMAND_DECLARE)
#undef COMMAND_DECLARE

#endif
