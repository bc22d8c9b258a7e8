#include "app/input/keymap.h"

#include <stdio.h>
#include <string.h>

#include "views/term/key.h"

#define IN(view) (1u << VIEW_##view)
enum { EVERYWHERE = (1 << VIEW_COUNT) - 1 };

static const Binding bindings[] = {
    {.keys = "s Space",
     .action = ACTION_STEP,
     .hint = "step",
     .group = "Time",
     .views = EVERYWHERE & ~IN(INPUT) & ~IN(ANALYSES),
     .lead = 1},
    {.keys = "S",
     .action = ACTION_STEP_BACK,
     .hint = "back",
     .group = "Time",
     .views = IN(STEP) | IN(MAPS) | IN(BLOCK)},
    {.keys = "n",
     .action = ACTION_BLOCK,
     .hint = "block",
     .group = "Time",
     .views = IN(STEP) | IN(BLOCK) | IN(ARCHITECTURE)},
    {.keys = "N", .action = ACTION_BLOCK_BACK, .group = "Time"},
    {.keys = "f", .action = ACTION_FINISH, .hint = "finish", .group = "Time", .views = EVERYWHERE, .lead = 3},
    {.keys = "F", .action = ACTION_REWIND, .group = "Time"},
    {.keys = "e",
     .action = ACTION_RUN_HERE,
     .hint = "run to here",
     .group = "Time",
     .views = IN(ARCHITECTURE)},
    {.keys = "R", .action = ACTION_RESTART, .group = "Time"},
    {.keys = "d",
     .action = ACTION_DIRECTION,
     .hint = "fwd/bwd",
     .group = "Look",
     .views = IN(STEP) | IN(MAPS) | IN(VALUE) | IN(BLOCK)},
    {.keys = "c", .action = ACTION_CONTINUE, .group = "Time"},
    {.keys = "C", .action = ACTION_CONTINUE_BACK, .group = "Time"},
    {.keys = "B", .action = ACTION_BREAK, .group = "Time"},
    {.keys = ">", .action = ACTION_PLAY, .hint = "play", .group = "Time", .views = IN(STEP) | IN(MAPS)},
    {.keys = "<", .action = ACTION_SLOWER, .group = "Time"},
    {.keys = "M", .action = ACTION_MARK, .group = "Select"},
    {.keys = "'", .action = ACTION_GO_MARK, .group = "Select"},
    {.keys = "w", .action = ACTION_WATCH, .group = "Look"},
    {.keys = "=", .action = ACTION_GRADCHECK, .hint = "check", .group = "Look", .views = IN(VALUE)},
    {.keys = "W",
     .action = ACTION_WITHOUT_SKIP,
     .hint = "skips",
     .group = "Look",
     .views = EVERYWHERE & ~IN(INPUT)},
    {.keys = "X",
     .action = ACTION_LESION,
     .hint = "lesion",
     .group = "Look",
     .views = IN(ARCHITECTURE) | IN(BLOCK)},
    {.keys = "Y",
     .action = ACTION_SWAP,
     .hint = "swap",
     .group = "Look",
     .views = IN(ARCHITECTURE) | IN(BLOCK)},
    {.keys = "v",
     .action = ACTION_VERSUS,
     .hint = "versus cut/plain",
     .group = "Look",
     .views = IN(GRADIENTS)},
    {.keys = "D",
     .action = ACTION_TWIN,
     .hint = "compare",
     .group = "Look",
     .views = IN(MAPS) | IN(STEP) | IN(BLOCK)},
    {.keys = "]",
     .action = ACTION_NEXT_OP,
     .hint = "next op",
     .group = "Select",
     .views = IN(MAPS) | IN(VALUE)},
    {.keys = "[", .action = ACTION_PREVIOUS_OP, .group = "Select"},
    {.keys = "j Down", .action = ACTION_DOWN, .group = "Select"},
    {.keys = "k Up", .action = ACTION_UP, .group = "Select"},
    {.keys = "h Left", .action = ACTION_LEFT, .group = "Select"},
    {.keys = "l Right", .action = ACTION_RIGHT, .group = "Select"},
    {.keys = "Enter",
     .action = ACTION_OPEN,
     .hint = "open",
     .group = "Select",
     .views = EVERYWHERE & ~IN(VALUE),
     .lead = 2},
    {.keys = "Backspace Esc", .action = ACTION_CLOSE, .group = "Select"},
    {.keys = "PageDown C-d", .action = ACTION_PAGE_DOWN, .group = "Select"},
    {.keys = "PageUp C-u", .action = ACTION_PAGE_UP, .group = "Select"},
    {.keys = "g Home", .action = ACTION_FIRST, .group = "Select"},
    {.keys = "G End", .action = ACTION_LAST, .group = "Select"},
    {.keys = ",", .action = ACTION_SCOPE, .hint = "scale", .group = "Look", .views = IN(MAPS)},
    {.keys = "p", .action = ACTION_PALETTE, .hint = "palette", .group = "Look", .views = IN(MAPS)},
    {.keys = "P", .action = ACTION_POOLING, .group = "Look"},
    {.keys = "V", .action = ACTION_DOTS, .group = "Look"},
    {.keys = "#", .action = ACTION_FIGURES, .hint = "figures", .group = "Look", .views = IN(MAPS) | IN(STEP)},
    {.keys = "O", .action = ACTION_ORDER, .hint = "order", .group = "Look", .views = IN(MAPS)},
    {.keys = "z", .action = ACTION_FOLD, .hint = "fold", .group = "Look", .views = IN(ARCHITECTURE)},
    {.keys = "o",
     .action = ACTION_OTHER,
     .hint = "other drawing",
     .group = "Look",
     .views = IN(ARCHITECTURE) | IN(STEP) | IN(BLOCK) | IN(MAPS) | IN(GRADIENTS) | IN(INPUT) | IN(ANALYSES)},
    {.keys = "Tab",
     .action = ACTION_NEXT_VIEW,
     .hint = "views",
     .group = "Screen",
     .views = EVERYWHERE,
     .lead = 4},
    {.keys = "S-Tab", .action = ACTION_PREVIOUS_VIEW, .group = "Screen"},
    {.keys = ":", .action = ACTION_PROMPT, .hint = "command", .group = "Screen", .views = EVERYWHERE},
    {.keys = "/", .action = ACTION_SEARCH, .hint = "search", .group = "Select", .views = IN(ARCHITECTURE)},
    {.keys = "}", .action = ACTION_SEARCH_NEXT, .group = "Select"},
    {.keys = "{", .action = ACTION_SEARCH_PREVIOUS, .group = "Select"},
    {.keys = "L",
     .action = ACTION_FILES,
     .hint = "files",
     .group = "Screen",
     .views = IN(INPUT) | IN(ARCHITECTURE)},
    {.keys = "H",
     .action = ACTION_LESSON,
     .text = "first",
     .hint = "first lesson",
     .group = "Screen",
     .help = "begin the first lesson: a guided walk through all of this",
     .views = IN(ARCHITECTURE)},
    {.keys = "Q",
     .action = ACTION_QUESTIONS,
     .hint = "questions",
     .group = "Screen",
     .views = IN(ARCHITECTURE) | IN(BLOCK) | IN(GRADIENTS)},
    {.keys = "K", .action = ACTION_WHAT, .hint = "words", .group = "Screen", .views = EVERYWHERE},
    {.keys = ".", .action = ACTION_POINTER, .group = "Screen"},
    {.keys = "y", .action = ACTION_EXPORT, .group = "Screen"},
    {.keys = "x",
     .action = ACTION_EXPORT_CHART,
     .hint = "export chart",
     .group = "Screen",
     .views = IN(ANALYSES)},
    {.keys = "T", .action = ACTION_THEME, .group = "Screen"},
    {.keys = "C-l", .action = ACTION_REDRAW, .group = "Screen"},
    {.keys = "q", .action = ACTION_QUIT, .hint = "quit", .group = "Screen", .views = EVERYWHERE},
    {.keys = "? F1", .action = ACTION_HELP, .hint = "help", .group = "Screen", .views = EVERYWHERE},
    {.keys = NULL},
};

