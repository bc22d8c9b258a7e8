/* Actions: what a user, a script, a lesson or a test can do. Keys are only one way to name them. */
#ifndef VIEWS_ACTION_H
#define VIEWS_ACTION_H

#include <stdbool.h>

#include "views/action_list.h"

#define ACTION_ENUM(ID, name, argument, help) ACTION_##ID,
typedef enum ActionId { ACTION_NONE, ACTION_LIST(ACTION_ENUM) ACTION_COUNT } ActionId;
#undef ACTION_ENUM

typedef enum ActionArgument {
    ACTION_ARGUMENT_NONE,
    ACTION_ARGUMENT_COUNT,  /* an optional positive number: how often */
    ACTION_ARGUMENT_NUMBER, /* a number, needed */
    ACTION_ARGUMENT_TEXT,   /* the rest of the line, may be empty */
} ActionArgument;

enum { ACTION_TEXT_MAX = 512 };

typedef struct Action {
    ActionId id;
    int number; /* COUNT: 0 means not given, once */
    char text[ACTION_TEXT_MAX];
} Action;

static inline int action_count(const Action *action) {
    return action->number > 0 ? action->number : 1;
}

const char *action_name(ActionId id);
const char *action_help(ActionId id);
ActionArgument action_argument(ActionId id);
ActionId action_find(const char *name); /* ACTION_NONE when there is none of that name */

#endif
