/* Presenter mode for a class: fewer panes and larger cells, and keys shown as they are pressed. */
#include <stdio.h>
#include <string.h>

#include "app/screen/screen_state.h"
#include "core/base/utf8.h"

void screen_show_key(Screen *screen, uint32_t code, const Action *action) {
    KeysShown *shown = &screen->keys_shown;
    if (!screen_front(screen)->look.settings.presenter) {
        shown->count = 0;
        return;
    }
    if (shown->count == KEYS_SHOWN_MAX)
        memmove(shown->codes, shown->codes + 1, (size_t)--shown->count * sizeof *shown->codes);
    shown->codes[shown->count++] = code;
    shown->action = action ? action->id : ACTION_NONE;
    utf8_copy(shown->text, sizeof shown->text, action ? action->text : "");
}

void screen_forget_keys(Screen *screen) {
    screen->keys_shown.count = 0;
}

/* "show Maps" says more than the help of the action "view". */
static void describe_key(const KeysShown *shown, char *out, size_t out_size) {
    ViewId view;
    if (shown->action == ACTION_VIEW && view_find(shown->text, &view))
        utf8_format(out, out_size, "show %s", view_ops(view)->title);
    else if (shown->action == ACTION_LESSON_NEXT)
        snprintf(out, out_size, "go on");
    else if (shown->action == ACTION_LESSON_BACK)
        snprintf(out, out_size, "go back");
    else if (shown->action == ACTION_NONE)
        out[0] = '\0';
    else
        utf8_format(out, out_size, "%.*s", (int)strcspn(action_help(shown->action), ":;"),
                    action_help(shown->action));
}

void screen_collect_pressed(const Screen *screen, ScreenKeys *keys) {
    const KeysShown *shown = &screen->keys_shown;
    bool seen = screen_front(screen)->look.settings.presenter && !layer_takes_text(screen);
    keys->pressed_count = seen ? shown->count : 0;
    for (int k = 0; k < keys->pressed_count; k++) {
        key_format(shown->codes[k], keys->pressed_names[k]);
        keys->pressed[k] = keys->pressed_names[k];
    }
    describe_key(shown, keys->pressed_text, sizeof keys->pressed_text);
}
