/* What the user asks of a lesson: turning its pages, leaving them and coming back, answering, and the keys
 * for all that. */
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"

#include "app/session/session_state.h"

static void keep_picture(LessonRun *run) {
    if (session_lesson_page(run)->keeps_picture && run->exploring)
        utf8_copy(run->pictures[run->page], sizeof run->pictures[0], run->session->exp.picture.name);
}

static void finish(Session *session, const char *how) {
    char title[160];
    utf8_copy(title, sizeof title, session->lesson->lesson->title);
    session_lesson_end(session);
    session_tell(session, NOTICE_INFO, "%s: '%s'. This is where you were before; q quits.", how, title);
}

static void go_on(Session *session) {
    LessonRun *run = session->lesson;
    int page = run->page;
    bool more = run->phase == LESSON_READ && lesson_page_changes(session_lesson_page(run)),
         strayed = run->exploring;
    LessonPhase phase = !more                                               ? LESSON_READ
                        : session_lesson_page(run)->ask.kind != ASK_NOTHING ? LESSON_ASK
                                                                            : LESSON_SHOWN;
    if (run->phase == LESSON_ASK) return;
    if (!more && page + 1 == run->lesson->page_count) {
        finish(session, "the lesson is over");
        return;
    }
    if (!more) keep_picture(run);
    if (strayed)
        session_lesson_show_again(session, more ? page : page + 1, phase);
    else
        session_lesson_show(session, more ? page : page + 1, phase);
}

static void go_back(Session *session) {
    LessonRun *run = session->lesson;
    int page = run->page;
    if (run->phase == LESSON_ASK)
        session_lesson_show(session, page, LESSON_READ);
    else if (run->phase == LESSON_SHOWN)
        session_lesson_show_again(session, page, LESSON_READ);
    else if (page > 0)
        session_lesson_show_again(session, page - 1,
                                  lesson_page_changes(&run->lesson->pages[page - 1]) ? LESSON_SHOWN
                                                                                     : LESSON_READ);
    else
        session_tell(run->session, NOTICE_INFO, "this is the lesson's first page; q leaves the lesson");
}

static void go_home(Session *session) {
    LessonRun *run = session->lesson;
    if (run->exploring)
        session_lesson_show_again(session, run->page, run->phase);
    else
        session_tell(run->session, NOTICE_INFO, "this is the page's own view: nothing to return from");
}

static void give_answer(Session *session, const char *answer) {
    LessonRun *run = session->lesson;
    const LessonPage *page = session_lesson_page(run);
    Error err = {0};
    if (page->ask.kind == ASK_NOTHING || run->phase == LESSON_SHOWN)
        error_set(&err, ERROR_USAGE, "this page asks nothing%s",
                  run->phase == LESSON_SHOWN ? " any more" : "");
    else if (*answer == '\0' ||
             lesson_answer_check(&page->ask, run->session->exp.setup->model->network, answer, &err)) {
        utf8_copy(run->answer, sizeof run->answer, answer);
        if (run->exploring)
            session_lesson_show_again(session, run->page, LESSON_SHOWN);
        else
            session_lesson_show(session, run->page, LESSON_SHOWN);
    }
    if (*err.text) session_tell(run->session, NOTICE_ERROR, "%s", err.text);
}

static void change_lesson(Session *session, const char *name) {
    Error err = {.text = "not enough memory for the lesson"};
    Session *own = session->lesson->session;
    if (*name == '\0') {
        prompt_open(&own->typing.prompt, ':', "lesson ");
    } else if (strcmp(name, "off") == 0) {
        finish(session, "the lesson has been left");
    } else if (!session_lesson_start(session, name, &err)) {
        session_tell(own, NOTICE_ERROR, "%s", err.text);
    }
}

/* What leads from a scene back to the book. */
static bool leaves_scene(ActionId id) {
    return id == ACTION_QUIT || id == ACTION_QUESTIONS || id == ACTION_LESSON_NEXT ||
           id == ACTION_LESSON_BACK;
}

/* Does what was asked of the lesson, when the lesson's session is not at work. */
static void answer_request(Session *session) {
    LessonRun *run = session->lesson;
    Action request = run->request;
    run->request = (Action){.id = ACTION_NONE};
    if (run->is_scene && leaves_scene(request.id)) {
        session_lesson_end(session);
        return;
    }
    switch (request.id) {
    case ACTION_QUIT: finish(session, "the lesson has been left"); break;
    case ACTION_LESSON: change_lesson(session, request.text); break;
    case ACTION_LESSON_NEXT: go_on(session); break;
    case ACTION_LESSON_BACK: go_back(session); break;
    case ACTION_LESSON_RETURN: go_home(session); break;
    case ACTION_ANSWER: give_answer(session, request.text); break;
    default: break;
    }
}

void session_lesson_do(Session *session, const Action *action) {
    session_do(session->lesson->session, action);
    answer_request(session);
}

/* What the user may do without leaving the page's view: what works on the screen itself, or touches nothing
 * that the page shows. */
static bool stays(ActionId id) {
    const unsigned shown =
        TOUCH_MODEL | TOUCH_PICTURE | TOUCH_SKIP | TOUCH_RUN | TOUCH_VIEW | TOUCH_LOOK | TOUCH_SHOWN;
    return (action_touches(id) & TOUCH_SCREEN) || !(action_touches(id) & shown);
}

bool session_lesson_takes(LessonRun *run, const Action *action) {
    bool to_book = run->is_scene && action->id == ACTION_QUESTIONS;
    if (to_book || (action_touches(action->id) & TOUCH_TUTOR)) {
        run->request = *action;
        run->session->help.open = false;
        return true;
    }
    bool asks = action->id == ACTION_STATE && *action->text == '\0';
    if (!run->acting && !asks && !stays(action->id)) run->exploring = true;
    return false;
}

void session_lesson_key(Session *session, const Key *key) {
    LessonRun *run = session->lesson;
    Session *front = run->session;
    bool free_keys = !front->typing.prompt.open && !front->files.open && !front->book.open &&
                     key->code != KEY_CODE_MOUSE && front->typing.letter == ACTION_NONE;
    Action action = {.id = ACTION_NONE};
    if (key->code == ' ' && front->exp.play.rate == 0) action.id = ACTION_LESSON_NEXT;
    if (key->code == KEY_CODE_BACKSPACE) action.id = ACTION_LESSON_BACK;
    if (key->code == KEY_CODE_HOME) action.id = ACTION_LESSON_RETURN;
    /* What a presenter's clicker sends. */
    if (front->display.presenter && key->code == KEY_CODE_PAGE_DOWN) action.id = ACTION_LESSON_NEXT;
    if (front->display.presenter && key->code == KEY_CODE_PAGE_UP) action.id = ACTION_LESSON_BACK;
    if (!free_keys || (!session_lesson_ask_key(run, key) && action.id == ACTION_NONE)) {
        session_key(front, key);
    } else if (run->phase != LESSON_ASK && front->help.open) {
        front->help.open = false;
    } else if (run->phase != LESSON_ASK) {
        front->typing.count = 0;
        session_show_key(front, key->code, &action);
        session_do(front, &action);
    }
    answer_request(session);
}