const Binding *keymap_bindings(void) {
    return bindings;
}

const char *keymap_keys(ActionId action) {
    for (const Binding *binding = bindings; binding->keys; binding++)
        if (binding->action == action) return binding->keys;
    return "";
}

/* Is `code` among the names in `keys`? */
static bool names_key(const char *keys, uint32_t code) {
    while (*keys) {
        size_t length = strcspn(keys, " ");
        char name[16];
        uint32_t found = 0;
        snprintf(name, sizeof name, "%.*s", (int)length, keys);
        if (key_parse(name, &found) && found == code) return true;
        keys += length + (keys[length] == ' ');
    }
    return false;
}

Action keymap_find(uint32_t code) {
    Action action = {.id = ACTION_NONE};
    for (int k = 0; k < VIEW_COUNT; k++)
        if ((uint32_t)view_ops((ViewId)k)->key == code) {
            action.id = ACTION_VIEW;
            snprintf(action.text, sizeof action.text, "%s", view_ops((ViewId)k)->name);
            return action;
        }
    for (const Binding *binding = bindings; binding->keys; binding++)
        if (names_key(binding->keys, code)) {
            action.id = binding->action;
            snprintf(action.text, sizeof action.text, "%s", binding->text ? binding->text : "");
            return action;
        }
    return action;
}
