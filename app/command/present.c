#include "app/command/command.h"
#include "app/explorer/explorer.h"

bool command_present(const Options *options, Error *err) {
    Options explore = *options;
    explore.command = COMMAND_EXPLORE;
    explore.explorer.lesson = options->words[0];
    explore.word_count = 0;
    explore.explorer.presents = true;
    return explorer_run(&explore, err);
}
