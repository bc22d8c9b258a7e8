/* From a key to an action: the layer on top has the first word, then counts, letters, the user's own keys and
 * the keymap. */
#include "app/input/keymap.h"
#include "app/screen/screen_state.h"
#include "core/base/utf8.h"

/* The letter after M and '. */
static bool await_letter(Screen *screen, uint32_t code) {
    Action action = {.id = screen->typing.letter};
    if (action.id == ACTION_NONE) return false;
    screen->typing.letter = ACTION_NONE;
    screen_front(screen)->notice.kind = NOTICE_NONE;
    if (code > ' ' && code < 0x7F) {
        action.text[0] = (char)code;
        screen_do(screen, &action);
    }
    return true;
}

/* Digits before a key are its count. A 0 alone is ignored. */
static bool take_digit(Screen *screen, uint32_t code) {
    int *typed = &screen->typing.count;
    if (code < '0' || code > '9' || (code == '0' && *typed == 0)) return false;
    session_explain_digit(screen_front(screen), (int)(code - '0'), *typed == 0);
    int count = 10 * *typed + (int)(code - '0');
    *typed = count < ACTION_NUMBER_MAX ? count : ACTION_NUMBER_MAX;
    return true;
}

/* Where pages are read in place of the view, Space turns them and steps no network behind them. */
static Action meaning_of(const Screen *screen, uint32_t code) {
    const UserBinding *own = bindings_find(&screen->bindings, code);
    if (own) return own->action;
    if (code == ' ' && layer_in_view(screen) >= 0) return (Action){.id = ACTION_PAGE_DOWN};
    return keymap_find(code);
}

/* "5s" is five steps, "5g" the operation number 5. */
static void give_count(Action *action, int count) {
    if (action_argument(action->id) == ACTION_ARGUMENT_COUNT) action->number = count;
    if (action->id == ACTION_FIRST || action->id == ACTION_LAST)
        *action = (Action){.id = ACTION_GO, .number = count};
}

/* On the first screen there is nothing to back out of, and its first step is seen, as its line promises; scripts
 * stay where they are. */
static void perform(Screen *screen, const Action *action) {
    bool welcome = screen_shows_welcome(screen);
    if (welcome && action->id == ACTION_CLOSE && screen->layers.count == 0) return;
    screen_do(screen, action);
    if (welcome && action->id == ACTION_STEP && !screen_error(screen) && !screen_refusal(screen))
        screen_do(screen, &(Action){.id = ACTION_VIEW, .text = "step"});
}

static bool chooses_view(ActionId id) {
    return id == ACTION_VIEW || id == ACTION_NEXT_VIEW || id == ACTION_PREVIOUS_VIEW;
}

/* What the key means in the view, with the digits before it. */
static void press(Screen *screen, const Key *key) {
    Session *front = screen_front(screen);
    if (session_explain_wait(front, key->at_s)) screen->typing.count = 0;
    if (await_letter(screen, key->code)) return;
    screen_show_key(screen, key->code, NULL);
    if (take_digit(screen, key->code)) return;
    Action action = meaning_of(screen, key->code);
    screen->keys_shown.action = action.id;
    screen->lists_views = chooses_view(action.id);
    utf8_copy(screen->keys_shown.text, sizeof screen->keys_shown.text, action.text);
    int count = screen->typing.count;
    screen->typing.count = 0;
    if (session_explain_settle(front, action_takes_digits(action.id))) count = 0;
    if (count > 0 && action.id == ACTION_CLOSE) return; /* Esc drops the digits */
    if (count > 0) give_count(&action, count);
    bool asks = action_follows(action.id)->words[0] == WORDS_LETTER && action.text[0] == '\0';
    screen->typing.letter = asks ? action.id : ACTION_NONE;
    if (asks)
        session_tell(front, NOTICE_INFO, "%s: which letter?", action_name(action.id));
    else if (action.id != ACTION_NONE)
        perform(screen, &action);
}

void screen_key(Screen *screen, const Key *key) {
    Action action = {.id = ACTION_NONE};
    if (key->code == KEY_CODE_PASTE) {
        screen_paste(screen, key->text);
        return;
    }
    for (int k = screen->layers.count - 1; k >= layer_floor(screen); k--) {
        const LayerOps *ops = layer_ops(screen->layers.ids[k]);
        if (ops->key && ops->key(screen, key, &action)) {
            if (action.id != ACTION_NONE) screen_do(screen, &action);
            if (key->code != KEY_CODE_MOUSE) screen->lists_views = false;
            return;
        }
        if (!ops->sees_through) break;
    }
    if (key->code == KEY_CODE_MOUSE)
        screen_mouse_key(screen, key);
    else
        press(screen, key);
}
