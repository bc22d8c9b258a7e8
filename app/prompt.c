#include "app/prompt.h"

#include <stdio.h>
#include <string.h>

#include "views/text.h"

static void erase_last(char *text) {
    size_t length = strlen(text);
    while (length > 0 && ((unsigned char)text[length - 1] & 0xC0) == 0x80) length--;
    text[length > 0 ? length - 1 : 0] = '\0';
}

static void erase_word(char *text) {
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ') length--;
    while (length > 0 && text[length - 1] != ' ') length--;
    text[length] = '\0';
}

static void append(Prompt *prompt, uint32_t code) {
    char bytes[4];
    size_t length = strlen(prompt->text), count = text_encode(code, bytes);
    if (length + count >= sizeof prompt->text) return;
    memcpy(prompt->text + length, bytes, count);
    prompt->text[length + count] = '\0';
}

/* Completes as far as all actions with this beginning agree. */
static void complete(Prompt *prompt) {
    size_t typed = strlen(prompt->text), common = 0;
    const char *first = NULL;
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) {
        const char *name = action_name((ActionId)id);
        if (strncmp(name, prompt->text, typed) != 0) continue;
        if (!first) {
            first = name;
            common = strlen(name);
        }
        for (size_t k = typed; k < common; k++)
            if (name[k] != first[k]) common = k;
    }
    if (!first || common >= sizeof prompt->text) return;
    memcpy(prompt->text, first, common);
    prompt->text[common] = '\0';
    if (action_find(prompt->text) != ACTION_NONE && first[common] == '\0') append(prompt, ' ');
}

PromptResult prompt_key(Prompt *prompt, const Key *key) {
    if (key->code == KEY_CODE_ENTER) return PROMPT_ENTERED;
    if (key->code == KEY_CODE_ESCAPE) return PROMPT_CANCELLED;
    if (key->code == KEY_CODE_BACKSPACE && prompt->text[0] == '\0') return PROMPT_CANCELLED;
    if (key->code == KEY_CODE_BACKSPACE)
        erase_last(prompt->text);
    else if (key->code == KEY_CODE_TAB)
        complete(prompt);
    else if (key->code == key_ctrl('u'))
        prompt->text[0] = '\0';
    else if (key->code == key_ctrl('w'))
        erase_word(prompt->text);
    else if (text_glyph_width(key->code) > 0)
        append(prompt, key->code);
    return PROMPT_EDITING;
}

void prompt_draw(const Prompt *prompt, Canvas *canvas, Rect row) {
    canvas_fill(canvas, row, style_role(ROLE_TEXT), ' ');
    int x = canvas_text(canvas, row.x, row.y, style_bold(ROLE_KEY), ":");
    /* The end of a long line stays in sight. */
    const char *text = prompt->text;
    while (text_width(text) > row.w - 3 && *text) text += 1 + (((unsigned char)text[1] & 0xC0) == 0x80);
    x = canvas_text(canvas, x, row.y, style_role(ROLE_TEXT), text);
    canvas_set_cursor(canvas, x, row.y);
}
