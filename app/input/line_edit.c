#include "app/input/line_edit.h"

#include <string.h>

#include "core/base/utf8.h"
#include "views/style/text.h"
#include "views/term/key.h"

/* A byte of a character that is not its first. */
static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static size_t previous(const char *text, size_t at) {
    if (at > 0) at--;
    while (at > 0 && is_continuation(text[at])) at--;
    return at;
}

size_t line_edit_next(const char *text, size_t at) {
    if (text[at]) at++;
    while (is_continuation(text[at])) at++;
    return at;
}

/* Where the word before the cursor begins. */
static size_t word_start(const char *text, size_t at) {
    while (at > 0 && text[at - 1] == ' ') at--;
    while (at > 0 && text[at - 1] != ' ') at--;
    return at;
}

static void erase(LineEdit edit, size_t from, size_t to) {
    memmove(edit.text + from, edit.text + to, strlen(edit.text + to) + 1);
    *edit.cursor = from;
}

static void insert(LineEdit edit, uint32_t code) {
    char bytes[4];
    size_t count = utf8_encode(code, bytes), length = strlen(edit.text);
    if (length + count >= edit.size) return;
    char *at = edit.text + *edit.cursor;
    memmove(at + count, at, length - *edit.cursor + 1);
    memcpy(at, bytes, count);
    *edit.cursor += count;
}

static bool move_cursor(LineEdit edit, uint32_t code) {
    size_t at = *edit.cursor;
    if (code == KEY_CODE_LEFT || code == key_ctrl('b'))
        at = previous(edit.text, at);
    else if (code == KEY_CODE_RIGHT || code == key_ctrl('f'))
        at = line_edit_next(edit.text, at);
    else if (code == KEY_CODE_HOME || code == key_ctrl('a'))
        at = 0;
    else if (code == KEY_CODE_END || code == key_ctrl('e'))
        at = strlen(edit.text);
    else
        return false;
    *edit.cursor = at;
    return true;
}

bool line_edit_key(LineEdit edit, uint32_t code) {
    size_t at = *edit.cursor;
    if (move_cursor(edit, code)) return true;
    if (code == KEY_CODE_BACKSPACE)
        erase(edit, previous(edit.text, at), at);
    else if (code == KEY_CODE_DELETE)
        erase(edit, at, line_edit_next(edit.text, at));
    else if (code == key_ctrl('w'))
        erase(edit, word_start(edit.text, at), at);
    else if (code == key_ctrl('u'))
        erase(edit, 0, at);
    else if (code == key_ctrl('k'))
        edit.text[at] = '\0';
    else if (text_glyph_width(code) > 0)
        insert(edit, code);
    else
        return false;
    return true;
}

void line_edit_replace(LineEdit edit, size_t start, const char *text) {
    size_t rest = strlen(edit.text + *edit.cursor), room = edit.size - 1 - start;
    size_t count = utf8_cut(text, strlen(text), room);
    size_t kept = utf8_cut(edit.text + *edit.cursor, rest, room - count);
    memmove(edit.text + start + count, edit.text + *edit.cursor, kept);
    memcpy(edit.text + start, text, count);
    *edit.cursor = start + count;
    edit.text[*edit.cursor + kept] = '\0';
}

void line_edit_set(LineEdit edit, const char *text) {
    *edit.cursor = utf8_copy(edit.text, edit.size, text);
}
