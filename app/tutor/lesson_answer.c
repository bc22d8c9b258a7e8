/* Typing the answer to a lesson's question. */
#include <ctype.h>
#include <string.h>

#include "app/input/line_edit.h"
#include "app/session/session_state.h"
#include "app/tutor/lesson_run.h"

/* Space around an answer is ignored. */
static void give(LessonRun *run, Action *out) {
    const char *at = run->answer.text + strspn(run->answer.text, " ");
    size_t length = strlen(at);
    while (length > 0 && at[length - 1] == ' ') length--;
    if (length == 0) {
        session_tell(run->session, NOTICE_INFO, "type an answer; Space shows the right one");
        return;
    }
    out->id = ACTION_ANSWER;
    memcpy(out->text, at, length);
}

/* Digits, signs and commas belong to the answer wherever the user is; letters only on the page's own view,
 * where they do not choose another one. */
bool lesson_run_begins_answer(const LessonRun *run, const Key *key) {
    const LessonAsk *ask = &lesson_run_page(run)->ask;
    if (run->phase != LESSON_READ || ask->kind == ASK_NOTHING || key->code > 'z') return false;
    int code = (int)key->code, letter = tolower(code) - 'a';
    if (isdigit(code)) return true;
    bool points = run->session->look.settings.presenter == SWITCH_ON; /* '.' shows the pointer */
    if (ask->kind == ASK_NUMBER) return (code == '.' && !points) || code == ',' || code == '-';
    return ask->kind == ASK_CHOICE && !run->exploring && letter >= 0 && letter < ask->option_count;
}

void lesson_run_type(LessonRun *run, const Key *key, Action *out) {
    LessonAnswer *answer = &run->answer;
    LineEdit edit = {.text = answer->text, .size = sizeof answer->text, .cursor = &answer->cursor};
    run->phase = LESSON_ASK;
    run->session->notice.kind = NOTICE_NONE;
    switch (key->code) {
    case KEY_CODE_ENTER: give(run, out); break;
    case KEY_CODE_ESCAPE: out->id = ACTION_ANSWER; break;
    case KEY_CODE_BACKSPACE:
        if (answer->text[0] == '\0') out->id = ACTION_LESSON_BACK;
        line_edit_key(edit, key->code);
        break;
    case ' ': out->id = ACTION_LESSON_NEXT; break; /* no answer has a space in it */
    case KEY_CODE_PAGE_DOWN:
    case KEY_CODE_PAGE_UP: out->id = lesson_run_key(run, key); break;
    default: line_edit_key(edit, key->code);
    }
}
