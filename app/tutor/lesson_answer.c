/* Typing the answer to a lesson's question. */
#include <string.h>

#include "app/session/session_state.h"
#include "app/tutor/lesson_run.h"
#include "core/base/utf8.h"
#include "views/style/text.h"

static void insert(LessonAnswer *answer, uint32_t code) {
    char bytes[4];
    size_t length = strlen(answer->text), count = utf8_encode(code, bytes);
    if (text_glyph_width(code) < 1 || length + count >= sizeof answer->text) return;
    memmove(answer->text + answer->cursor + count, answer->text + answer->cursor,
            length - answer->cursor + 1);
    memcpy(answer->text + answer->cursor, bytes, count);
    answer->cursor += count;
}

static bool is_inside(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static size_t before(const LessonAnswer *answer, size_t at) {
    bool inside = true;
    while (at > 0 && inside) inside = is_inside(answer->text[--at]);
    return at;
}

static size_t after(const LessonAnswer *answer, size_t at) {
    if (answer->text[at] == '\0') return at;
    do at++;
    while (is_inside(answer->text[at]));
    return at;
}

static void cut(LessonAnswer *answer, size_t from, size_t to) {
    memmove(answer->text + from, answer->text + to, strlen(answer->text + to) + 1);
    answer->cursor = from;
}

/* Space around an answer means nothing. */
static void give(LessonRun *run, Action *out) {
    const char *at = run->answer.text + strspn(run->answer.text, " ");
    size_t length = strlen(at);
    while (length > 0 && at[length - 1] == ' ') length--;
    if (length == 0) {
        session_tell(run->session, NOTICE_INFO, "type an answer; Esc skips the question");
        return;
    }
    out->id = ACTION_ANSWER;
    memcpy(out->text, at, length);
}

void lesson_run_type(LessonRun *run, const Key *key, Action *out) {
    LessonAnswer *answer = &run->answer;
    run->session->notice.kind = NOTICE_NONE;
    switch (key->code) {
    case KEY_CODE_ENTER: give(run, out); break;
    case KEY_CODE_ESCAPE: out->id = ACTION_ANSWER; break;
    case KEY_CODE_BACKSPACE:
        if (answer->text[0] == '\0') out->id = ACTION_LESSON_BACK;
        cut(answer, before(answer, answer->cursor), answer->cursor);
        break;
    case KEY_CODE_DELETE: cut(answer, answer->cursor, after(answer, answer->cursor)); break;
    case KEY_CODE_LEFT: answer->cursor = before(answer, answer->cursor); break;
    case KEY_CODE_RIGHT: answer->cursor = after(answer, answer->cursor); break;
    case KEY_CODE_HOME: answer->cursor = 0; break;
    case KEY_CODE_END: answer->cursor = strlen(answer->text); break;
    case ' ': /* the key that has turned every page before: say what is expected instead */
        if (answer->text[0] == '\0') {
            give(run, out);
            break;
        }
        insert(answer, key->code);
        break;
    default:
        if (key->code > ' ' && key->code < KEY_CODE_UP && key->code != 0x7f) insert(answer, key->code);
    }
}
