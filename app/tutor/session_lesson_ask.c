/* Typing the answer to a lesson's question. */
#include <string.h>

#include "app/session/session_state.h"
#include "views/style/text.h"

static void insert(LessonRun *run, uint32_t code) {
    char bytes[4];
    size_t length = strlen(run->answer), count = utf8_encode(code, bytes);
    if (text_glyph_width(code) < 1 || length + count >= sizeof run->answer) return;
    memmove(run->answer + run->cursor + count, run->answer + run->cursor, length - run->cursor + 1);
    memcpy(run->answer + run->cursor, bytes, count);
    run->cursor += count;
}

static bool is_inside(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static size_t before(const LessonRun *run, size_t at) {
    bool inside = true;
    while (at > 0 && inside) inside = is_inside(run->answer[--at]);
    return at;
}

static size_t behind(const LessonRun *run, size_t at) {
    if (run->answer[at]) do
            at++;
        while (is_inside(run->answer[at]));
    return at;
}

static void cut(LessonRun *run, size_t from, size_t to) {
    memmove(run->answer + from, run->answer + to, strlen(run->answer + to) + 1);
    run->cursor = from;
}

/* Space around an answer means nothing. */
static void give(LessonRun *run) {
    char *at = run->answer + strspn(run->answer, " ");
    size_t length = strlen(at);
    while (length > 0 && at[length - 1] == ' ') length--;
    if (length == 0) {
        session_tell(run->session, NOTICE_INFO, "type an answer; Esc skips the question");
        return;
    }
    run->request = (Action){.id = ACTION_ANSWER};
    memcpy(run->request.text, at, length);
}

bool session_lesson_ask_key(LessonRun *run, const Key *key) {
    if (run->phase != LESSON_ASK || run->session->help.open) return false;
    run->session->notice.kind = NOTICE_NONE;
    switch (key->code) {
    case KEY_CODE_ENTER: give(run); break;
    case KEY_CODE_ESCAPE: run->request = (Action){.id = ACTION_ANSWER}; break;
    case KEY_CODE_BACKSPACE:
        if (run->answer[0] == '\0') run->request = (Action){.id = ACTION_LESSON_BACK};
        cut(run, before(run, run->cursor), run->cursor);
        break;
    case KEY_CODE_DELETE: cut(run, run->cursor, behind(run, run->cursor)); break;
    case KEY_CODE_LEFT: run->cursor = before(run, run->cursor); break;
    case KEY_CODE_RIGHT: run->cursor = behind(run, run->cursor); break;
    case KEY_CODE_HOME: run->cursor = 0; break;
    case KEY_CODE_END: run->cursor = strlen(run->answer); break;
    case ' ': /* who has pressed it for every page before expects something of it */
        if (run->answer[0] == '\0') {
            give(run);
            break;
        }
        insert(run, key->code);
        break;
    default:
        if (key->code > ' ' && key->code < KEY_CODE_UP && key->code != 0x7f) insert(run, key->code);
    }
    return true;
}
