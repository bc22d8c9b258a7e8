/* Actions: what a user, a script, a lesson or a test can do. Keys are only one way to name them. */
#ifndef VIEWS_SCENE_ACTION_H
#define VIEWS_SCENE_ACTION_H

#include <stdbool.h>

#include "views/scene/action_list.h"
#include "views/scene/action_words.h"

#define ACTION_ENUM(ID, name, argument, touches, follows, help) ACTION_##ID,
typedef enum ActionId { ACTION_NONE, ACTION_LIST(ACTION_ENUM) ACTION_COUNT } ActionId;
#undef ACTION_ENUM

typedef enum ActionArgument {
    ACTION_ARGUMENT_NONE,
    ACTION_ARGUMENT_COUNT,  /* an optional positive number: how often */
    ACTION_ARGUMENT_NUMBER, /* a number, needed */
    ACTION_ARGUMENT_TEXT,   /* the rest of the line, may be empty */
} ActionArgument;

/* What an action touches: a set of bits. They decide what locks it, whether a lesson or a configuration file
 * may have it, whether it closes what lies over the view, and whether it leaves the page of a lesson. */
typedef enum ActionTouches {
    TOUCH_NOTHING = 0,
    /* What a handout can lock, each by itself: see app/session/handout.h. */
    TOUCH_MODEL = 1 << 0,   /* weights, architecture, swapped blocks */
    TOUCH_PICTURE = 1 << 1, /* the picture and the loss's target */
    TOUCH_SKIP = 1 << 2,    /* ways without skips, lesions, comparisons */
    TOUCH_RUN = 1 << 3,     /* the pass: what is computed */
    TOUCH_VIEW = 1 << 4,    /* which view is shown */
    TOUCH_LOOK = 1 << 5,    /* colours, scales, keys, mouse */
    TOUCH_FILES = 1 << 6,   /* writes a file or to standard output */
    TOUCH_LESSON = 1 << 7,  /* begins a lesson */
    /* What cannot be locked. */
    TOUCH_SHOWN = 1 << 8,  /* what is shown of the network: the selection, a view's own state, a pane */
    TOUCH_SCREEN = 1 << 9, /* the screen itself: works over the book and the list of files too */
    TOUCH_TUTOR = 1 << 10, /* a lesson under way: it answers */
    TOUCH_PACE = 1 << 11,  /* how fast it plays: the result depends on the clock */
    /* How it is given. */
    ONLY_ONCE = 1 << 12,    /* for this one run, or by somebody at the keys: not in a configuration file */
    TAKES_DIGITS = 1 << 13, /* digits pressed before its key belong to it, though it has no COUNT */
} ActionTouches;

/* No number in an action is larger, whether typed, bound or in a script. Nothing in a network or picture is as
 * large: the most are a layer's 100,000 classes and a picture's 65,535 columns. And that many pages of the
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
unsigned action_touches(ActionId id); /* a set of ActionTouches */
const ActionFollows *action_follows(ActionId id);
/* Do digits pressed before its key belong to it? */
bool action_takes_digits(ActionId id);
ActionId action_find(const char *name); /* ACTION_NONE when there is none of that name */

/* Reads a whole number, spaces and a sign before it, and sets *at after it. What lies beyond
 * ACTION_NUMBER_MAX, on either side of 0, becomes that. False, with *at where it was, when there is none. */
bool action_take_number(const char **at, int *number);
/* `count` numbers with spaces between them, and nothing else. */
bool action_read_numbers(const char *text, int *numbers, int count);

#endif
