/* The commands of the program: one row a command in command_list.h, one file command_<name>.c each. */
#ifndef APP_CLI_COMMAND_H
#define APP_CLI_COMMAND_H

#include "app/cli/command_list.h"
#include "core/base/error.h"

struct Options;

#define COMMAND_ENUM(ID, function, name, words, sentence, examples) COMMAND_##ID,
typedef enum CommandId { COMMAND_EXPLORE, COMMAND_LIST(COMMAND_ENUM) COMMAND_COUNT } CommandId;
#undef COMMAND_ENUM

typedef struct Command {
    const char *name;     /* "" for the explorer, which is what runs without a command */
    const char *words;    /* what may follow: "[MODEL] IMAGE..."; operands.h says how that is read */
    const char *sentence; /* "" hides the command from the help */
    const char *examples; /* lines, each ending in a newline */
    /* Prints on stdout, progress on stderr. */
    bool (*run)(const struct Options *options, Error *err);
} Command;

const Command *command_get(CommandId id);
/* False when there is no command of that name. */
bool command_find(const char *name, CommandId *id);

#define COMMAND_DECLARE(ID, function, name, words, sentence, examples)                                       \
    bool command_##function(const struct Options *options, Error *err);
COMMAND_LIST(COMMAND_DECLARE)
#undef COMMAND_DECLARE

#endif
