#include "app/cli/command.h"

#include <assert.h>
#include <string.h>

#define COMMAND_ROW(ID, function, word, following, purpose, shown)                                           \
    [COMMAND_##ID] = {.name = word, .words = following, .sentence = purpose, .examples = shown},

static const Command commands[COMMAND_COUNT] = {
    [COMMAND_EXPLORE] = {.name = "",
                         .words = "[MODEL] [IMAGE]",
                         .sentence = "skipscope: look into a residual network, forward and backward, in the "
                                     "terminal.",
                         .examples =
                             "  skipscope                      the explorer: a trained network, a picture\n"
                             "  skipscope photo.jpg            the same with a picture of your own\n"
                             "  skipscope resnet18 photo.jpg   another network, random weights\n"
                             "  skipscope summary resnet50     a table instead of the explorer\n"},
    COMMAND_LIST(COMMAND_ROW)};

const Command *command_get(CommandId id) {
    assert(id < COMMAND_COUNT);
    return &commands[id];
}

bool command_find(const char *name, CommandId *id) {
    for (int c = COMMAND_EXPLORE + 1; c < COMMAND_COUNT; c++) {
        if (strcmp(commands[c].name, name) != 0) continue;
        *id = (CommandId)c;
        return true;
    }
    return false;
}
