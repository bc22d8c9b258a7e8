/* Which keys there are now: the table's, as far as the user has not given them another meaning, and the
 * user's. */
#include <stdio.h>
#include <string.h>

#include "app/keymap.h"
#include "app/session_state.h"

/* So many of the user's own keys come first in the hint bar; the others follow the view's. */
enum { OWN_FIRST = 2 };

/* The first of the names that is left; none: no hint. */
static void add_hint(const Session *session, SessionKeys *keys, const char *names, const char *label) {
    if (keys->hint_count == SESSION_HINTS_MAX) return;
    char *name = keys->hint_names[keys->hint_count];
    bindings_left(&session->bindings, names, name, SESSION_KEY_MAX);
    name[strcspn(name, " ")] = '\0';
    if (*name) keys->hints[keys->hint_count++] = (FrameHint){.key = name, .label = label};
}

static void add_own_hints(const Session *session, SessionKeys *keys, int from, int to) {
    const UserBindings *own = &session->bindings;
    for (int k = from; k < to && k < own->count && keys->hint_count < SESSION_HINTS_MAX; k++)
        keys->hints[keys->hint_count++] = (FrameHint){.key = own->rows[k].key, .label = own->rows[k].line};
}

void session_collect_hints(const Session *session, SessionKeys *keys) {
    keys->hint_count = 0;
    if (session->files_open && !session->help) {
        keys->hint_count = session_files_hints(keys->hints, SESSION_HINTS_MAX);
        return;
    }
    if (!session->presenter) add_own_hints(session, keys, 0, OWN_FIRST);
    for (const Binding *binding = keymap_bindings(); binding->keys; binding++) {
        if (!binding->hint || !(binding->views & 1u << session->view)) continue;
        /* A class is shown the keys that are pressed, and no others. */
        if (session->presenter && binding->action != ACTION_HELP && binding->action != ACTION_QUIT) continue;
        if (session_offers(session, binding->action, binding->text))
            add_hint(session, keys, binding->keys, binding->hint);
        if (binding->action == ACTION_FINISH && keys->hint_count < SESSION_HINTS_MAX &&
            session_offers(session, ACTION_EXPLAIN, NULL))
            keys->hints[keys->hint_count++] = (FrameHint){.key = "1 2 3", .label = "explain"};
    }
    if (!session->presenter) add_own_hints(session, keys, OWN_FIRST, BINDINGS_MAX);
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
    const UserBindings *own = &session->bindings;
    keys->row_count = 0;
    if (session->tutor) {
        add_row(keys, session->presenter ? "Space PageDown" : "Space", action_help(ACTION_LESSON_NEXT),
                "Lesson");
        add_row(keys, session->presenter ? "Backspace PageUp" : "Backspace", action_help(ACTION_LESSON_BACK),
                "Lesson");
        add_row(keys, "Home", action_help(ACTION_LESSON_RETURN), "Lesson");
        add_row(keys, "q", "leave the lesson", "Lesson");
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
    add_named(session, keys, ":presenter", ACTION_PRESENTER, "Screen");
}

/* Without a word: which keys there are. */
void session_do_bind(Session *session, const char *text) {
    Error err = {0};
    const UserBindings *bindings = &session->bindings;
    char list[SESSION_NOTE_MAX] = "";
    if (*text && !bindings_set(&session->bindings, text, &err)) {
        session_tell(session, NOTICE_ERROR, "%s", err.text);
        return;
    }
    for (int k = 0; k < bindings->count; k++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s: %s", k ? "; " : "", bindings->rows[k].key,
                 bindings->rows[k].line);
    }
    session_tell(session, NOTICE_INFO, "%s%s", *list ? "your keys: " : "no keys of your own: bind KEY ACTION",
                 list);
}
