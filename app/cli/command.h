/* What there is to say about the commands: one row a command in command_list.h. What they do is in
 * app/command. */
#ifndef APP_CLI_COMMAND_H
#define APP_CLI_COMMAND_H

#include <stdbool.h>

#include "app/cli/command_list.h"
#include "core/base/error.h"

#define COMMAND_ENUM(ID, function, name, words, sentence, examples) COMMAND_##ID,
typedef enum CommandId { COMMAND_EXPLORE, COMMAND_LIST(COMMAND_ENUM) COMMAND_COUNT } CommandId;
#undef COMMAND_ENUM

typedef struct Command {
    const char *name;     /* "" for the explorer, which is what runs without a command */
    const char *words;    /* what may follow: "[MODEL] IMAGE..."; operands.h says how that is read */
    const char *sentence; /* "" hides the command from the help */
    const char *examples; /* lines, each ending in a newline */
} Command;

const Command *command_get(CommandId id);
/* False when there is no command of that name. */
bool command_find(const char *name, CommandId *id);

#endif
