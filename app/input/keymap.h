/* Keys to actions: one table, from which the hint bar and the help screen are made too. */
#ifndef APP_INPUT_KEYMAP_H
#define APP_INPUT_KEYMAP_H

#include "views/scene/action.h"
#include "views/scene/view.h"

enum { KEYMAP_LEADS = 4 };

typedef struct Binding {
    const char *keys; /* names as in views/term/key.h, separated by spaces: "j Down" */
    ActionId action;
    const char *text;  /* argument of the action; "" for none */
    const char *help;  /* what it does with this text; NULL: what the action says of itself */
    const char *hint;  /* a word for the hint bar; NULL: not shown there */
    const char *group; /* heading in the help screen */
    unsigned views;    /* in whose hint bar: bit k for view k */
    int lead;          /* 1 to KEYMAP_LEADS: before all others there, in this order; 0: as in the table */
} Binding;

/* NULL-terminated by keys == NULL. The views' own keys are not in it: they come from ViewOps. */
const Binding *keymap_bindings(void);

/* The keys of an action, as in the table; "" when it has none. */
const char *keymap_keys(ActionId action);

/* The action a key stands for; id ACTION_NONE when it has none. */
Action keymap_find(uint32_t code);

#endif
