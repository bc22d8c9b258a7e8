/* Typing the answer to a lesson's question. */
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
        session_tell(run->session, NOTICE_INFO, "type an answer; Esc skips the question");
        return;
    }
    out->id = ACTION_ANSWER;
    memcpy(out->text, at, length);
}

void lesson_run_type(LessonRun *run, const Key *key, Action *out) {
    LessonAnswer *answer = &run->answer;
    LineEdit edit = {.text = answer->text, .size = sizeof answer->text, .cursor = &answer->cursor};
    run->session->notice.kind = NOTICE_NONE;
    switch (key->code) {
    case KEY_CODE_ENTER: give(run, out); break;
    case KEY_CODE_ESCAPE: out->id = ACTION_ANSWER; break;
    case KEY_CODE_BACKSPACE:
        if (answer->text[0] == '\0') out->id = ACTION_LESSON_BACK;
        line_edit_key(edit, key->code);
        break;
    case ' ': /* it has turned every page before, so say what is expected here */
        if (answer->text[0] == '\0')
            give(run, out);
        else
            line_edit_key(edit, key->code);
        break;
    default: line_edit_key(edit, key->code);
    }
}
