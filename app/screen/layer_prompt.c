/* The prompt: actions typed by name, completed by Tab; and the search, which follows the typing. */
#include <stdio.h>
#include <string.h>

#include "app/screen/screen_state.h"
#include "core/base/utf8.h"
#include "views/scene/action_parse.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

/* The action that was typed; ACTION_NONE for an empty line, or with the sentence of what is wrong with it. */
static Action enter(Screen *screen) {
    const Prompt *prompt = &screen->typing.prompt;
    Session *front = screen_front(screen);
    Action action = {.id = ACTION_NONE};
    Error err = {0};
    layer_close(screen, LAYER_PROMPT);
    if (prompt->sign == '/') {
        if (prompt->text[0] == '\0') front->notice.kind = NOTICE_NONE;
    } else if (!action_parse(prompt->text, &action, &err)) {
        session_tell(front, NOTICE_ERROR, "%s", err.text);
        action.id = ACTION_NONE;
    }
    return action;
}

static void cancel(Screen *screen) {
    layer_close(screen, LAYER_PROMPT);
    screen_front(screen)->notice.kind = NOTICE_NONE;
    if (screen->typing.prompt.sign == '/') screen->typing.searches->give_up(screen);
}

/* What a handout keeps out of reach is not offered. */
static void leave_out_refused(const Screen *screen, Completion *c) {
    int kept = 0;
    for (int k = 0; k < c->count; k++) {
        bool is_name = c->action == ACTION_NONE;
        ActionId id = is_name ? action_find(c->words[k]) : c->action;
        if (!session_offers(screen_front(screen), id, is_name ? "" : c->words[k])) continue;
        if (kept < k) memcpy(c->words[kept], c->words[k], COMPLETION_WORD_MAX);
        kept++;
    }
    c->count = kept;
}

/* The first Tab writes what all candidates share, the next ones go through them. */
static void complete(Screen *screen, int by) {
    Completion *c = &screen->typing.completion;
    Prompt *prompt = &screen->typing.prompt;
    if (!c->words) {
        Scene scene = session_scene(screen_front(screen));
        char common[COMPLETION_WORD_MAX];
        completion_find(c, prompt->text, prompt->cursor, &scene);
        leave_out_refused(screen, c);
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

static bool key(Screen *screen, const Key *pressed, Action *out) {
    Prompt *prompt = &screen->typing.prompt;
    if (pressed->code == KEY_CODE_MOUSE) return true;
    if (prompt->sign == ':' && (pressed->code == KEY_CODE_TAB || pressed->code == KEY_CODE_BACKTAB)) {
        complete(screen, pressed->code == KEY_CODE_TAB ? 1 : -1);
        return true;
    }
    completion_clear(&screen->typing.completion);
    PromptResult result = prompt_key(prompt, pressed);
    if (result == PROMPT_ENTERED) *out = enter(screen);
    if (result == PROMPT_CANCELLED) cancel(screen);
    if (result == PROMPT_EDITING && prompt->sign == '/')
        screen->typing.searches->follow(screen, prompt->text);
    return true;
}

bool screen_do_prompt(Screen *screen, const Action *action, Error *err) {
    (void)action, (void)err;
    screen_open_prompt(screen, "");
    return true;
}

/* The action that the line begins with, or NULL. */
static const char *help_of(const Prompt *prompt) {
    char name[64];
    utf8_format(name, sizeof name, "%.*s", (int)strcspn(prompt->text, " "), prompt->text);
    ActionId id = action_find(name);
    return id == ACTION_NONE ? NULL : action_help(id);
}

/* Above the line: the candidates, as many as fit around the chosen one; else what the action does. */
static void draw(const Screen *screen, Canvas *canvas) {
    const Display *display = &screen_front(screen)->display;
    const Completion *c = &screen->typing.completion;
    Rect row = {0, display->height - 2, display->width, 1};
    prompt_draw(&screen->typing.prompt, canvas, (Rect){0, display->height - 1, display->width - 1, 1});
    if (screen->typing.prompt.sign != ':') return;
    const char *help = help_of(&screen->typing.prompt);
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

const LayerOps layer_prompt = {.key = key, .draw = draw, .takes_text = true, .needs_frame = true};
