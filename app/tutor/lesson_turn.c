/* What the user asks of a lesson: turning its pages, leaving them and coming back, answering, and the keys
 * for all that. */
#include <string.h>

#include "app/session/session_state.h"
#include "app/tutor/lesson_run.h"
#include "core/base/utf8.h"

static void keep_picture(LessonRun *run) {
    if (lesson_run_page(run)->keeps_picture && run->exploring)
        utf8_copy(run->pictures[run->page], sizeof run->pictures[0], run->session->exp.picture.name);
}

/* From an excursion the way leads through the lesson's beginning. */
static void show_page(LessonRun *run, int page, LessonPhase phase) {
    if (run->exploring)
        lesson_run_show_again(run, page, phase);
    else
        lesson_run_show(run, page, phase);
}

bool lesson_run_at_end(const LessonRun *run) {
    bool more = run->phase != LESSON_SHOWN && lesson_page_changes(lesson_run_page(run));
    return !more && run->page + 1 == run->lesson->page_count;
}

/* What has been typed is the answer. Before a class nobody is asked to type it again: what is none counts as
 * not answered. */
static bool reveal(LessonRun *run, Error *err) {
    char typed[LESSON_ANSWER_MAX];
    utf8_copy(typed, sizeof typed, run->answer.text);
    if (lesson_run_answer(run, typed, err)) return true;
    return run->session->look.settings.presenter && lesson_run_answer(run, "", err);
}

bool lesson_run_next(LessonRun *run, Error *err) {
    const LessonPage *page = lesson_run_page(run);
    bool asks = page->ask.kind != ASK_NOTHING, presenter = run->session->look.settings.presenter;
    if (run->phase == LESSON_ASK || (run->phase == LESSON_READ && asks && presenter)) return reveal(run, err);
    if (run->phase == LESSON_READ && lesson_page_changes(page)) {
        show_page(run, run->page, asks ? LESSON_ASK : LESSON_SHOWN);
        return true;
    }
    if (lesson_run_at_end(run)) return true;
    keep_picture(run);
    show_page(run, run->page + 1, LESSON_READ);
    return true;
}

void lesson_run_back(LessonRun *run) {
    int page = run->page;
    if (run->phase == LESSON_ASK) {
        run->phase = LESSON_READ;
        run->answer = (LessonAnswer){.judged = false};
    } else if (run->phase == LESSON_SHOWN) {
        lesson_run_show_again(run, page, LESSON_READ);
    } else if (page > 0) {
        lesson_run_show_again(
            run, page - 1, lesson_page_changes(&run->lesson->pages[page - 1]) ? LESSON_SHOWN : LESSON_READ);
    } else {
        session_tell(run->session, NOTICE_INFO, "this is the lesson's first page; q leaves the lesson");
    }
}

void lesson_run_return(LessonRun *run) {
    if (run->exploring)
        lesson_run_show_again(run, run->page, run->phase);
    else
        session_tell(run->session, NOTICE_INFO, "this is the page's own view: nothing to return from");
}

bool lesson_run_answer(LessonRun *run, const char *answer, Error *err) {
    const LessonPage *page = lesson_run_page(run);
    const Network *network = session_network(run->session);
    if (page->ask.kind == ASK_NOTHING || run->phase == LESSON_SHOWN)
        return error_set(err, ERROR_USAGE, "this page asks nothing%s",
                         run->phase == LESSON_SHOWN ? " any more" : "");
    if (*answer && !lesson_answer_check(&page->ask, network, answer, err)) return false;
    utf8_copy(run->answer.text, sizeof run->answer.text, answer);
    show_page(run, run->page, LESSON_SHOWN);
    return true;
}

/* What the user may do without leaving the page's view: what works on the screen itself, or touches nothing
 * that the page shows. */
static bool stays(ActionId id) {
    const unsigned shown =
        TOUCH_MODEL | TOUCH_PICTURE | TOUCH_SKIP | TOUCH_RUN | TOUCH_VIEW | TOUCH_LOOK | TOUCH_SHOWN;
    return (action_touches(id) & TOUCH_SCREEN) || !(action_touches(id) & shown);
}

bool lesson_run_takes(LessonRun *run, const Action *action) {
    bool to_book = run->is_scene && action->id == ACTION_QUESTIONS;
    if (to_book || (action_touches(action->id) & TOUCH_TUTOR)) return true;
    bool asks = action->id == ACTION_STATE && *action->text == '\0';
    if (!asks && !stays(action->id)) run->exploring = true;
    return false;
}

ActionId lesson_run_key(const LessonRun *run, const Key *key) {
    bool presenter = run->session->look.settings.presenter;
    switch (key->code) {
    case ' ': return run->session->exp.play.rate == 0 ? ACTION_LESSON_NEXT : ACTION_NONE;
    case KEY_CODE_BACKSPACE: return ACTION_LESSON_BACK;
    case KEY_CODE_HOME: return ACTION_LESSON_RETURN;
    /* What a presenter's clicker sends. */
    case KEY_CODE_PAGE_DOWN: return presenter ? ACTION_LESSON_NEXT : ACTION_NONE;
    case KEY_CODE_PAGE_UP: return presenter ? ACTION_LESSON_BACK : ACTION_NONE;
    default: return ACTION_NONE;
    }
}
