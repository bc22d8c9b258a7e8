#include "app/input/prompt.h"

#include <string.h>

#include "app/input/line_edit.h"
#include "core/base/utf8.h"
#include "views/style/text.h"

static LineEdit edit_of(Prompt *prompt) {
    return (LineEdit){.text = prompt->text, .size = sizeof prompt->text, .cursor = &prompt->cursor};
}

void prompt_replace(Prompt *prompt, size_t start, const char *text) {
    line_edit_replace(edit_of(prompt), start, text);
}

void prompt_open(Prompt *prompt, char sign, const char *text) {
    prompt->open = true;
    prompt->sign = sign;
    prompt->history_at = prompt->history_count;
    line_edit_set(edit_of(prompt), text);
}

static void remember_line(Prompt *prompt) {
    int last = prompt->history_count - 1;
    if (prompt->text[0] == '\0' || (last >= 0 && strcmp(prompt->history[last], prompt->text) == 0)) return;
    if (prompt->history_count == PROMPT_HISTORY_MAX) {
        memmove(prompt->history[0], prompt->history[1], sizeof prompt->history - sizeof prompt->history[0]);
        prompt->history_count--;
    }
    memcpy(prompt->history[prompt->history_count++], prompt->text, sizeof prompt->text);
}

static void recall(Prompt *prompt, int by) {
    int at = prompt->history_at + by;
    if (at < 0 || at > prompt->history_count) return;
    prompt->history_at = at;
    line_edit_set(edit_of(prompt), at < prompt->history_count ? prompt->history[at] : "");
}

PromptResult prompt_key(Prompt *prompt, const Key *key) {
    uint32_t code = key->code;
    if (code == KEY_CODE_ESCAPE) return PROMPT_CANCELLED;
    if (code == KEY_CODE_BACKSPACE && prompt->text[0] == '\0') return PROMPT_CANCELLED;
    if (code == KEY_CODE_ENTER) {
        if (prompt->sign == ':') remember_line(prompt);
        return PROMPT_ENTERED;
    }
    if (code == KEY_CODE_UP)
        recall(prompt, -1);
    else if (code == KEY_CODE_DOWN)
        recall(prompt, 1);
    else
        line_edit_key(edit_of(prompt), code);
    return PROMPT_EDITING;
}

void prompt_draw(const Prompt *prompt, Canvas *canvas, Rect row) {
    canvas_fill(canvas, row, style_role(ROLE_TEXT), ' ');
    char sign[] = {prompt->sign, '\0'}, head[ACTION_TEXT_MAX];
    int x = canvas_text(canvas, row.x, row.y, style_bold(ROLE_KEY), sign);
    /* The cursor of a long line stays in sight. */
    size_t skip = 0;
    utf8_format(head, sizeof head, "%.*s", (int)prompt->cursor, prompt->text);
    while (text_width(head + skip) > row.w - 3 && head[skip]) skip = line_edit_next(prompt->text, skip);
    canvas_text(canvas, x, row.y, style_role(ROLE_TEXT), prompt->text + skip);
    canvas_set_cursor(canvas, x + text_width(head + skip), row.y);
}
