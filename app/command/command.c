#include "app/command/command.h"

#include "app/explorer/explorer.h"

typedef bool (*CommandRun)(const Options *options, Error *err);

#define COMMAND_FUNCTION(ID, function, name, words, sentence, examples) [COMMAND_##ID] = command_##function,
static const CommandRun runs[COMMAND_COUNT] = {[COMMAND_EXPLORE] = explorer_run,
                                               COMMAND_LIST(COMMAND_FUNCTION)};
#undef COMMAND_FUNCTION

bool command_run(const Options *options, Error *err) {
    return runs[options->command](options, err);
}
