/* Keys that the user has given another meaning; they come before app/input/keymap. */
#ifndef APP_INPUT_BINDINGS_H
#define APP_INPUT_BINDINGS_H

#include <stdint.h>

#include "core/base/error.h"
#include "views/scene/action.h"

enum { BINDINGS_MAX = 48, BINDING_KEY_MAX = 16, BINDING_LINE_MAX = 64 };

typedef struct UserBinding {
    uint32_t code;
    char key[BINDING_KEY_MAX];   /* its name */
    char line[BINDING_LINE_MAX]; /* "arch resnet56", for help and hints */
    Action action;
} UserBinding;

typedef struct UserBindings {
    UserBinding rows[BINDINGS_MAX];
    int count;
} UserBindings;

/* "KEY ACTION...": a name as in views/term/key.h and a line of a script. "KEY" alone gives it back its own
 * meaning. Digits, the letters of the views, and : ? q Esc keep theirs: they are how one finds out and gets
 * away. */
bool bindings_set(UserBindings *bindings, const char *text, Error *err);

/* NULL when the key is not among them. */
const UserBinding *bindings_find(const UserBindings *bindings, uint32_t code);

/* The names in a list such as "s Space" that the user has not bound. Returns `out`; "" if none is left. */
const char *bindings_left(const UserBindings *bindings, const char *keys, char *out, size_t out_size);

#endif
