#include "views/action.h"

#include <string.h>

typedef struct ActionRow {
    const char *name, *help;
    ActionArgument argument;
} ActionRow;

static const ActionRow rows[ACTION_COUNT] = {[ACTION_NONE] = {.name = "", .help = ""},
#define ACTION_ENTRY(ID, action, kind, sentence)                                                             \
    [ACTION_##ID] = {.name = action, .help = sentence, .argument = ACTION_ARGUMENT_##kind},
                                             ACTION_LIST(ACTION_ENTRY)
#undef ACTION_ENTRY
};

const char *action_name(ActionId id) {
    return rows[id].name;
}

const char *action_help(ActionId id) {
    return rows[id].help;
}

ActionArgument action_argument(ActionId id) {
    return rows[id].argument;
}

ActionId action_find(const char *name) {
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++)
        if (strcmp(rows[id].name, name) == 0) return (ActionId)id;
    return ACTION_NONE;
}
