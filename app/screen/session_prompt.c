/* The prompt in a session: actions typed by name, completed by Tab; and the search, which follows the typing.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/session/session_state.h"
#include "core/base/utf8.h"
#include "views/part/parts.h"
#include "views/scene/action_parse.h"
#include "views/style/text.h"

static const Network *network_of(const Session *session) {
    return session->exp.setup->model->network;
}

/* Does the op's name, kind or size contain the words? Case does not matter. */
static bool op_matches(const Op *op, const char *words) {
    char text[OP_NAME_MAX + PART_TEXT_MAX + 40], lower[ACTION_TEXT_MAX];
    int length = snprintf(text, sizeof text, "%s %s %s", op->name, part_op_summary(op).text,
                          text_format_shape(op->out).text);
    for (int k = 0; k < length && text[k]; k++) text[k] = (char)tolower((unsigned char)text[k]);
    utf8_copy(lower, sizeof lower, words);
    for (char *c = lower; *c; c++) *c = (char)tolower((unsigned char)*c);
    return strstr(text, lower) != NULL;
}

/* Selects the first match from op `from` on in a direction, around the end; tells which of how many it is. */
static void find_op(Session *session, int from, int direction) {
    const Network *network = network_of(session);
    int n = network->op_count, found = -1, total = 0, rank = 0;
    for (int k = 0; k < n && found < 0; k++) {
        int op = ((from + direction * k) % n + n) % n;
        if (op_matches(&network->ops[op], session->typing.search)) found = op;
    }
    for (int op = 0; op < n; op++) {
        total += op_matches(&network->ops[op], session->typing.search);
        if (op == found) rank = total;
    }
    if (found < 0) {
        session_tell(session, NOTICE_ERROR, "no operation matches '%s'", session->typing.search);
        return;
    }
    Phase phase = session->exp.at < n ? PHASE_FORWARD : PHASE_BACKWARD;
    session_look_at(session, scene_at(network, found, phase));
    session_tell(session, NOTICE_INFO, "%s: %d of %d that match '%s'; } next, { previous",
                 network->ops[found].name, rank, total, session->typing.search);
}

void session_do_search(Session *session, const char *words) {
    if (*words == '\0') {
        session->typing.search_from = session->exp.at;
        prompt_open(&session->typing.prompt, '/', "");
        return;
    }
    utf8_copy(session->typing.search, sizeof session->typing.search, words);
    find_op(session, scene_op_at(network_of(session), session->exp.at), 1);
}

void session_do_search_next(Session *session, int direction) {
    if (session->typing.search[0] == '\0')
        session_tell(session, NOTICE_INFO, "nothing has been searched for: / searches");
    else
        find_op(session, scene_op_at(network_of(session), session->exp.at) + direction, direction);
}

static void enter(Session *session) {
    Error err = {0};
    Action action;
    session->typing.prompt.open = false;
    if (session->typing.prompt.sign == '/') {
        if (session->typing.prompt.text[0] == '\0') session->notice.kind = NOTICE_NONE;
        return;
    }
    if (!action_parse(session->typing.prompt.text, &action, &err))
        session_tell(session, NOTICE_ERROR, "%s", err.text);
    else if (action.id != ACTION_NONE)
        session_do(session, &action);
}

static void cancel(Session *session) {
    session->typing.prompt.open = false;
    session->notice.kind = NOTICE_NONE;
    if (session->typing.prompt.sign != '/') return;
    if (session->book.open)
        session_book_give_up(session);
    else
        session->exp.at = session->typing.search_from;
}

/* What a handout keeps out of reach is not offered. */
static void leave_out_refused(const Session *session, Completion *c) {
    int kept = 0;
    for (int k = 0; k < c->count; k++) {
        bool is_name = c->action == ACTION_NONE;
        ActionId id = is_name ? action_find(c->words[k]) : c->action;
        if (!session_offers(session, id, is_name ? "" : c->words[k])) continue;
        if (kept < k) memcpy(c->words[kept], c->words[k], COMPLETION_WORD_MAX);
        kept++;
    }
    c->count = kept;
}

/* The first Tab writes what all candidates share, the next ones go through them. */
static void complete(Session *session, int by) {
    Completion *c = &session->typing.completion;
    Prompt *prompt = &session->typing.prompt;
    if (!c->words) {
        Scene scene = session_scene(session);
        char common[COMPLETION_WORD_MAX];
        completion_find(c, prompt->text, prompt->cursor, &scene);
        leave_out_refused(session, c);
        completion_common(c, common);
        bool more = strlen(common) > prompt->cursor - c->start;
        if (c->count > 0) prompt_replace(prompt, c->start, common);
        if (c->count == 1) {
            size_t end = strlen(common);
            if (end > 0 && common[end - 1] != '/') prompt_replace(prompt, prompt->cursor, " ");
            completion_clear(c);
        }
        if (more || c->count <= 1) return;
    }
    if (c->count == 0) return;
    c->chosen = c->chosen < 0 ? (by > 0 ? 0 : c->count - 1) : (c->chosen + by + c->count) % c->count;
    prompt_replace(prompt, c->start, c->words[c->chosen]);
}

void session_prompt_key(Session *session, const Key *key) {
    Prompt *prompt = &session->typing.prompt;
    if (prompt->sign == ':' && (key->code == KEY_CODE_TAB || key->code == KEY_CODE_BACKTAB)) {
        complete(session, key->code == KEY_CODE_TAB ? 1 : -1);
        return;
    }
    completion_clear(&session->typing.completion);
    PromptResult result = prompt_key(prompt, key);
    if (result == PROMPT_ENTERED) enter(session);
    if (result == PROMPT_CANCELLED) cancel(session);
    if (result != PROMPT_EDITING || prompt->sign != '/') return;
    if (session->book.open) {
        session->notice.kind = NOTICE_NONE;
        session_book_find(session, prompt->text);
        return;
    }
    utf8_copy(session->typing.search, sizeof session->typing.search, prompt->text);
    session->notice.kind = NOTICE_NONE;
    if (*prompt->text) find_op(session, scene_op_at(network_of(session), session->typing.search_from), 1);
}

/* The action that the line begins with, or NULL. */
static const char *help_of(const Prompt *prompt) {
    char name[64];
    utf8_format(name, sizeof name, "%.*s", (int)strcspn(prompt->text, " "), prompt->text);
    ActionId id = action_find(name);
    return id == ACTION_NONE ? NULL : action_help(id);
}

/* Above the line: the candidates, as many as fit around the chosen one; else what the action does. */
void session_prompt_draw(const Session *session, Canvas *canvas) {
    const Completion *c = &session->typing.completion;
    Rect row = {0, session->display.height - 2, session->display.width, 1};
    prompt_draw(&session->typing.prompt, canvas,
                (Rect){0, session->display.height - 1, session->display.width - 1, 1});
    if (session->typing.prompt.sign != ':') return;
    const char *help = help_of(&session->typing.prompt);
    if (c->count > 1) {
        canvas_fill(canvas, row, style_role(ROLE_TEXT), ' ');
        int first = c->chosen > 2 ? c->chosen - 2 : 0;
        for (int k = first, x = 1; k < c->count && x < row.w; k++) {
            Style style = k == c->chosen ? style_bold(ROLE_ACCENT) : style_role(ROLE_TEXT);
            x = canvas_text(canvas, x, row.y, style, c->words[k]) + 2;
        }
    } else if (help) {
        canvas_fill(canvas, row, style_role(ROLE_TEXT), ' ');
        canvas_text_fit(canvas, 1, row.y, row.w - 2, style_role(ROLE_DIM), help);
    }
}
