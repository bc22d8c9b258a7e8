/* Which keys there are now: the table's, as far as the user has not given them another meaning, and the
 * user's. */
#include <stdio.h>
#include <string.h>

#include "app/input/keymap.h"
#include "app/screen/screen_state.h"
#include "core/base/utf8.h"

/* So many of the user's own keys come first in the hint bar; the others follow the view's. */
enum { OWN_FIRST = 2 };

/* The first of the names that is left; none: no hint. */
static void add_hint(const Screen *screen, ScreenKeys *keys, const char *names, const char *label) {
    if (keys->hint_count == SCREEN_HINTS_MAX) return;
    char *name = keys->hint_names[keys->hint_count];
    bindings_left(&screen->bindings, names, name, SCREEN_KEY_MAX);
    name[strcspn(name, " ")] = '\0';
    if (*name) keys->hints[keys->hint_count++] = (FrameHint){.key = name, .label = label};
}

static void add_own_hints(const Screen *screen, ScreenKeys *keys, int from, int to) {
    const UserBindings *own = &screen->bindings;
    for (int k = from; k < to && k < own->count && keys->hint_count < SCREEN_HINTS_MAX; k++)
        keys->hints[keys->hint_count++] = (FrameHint){.key = own->rows[k].key, .label = own->rows[k].line};
}

/* The key that finishes says what it runs now; when all is done, beginning again takes its place. */
static void add_finish(const Screen *screen, ScreenKeys *keys, const Binding *binding) {
    const Session *session = screen_front(screen);
    int n = session_network(session)->op_count;
    if (session->exp.at == 2 * n - 1 && scene_steps_done(session->exp.pass) == 2 * n)
        add_hint(screen, keys, keymap_keys(ACTION_RESTART), "again");
    else
        add_hint(screen, keys, binding->keys, session->exp.at < n - 1 ? "forward" : "backward");
}

/* What the key of a comparison leads to next: on a narrow screen one side flips to the other. */
static const char *compare_label(const Session *session) {
    switch (session->twin.show) {
    case TWIN_OFF: return "compare";
    case TWIN_BOTH: return session_twin_fits(session) ? "A minus B" : "flip to B";
    case TWIN_OTHER: return "A minus B";
    case TWIN_DIFFERENCE: break;
    }
    return "end comparing";
}

/* A class is shown the keys that are pressed, and no others. */
static bool is_hinted(const Screen *screen, const Binding *binding) {
    const Session *session = screen_front(screen);
    if (session->look.settings.presenter && binding->action != ACTION_HELP && binding->action != ACTION_QUIT)
        return false;
    return binding->hint && binding->views & 1u << session->look.view &&
           session_offers(session, binding->action, binding->text);
}

static void add_hints(const Screen *screen, ScreenKeys *keys, int lead) {
    for (const Binding *binding = keymap_bindings(); binding->keys; binding++) {
        if (binding->lead != lead || !is_hinted(screen, binding)) continue;
        if (binding->action == ACTION_FINISH)
            add_finish(screen, keys, binding);
        else if (binding->action == ACTION_TWIN && session_shows_twin(screen_front(screen)))
            continue; /* it stands first already */
        else
            add_hint(screen, keys, binding->keys, binding->hint);
    }
}

void screen_collect_hints(const Screen *screen, ScreenKeys *keys) {
    const Session *session = screen_front(screen);
    int place = layer_in_view(screen);
    const LayerOps *over = place < 0 ? NULL : layer_ops(screen->layers.ids[place]);
    keys->hint_count = 0;
    if (over && over->hints) {
        keys->hint_count = over->hints(screen, keys->hints, SCREEN_HINTS_MAX);
        return;
    }
    /* While an answer is typed keys are letters of it; the page says which are not. */
    if (screen->lesson && screen->lesson->phase == LESSON_ASK) return;
    bool own = !session->look.settings.presenter;
    if (own) add_own_hints(screen, keys, 0, OWN_FIRST);
    bool compares = own && session_shows_twin(session) && session_offers(session, ACTION_TWIN, NULL);
    if (compares) add_hint(screen, keys, keymap_keys(ACTION_TWIN), compare_label(session));
    for (int lead = 1; lead <= KEYMAP_LEADS; lead++) add_hints(screen, keys, lead);
    if (own && session_offers(session, ACTION_EXPLAIN, NULL))
        keys->hints[keys->hint_count++] = (FrameHint){.key = "1-3", .label = "explain"};
    add_hints(screen, keys, 0);
    if (own) add_own_hints(screen, keys, OWN_FIRST, BINDINGS_MAX);
}

static void add_help_row(ScreenKeys *keys, const char *name, const char *help, const char *group) {
    if (*name && keys->row_count < SCREEN_ROWS_MAX)
        keys->rows[keys->row_count++] = (HelpRow){.keys = name, .help = help, .group = group};
}

static void add_named(const Session *session, ScreenKeys *keys, const char *name, ActionId id,
                      const char *group) {
    if (session_offers(session, id, NULL)) add_help_row(keys, name, action_help(id), group);
}

/* What a layer adds stands under its own heading. */
typedef struct LayerRows {
    ScreenKeys *keys;
    const char *group;
} LayerRows;

static void add_layer_row(void *to, const char *names, const char *help) {
    const LayerRows *rows = to;
    add_help_row(rows->keys, names, help, rows->group);
}

static void add_layers(const Screen *screen, ScreenKeys *keys) {
    const LayerStack *stack = &screen->layers;
    for (int k = layer_floor(screen); k < stack->count; k++) {
        const LayerOps *ops = layer_ops(stack->ids[k]);
        LayerRows rows = {.keys = keys, .group = ops->title};
        if (ops->help) ops->help(screen, add_layer_row, &rows);
    }
}

void screen_collect_help(const Screen *screen, ScreenKeys *keys) {
    const Session *session = screen_front(screen);
    const UserBindings *own = &screen->bindings;
    keys->row_count = 0;
    add_layers(screen, keys);
    for (int k = 0; k < own->count; k++) add_help_row(keys, own->rows[k].key, own->rows[k].line, "Your own");
    for (const Binding *binding = keymap_bindings(); binding->keys && keys->row_count < SCREEN_ROWS_MAX;
         binding++) {
        char *name = keys->row_names[keys->row_count];
        if (!session_offers(session, binding->action, binding->text)) continue;
        add_help_row(keys, bindings_left(own, binding->keys, name, SCREEN_KEY_MAX),
                     binding->help ? binding->help : action_help(binding->action), binding->group);
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
bool screen_do_bind(Screen *screen, const Action *action, Error *err) {
    UserBindings *bindings = &screen->bindings;
    char list[NOTICE_MAX] = "";
    if (*action->text && !bindings_set(bindings, action->text, err)) return false;
    for (int k = 0; k < bindings->count; k++) {
        size_t used = strlen(list);
        utf8_format(list + used, sizeof list - used, "%s%s: %s", k ? "; " : "", bindings->rows[k].key,
                    bindings->rows[k].line);
    }
    session_tell(screen_front(screen), NOTICE_INFO, "%s%s",
                 *list ? "your keys: " : "no keys of your own: bind KEY ACTION", list);
    return true;
}
