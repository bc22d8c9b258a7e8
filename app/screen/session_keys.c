/* Which keys there are now: the table's, as far as the user has not given them another meaning, and the
 * user's. */
#include <stdio.h>
#include <string.h>

#include "app/input/keymap.h"
#include "app/session/session_state.h"
#include "core/base/utf8.h"

/* So many of the user's own keys come first in the hint bar; the others follow the view's. */
enum { OWN_FIRST = 2 };

/* The first of the names that is left; none: no hint. */
static void add_hint(const Session *session, SessionKeys *keys, const char *names, const char *label) {
    if (keys->hint_count == SESSION_HINTS_MAX) return;
    char *name = keys->hint_names[keys->hint_count];
    bindings_left(&session->typing.bindings, names, name, SESSION_KEY_MAX);
    name[strcspn(name, " ")] = '\0';
    if (*name) keys->hints[keys->hint_count++] = (FrameHint){.key = name, .label = label};
}

static void add_own_hints(const Session *session, SessionKeys *keys, int from, int to) {
    const UserBindings *own = &session->typing.bindings;
    for (int k = from; k < to && k < own->count && keys->hint_count < SESSION_HINTS_MAX; k++)
        keys->hints[keys->hint_count++] = (FrameHint){.key = own->rows[k].key, .label = own->rows[k].line};
}

/* The key that finishes says what it runs now; when all is done, beginning again takes its place. */
static void add_finish(const Session *session, SessionKeys *keys, const Binding *binding) {
    int n = session->exp.setup->model->network->op_count;
    if (session->exp.at == 2 * n - 1 && scene_steps_done(session->exp.pass) == 2 * n)
        add_hint(session, keys, keymap_keys(ACTION_RESTART), "again");
    else
        add_hint(session, keys, binding->keys, session->exp.at < n - 1 ? "forward" : "backward");
}

/* A class is shown the keys that are pressed, and no others. */
static bool is_hinted(const Session *session, const Binding *binding) {
    if (session->display.presenter && binding->action != ACTION_HELP && binding->action != ACTION_QUIT)
        return false;
    return binding->hint && binding->views & 1u << session->look.view &&
           session_offers(session, binding->action, binding->text);
}

static void add_hints(const Session *session, SessionKeys *keys, int lead) {
    for (const Binding *binding = keymap_bindings(); binding->keys; binding++) {
        if (binding->lead != lead || !is_hinted(session, binding)) continue;
        if (binding->action == ACTION_FINISH)
            add_finish(session, keys, binding);
        else
            add_hint(session, keys, binding->keys, binding->hint);
    }
}

void session_collect_hints(const Session *session, SessionKeys *keys) {
    keys->hint_count = 0;
    if (session->files.open && !session->help.open) {
        keys->hint_count = session_files_hints(keys->hints, SESSION_HINTS_MAX);
        return;
    }
    if (session->book.open && !session->help.open) {
        keys->hint_count = session_book_hints(session, keys->hints, SESSION_HINTS_MAX);
        return;
    }
    if (!session->display.presenter) add_own_hints(session, keys, 0, OWN_FIRST);
    for (int lead = 1; lead <= KEYMAP_LEADS; lead++) add_hints(session, keys, lead);
    if (!session->display.presenter && session_offers(session, ACTION_EXPLAIN, NULL))
        keys->hints[keys->hint_count++] = (FrameHint){.key = "1-3", .label = "explain"};
    add_hints(session, keys, 0);
    if (!session->display.presenter) add_own_hints(session, keys, OWN_FIRST, BINDINGS_MAX);
}

static void add_row(SessionKeys *keys, const char *name, const char *help, const char *group) {
    if (*name && keys->row_count < SESSION_ROWS_MAX)
        keys->rows[keys->row_count++] = (HelpRow){.keys = name, .help = help, .group = group};
}

static void add_named(const Session *session, SessionKeys *keys, const char *name, ActionId id,
                      const char *group) {
    if (session_offers(session, id, NULL)) add_row(keys, name, action_help(id), group);
}

void session_collect_help(const Session *session, SessionKeys *keys) {
    const UserBindings *own = &session->typing.bindings;
    keys->row_count = 0;
    if (session->tutor) {
        add_row(keys, session->display.presenter ? "Space PageDown" : "Space",
                action_help(ACTION_LESSON_NEXT), "Lesson");
        add_row(keys, session->display.presenter ? "Backspace PageUp" : "Backspace",
                action_help(ACTION_LESSON_BACK), "Lesson");
        add_row(keys, "Home", action_help(ACTION_LESSON_RETURN), "Lesson");
        add_row(keys, "q", "leave the lesson", "Lesson");
    }
    if (session->book.open) {
        add_row(keys, "1 2 3", "the answer for anyone, the code, the mathematics", "Questions");
        add_row(keys, "Enter", "read the question; there: go to the marked place in the explorer",
                "Questions");
        add_row(keys, "Tab", "mark the next place to see", "Questions");
        add_row(keys, "] [", "the next question, the one before", "Questions");
        add_row(keys, "/ n N", "search the whole book; the next place, the one before", "Questions");
        add_row(keys, "h q", "back: to the list, out of the book", "Questions");
    }
    for (int k = 0; k < own->count; k++) add_row(keys, own->rows[k].key, own->rows[k].line, "Your own");
    for (const Binding *binding = keymap_bindings(); binding->keys && keys->row_count < SESSION_ROWS_MAX;
         binding++) {
        char *name = keys->row_names[keys->row_count];
        if (!session_offers(session, binding->action, binding->text)) continue;
        add_row(keys, bindings_left(own, binding->keys, name, SESSION_KEY_MAX), action_help(binding->action),
                binding->group);
    }
    add_named(session, keys, "1 2 3", ACTION_EXPLAIN, "Look");
    add_named(session, keys, ":lesson", ACTION_LESSON, "Screen");
    add_named(session, keys, ":mouse", ACTION_MOUSE, "Screen");
    add_named(session, keys, ":bind", ACTION_BIND, "Screen");
    add_named(session, keys, ":state", ACTION_STATE, "Screen");
    add_named(session, keys, ":copy", ACTION_COPY, "Screen");
    add_named(session, keys, ":presenter", ACTION_PRESENTER, "Screen");
}

/* Without a word: which keys there are. */
void session_do_bind(Session *session, const char *text) {
    Error err = {0};
    const UserBindings *bindings = &session->typing.bindings;
    char list[NOTICE_MAX] = "";
    if (*text && !bindings_set(&session->typing.bindings, text, &err)) {
        session_tell(session, NOTICE_ERROR, "%s", err.text);
        return;
    }
    for (int k = 0; k < bindings->count; k++) {
        size_t used = strlen(list);
        utf8_format(list + used, sizeof list - used, "%s%s: %s", k ? "; " : "", bindings->rows[k].key,
                    bindings->rows[k].line);
    }
    session_tell(session, NOTICE_INFO, "%s%s", *list ? "your keys: " : "no keys of your own: bind KEY ACTION",
                 list);
}
