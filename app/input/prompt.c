#include "app/input/prompt.h"

#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/style/text.h"

static bool is_tail(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static size_t before(const Prompt *prompt, size_t at) {
    bool inside = true;
    while (at > 0 && inside) inside = is_tail(prompt->text[--at]);
    return at;
}

static size_t after(const Prompt *prompt, size_t at) {
    if (prompt->text[at]) at++;
    while (is_tail(prompt->text[at])) at++;
    return at;
}

static void erase(Prompt *prompt, size_t from, size_t to) {
    memmove(prompt->text + from, prompt->text + to, strlen(prompt->text + to) + 1);
    prompt->cursor = from;
}

static size_t word_start(const Prompt *prompt) {
    size_t at = prompt->cursor;
    while (at > 0 && prompt->text[at - 1] == ' ') at--;
    while (at > 0 && prompt->text[at - 1] != ' ') at--;
    return at;
}

void prompt_replace(Prompt *prompt, size_t start, const char *text) {
    char rest[ACTION_TEXT_MAX];
    utf8_copy(rest, sizeof rest, prompt->text + prompt->cursor);
    prompt->cursor = start + utf8_copy(prompt->text + start, sizeof prompt->text - start, text);
    utf8_copy(prompt->text + prompt->cursor, sizeof prompt->text - prompt->cursor, rest);
}

static void insert(Prompt *prompt, uint32_t code) {
    char bytes[5] = {0};
    size_t count = utf8_encode(code, bytes);
    if (strlen(prompt->text) + count < sizeof prompt->text) prompt_replace(prompt, prompt->cursor, bytes);
}

void prompt_open(Prompt *prompt, char sign, const char *text) {
    prompt->open = true;
    prompt->sign = sign;
    prompt->history_at = prompt->history_count;
    utf8_copy(prompt->text, sizeof prompt->text, text);
    prompt->cursor = strlen(prompt->text);
}

static void remember(Prompt *prompt) {
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
    utf8_copy(prompt->text, sizeof prompt->text, at < prompt->history_count ? prompt->history[at] : "");
    prompt->cursor = strlen(prompt->text);
}

static bool move(Prompt *prompt, uint32_t code) {
    if (code == KEY_CODE_LEFT || code == key_ctrl('b'))
        prompt->cursor = before(prompt, prompt->cursor);
    else if (code == KEY_CODE_RIGHT || code == key_ctrl('f'))
        prompt->cursor = after(prompt, prompt->cursor);
    else if (code == KEY_CODE_HOME || code == key_ctrl('a'))
        prompt->cursor = 0;
    else if (code == KEY_CODE_END || code == key_ctrl('e'))
        prompt->cursor = strlen(prompt->text);
    else if (code == KEY_CODE_UP)
        recall(prompt, -1);
    else if (code == KEY_CODE_DOWN)
        recall(prompt, 1);
    else
        return false;
    return true;
}

PromptResult prompt_key(Prompt *prompt, const Key *key) {
    uint32_t code = key->code;
    if (code == KEY_CODE_ESCAPE) return PROMPT_CANCELLED;
    if (code == KEY_CODE_BACKSPACE && prompt->text[0] == '\0') return PROMPT_CANCELLED;
    if (code == KEY_CODE_ENTER) {
        if (prompt->sign == ':') remember(prompt);
        return PROMPT_ENTERED;
    }
    if (move(prompt, code)) return PROMPT_EDITING;
    if (code == KEY_CODE_BACKSPACE)
        erase(prompt, before(prompt, prompt->cursor), prompt->cursor);
    else if (code == KEY_CODE_DELETE)
        erase(prompt, prompt->cursor, after(prompt, prompt->cursor));
    else if (code == key_ctrl('u'))
        erase(prompt, 0, prompt->cursor);
    else if (code == key_ctrl('k'))
        prompt->text[prompt->cursor] = '\0';
    else if (code == key_ctrl('w'))
        erase(prompt, word_start(prompt), prompt->cursor);
    else if (text_glyph_width(code) > 0)
        insert(prompt, code);
    return PROMPT_EDITING;
}

void prompt_draw(const Prompt *prompt, Canvas *canvas, Rect row) {
    canvas_fill(canvas, row, style_role(ROLE_TEXT), ' ');
    char sign[] = {prompt->sign, '\0'}, head[ACTION_TEXT_MAX];
    int x = canvas_text(canvas, row.x, row.y, style_bold(ROLE_KEY), sign);
    /* The cursor of a long line stays in sight. */
    size_t skip = 0;
    utf8_format(head, sizeof head, "%.*s", (int)prompt->cursor, prompt->text);
    while (text_width(head + skip) > row.w - 3 && head[skip]) skip = after(prompt, skip);
    canvas_text(canvas, x, row.y, style_role(ROLE_TEXT), prompt->text + skip);
    canvas_set_cursor(canvas, x + text_width(head + skip), row.y);
}
