/* Actions: what a user, a script, a lesson or a test can do. Keys are only one way to name them. */
#ifndef VIEWS_SCENE_ACTION_H
#define VIEWS_SCENE_ACTION_H

#include <stdbool.h>

#include "views/scene/action_list.h"

#define ACTION_ENUM(ID, name, argument, help) ACTION_##ID,
typedef enum ActionId { ACTION_NONE, ACTION_LIST(ACTION_ENUM) ACTION_COUNT } ActionId;
#undef ACTION_ENUM

typedef enum ActionArgument {
    ACTION_ARGUMENT_NONE,
    ACTION_ARGUMENT_COUNT,  /* an optional positive number: how often */
    ACTION_ARGUMENT_NUMBER, /* a number, needed */
    ACTION_ARGUMENT_TEXT,   /* the rest of the line, may be empty */
} ActionArgument;

/* No number in an action is larger, wherever it was typed. Nothing that a network or a picture has is so
 * many: the most are a layer's 100,000 classes and a picture's 65,535 columns. And that many pages of the
 * largest screen, added to any index, still fit an int. */
enum { ACTION_TEXT_MAX = 512, ACTION_NUMBER_MAX = 1000000 };

typedef struct Action {
    ActionId id;
    int number; /* COUNT: 0 means not given, once; 0 .. ACTION_NUMBER_MAX from all that is typed */
    char text[ACTION_TEXT_MAX];
} Action;

/* How often: 1 .. ACTION_NUMBER_MAX. */
static inline int action_count(const Action *action) {
    if (action->number > ACTION_NUMBER_MAX) return ACTION_NUMBER_MAX;
    return action->number > 0 ? action->number : 1;
}

const char *action_name(ActionId id);
const char *action_help(ActionId id);
ActionArgument action_argument(ActionId id);
ActionId action_find(const char *name); /* ACTION_NONE when there is none of that name */

/* Reads a whole number, spaces and a sign before it, and sets *at after it. What lies beyond
 * ACTION_NUMBER_MAX, on either side of 0, becomes that. False, with *at where it was, when there is none. */
bool action_take_number(const char **at, int *number);
/* `count` numbers with spaces between them, and nothing else. */
bool action_read_numbers(const char *text, int *numbers, int count);

#endif
