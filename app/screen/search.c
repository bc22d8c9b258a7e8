/* Searching for an operation by its name, kind or size. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/screen/screen_state.h"
#include "core/base/utf8.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

/* Does the op's name, kind or size contain the words? Case does not matter. */
static bool op_matches(const Op *op, const char *words) {
    char text[OP_NAME_MAX + WIDGET_TEXT_MAX + 40], lower[ACTION_TEXT_MAX];
    int length = snprintf(text, sizeof text, "%s %s %s", op->name, widget_op_summary(op).text,
                          text_format_shape(op->out).text);
    for (int k = 0; k < length && text[k]; k++) text[k] = (char)tolower((unsigned char)text[k]);
    utf8_copy(lower, sizeof lower, words);
    for (char *c = lower; *c; c++) *c = (char)tolower((unsigned char)*c);
    return strstr(text, lower) != NULL;
}

/* Selects the first match from op `from` on in a direction, around the end; tells which of how many it is. */
static bool find_op(Screen *screen, int from, int direction, Error *err) {
    const Network *network = session_network(screen_front(screen));
    const char *words = screen->typing.search;
    Session *front = screen_front(screen);
    int n = network->op_count, found = -1, total = 0, rank = 0;
    for (int k = 0; k < n && found < 0; k++) {
        int op = ((from + direction * k) % n + n) % n;
        if (op_matches(&network->ops[op], words)) found = op;
    }
    for (int op = 0; op < n; op++) {
        total += op_matches(&network->ops[op], words);
        if (op == found) rank = total;
    }
    if (found < 0) return error_set(err, ERROR_USAGE, "no operation matches '%s'", words);
    Phase phase = front->exp.at < n ? PHASE_FORWARD : PHASE_BACKWARD;
    session_look_at(front, scene_at(network, found, phase));
    session_tell(front, NOTICE_INFO, "%s: %d of %d that match '%s'; } next, { previous",
                 network->ops[found].name, rank, total, words);
    return true;
}

static int selected_op(const Screen *screen) {
    return scene_op_at(session_network(screen_front(screen)), screen_front(screen)->exp.at);
}

static void follow(Screen *screen, const char *words) {
    Session *front = screen_front(screen);
    Error err = {0};
    utf8_copy(screen->typing.search, sizeof screen->typing.search, words);
    front->notice.kind = NOTICE_NONE;
    int from = scene_op_at(session_network(screen_front(screen)), screen->typing.search_from);
    if (*words && !find_op(screen, from, 1, &err)) session_tell(front, NOTICE_ERROR, "%s", err.text);
}

static void give_up(Screen *screen) {
    screen_front(screen)->exp.at = screen->typing.search_from;
}

/* Without words the prompt asks for them. */
bool screen_do_search(Screen *screen, const Action *action, Error *err) {
    static const SearchOps searches = {.follow = follow, .give_up = give_up};
    if (*action->text == '\0') {
        screen->typing.search_from = screen_front(screen)->exp.at;
        screen_open_search(screen, &searches);
        return true;
    }
    utf8_copy(screen->typing.search, sizeof screen->typing.search, action->text);
    return find_op(screen, selected_op(screen), 1, err);
}

bool screen_do_search_next(Screen *screen, const Action *action, Error *err) {
    int direction = action->id == ACTION_SEARCH_NEXT ? 1 : -1;
    if (screen->typing.search[0]) return find_op(screen, selected_op(screen) + direction, direction, err);
    session_tell(screen_front(screen), NOTICE_INFO, "nothing has been searched for: / searches");
    return true;
}
