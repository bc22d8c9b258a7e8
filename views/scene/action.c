#include "views/scene/action.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "views/canvas/canvas.h"

_Static_assert(ACTION_NUMBER_MAX <= INT_MAX / CANVAS_SIDE_MAX / 2, "pages of the largest screen fit an int");

typedef struct ActionRow {
    const char *name, *help;
    ActionArgument argument;
    unsigned touches;
    ActionFollows follows;
} ActionRow;

static const ActionRow rows[ACTION_COUNT] = {[ACTION_NONE] = {.name = "", .help = ""},
#define ACTION_ENTRY(ID, action, kind, touched, following, sentence)                                         \
    [ACTION_##ID] = {.name = action,                                                                         \
                     .help = sentence,                                                                       \
                     .argument = ACTION_ARGUMENT_##kind,                                                     \
                     .touches = (touched),                                                                   \
                     .follows = following},
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

unsigned action_touches(ActionId id) {
    return rows[id].touches;
}

const ActionFollows *action_follows(ActionId id) {
    return &rows[id].follows;
}

bool action_takes_digits(ActionId id) {
    return rows[id].argument == ACTION_ARGUMENT_COUNT || (rows[id].touches & TAKES_DIGITS);
}

ActionId action_find(const char *name) {
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++)
        if (strcmp(rows[id].name, name) == 0) return (ActionId)id;
    return ACTION_NONE;
}

bool action_take_number(const char **at, int *number) {
    const char *from = *at;
    while (isspace((unsigned char)*from)) from++;
    bool negative = *from == '-';
    if (*from == '-' || *from == '+') from++;
    if (!isdigit((unsigned char)*from)) return false;
    int value = 0;
    for (; isdigit((unsigned char)*from); from++)
        if (value < ACTION_NUMBER_MAX) value = 10 * value + (*from - '0');
    if (value > ACTION_NUMBER_MAX) value = ACTION_NUMBER_MAX;
    *number = negative ? -value : value;
    *at = from;
    return true;
}

bool action_read_numbers(const char *text, int *numbers, int count) {
    for (int k = 0; k < count; k++) {
        if (k > 0 && !isspace((unsigned char)*text)) return false;
        if (!action_take_number(&text, &numbers[k])) return false;
    }
    while (isspace((unsigned char)*text)) text++;
    return *text == '\0';
}
