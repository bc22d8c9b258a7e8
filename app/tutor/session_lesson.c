#include "app/session/session_lesson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/session/session_state.h"
#include "app/tutor/lesson_results.h"
#include "core/base/utf8.h"
#include "views/style/text.h"

/* Work that takes no longer is done before the screen is drawn again. */
static const double AT_ONCE_S = 0.15;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

Session *session_front(Session *session) {
    return session->lesson ? session->lesson->session : session;
}

const Session *session_const_front(const Session *session) {
    return session->lesson ? session->lesson->session : session;
}

const LessonPage *session_lesson_page(const LessonRun *run) {
    return &run->lesson->pages[run->page];
}

static FigureSource source_of(const LessonRun *run, Scene *scene) {
    *scene = session_scene(run->session);
    return (FigureSource){.scene = scene, .view = run->session->look.view};
}

static void forget_texts(LessonRun *run) {
    free(run->text);
    free(run->question);
    run->text = run->question = NULL;
    run->unknown = 0;
    run->settled = false;
}

/* What is the user's own and no part of a page: how the screen looks, which keys there are. */
static void take_over(Session *fresh, const Session *old) {
    fresh->typing.bindings = old->typing.bindings;
    fresh->display.mouse = old->display.mouse;
    fresh->typing.prompt = old->typing.prompt;
    fresh->typing.prompt.open = false;
    fresh->handout = old->handout;
    fresh->display.presenter = old->display.presenter;
    fresh->display.theme_before = old->display.theme_before;
    fresh->display.pointer = old->display.pointer;
    fresh->display.keys_shown = old->display.keys_shown;
    session_set_screen(fresh, old->display.width, old->display.height, old->display.flags);
}

/* The lesson's session as it is before the first page. `old` is freed when it is a lesson's. */
static bool begin_again(LessonRun *run, Session *old, Error *err) {
    SessionConfig config = {.setup = &run->setup, .target = -1, .theme = old->display.theme};
    Session *fresh = session_new(&config, err);
    if (!fresh) return false;
    take_over(fresh, old);
    fresh->tutor = run;
    if (old == run->session) {
        session_lab_inherit(fresh, old);
        session_free(old);
    }
    run->session = fresh;
    run->done_page = run->done_action = 0;
    run->exploring = false;
    forget_texts(run);
    return true;
}

static void free_run(LessonRun *run) {
    if (!run) return;
    session_free(run->session);
    setup_close(&run->setup);
    lesson_free(run->lesson);
    free(run->pictures);
    free(run->text);
    free(run->question);
    free(run);
}

/* Takes the lesson over. */
static bool open_run(Session *session, Lesson *lesson, Error *err) {
    LessonRun *run = calloc(1, sizeof *run);
    Setup any = {.seed = 0};
    if (run)
        run->lesson = lesson;
    else
        lesson_free(lesson);
    bool ok = run && lesson && (!session->results || lesson_results_open(session->results, err)) &&
              (run->pictures = calloc((size_t)run->lesson->page_count, sizeof *run->pictures)) &&
              setup_open_weights(&run->setup, &any, "resnet20", err) && begin_again(run, session, err);
    if (ok)
        session->lesson = run;
    else
        free_run(run);
    return ok;
}

void session_lesson_end(Session *session) {
    free_run(session->lesson);
    session->lesson = NULL;
}

/* The next action on the way to the page and phase that are shown; NULL when it has come there. */
static const Action *next_action(LessonRun *run, Action *picture) {
    while (run->done_page < run->page || (run->done_page == run->page && run->phase == LESSON_SHOWN)) {
        const LessonPage *page = &run->lesson->pages[run->done_page];
        if (run->done_action < page->action_count) {
            run->last = page->actions[run->done_action].place;
            return &page->actions[run->done_action++].action;
        }
        if (run->done_page == run->page) return NULL;
        const char *kept = run->pictures[run->done_page++];
        run->done_action = 0;
        if (*kept == '\0') continue;
        *picture = (Action){.id = ACTION_IMAGE};
        utf8_copy(picture->text, sizeof picture->text, kept);
        return picture;
    }
    return NULL;
}

static void record(Session *session, const LessonRun *run) {
    Error err = {0};
    if (session->results &&
        !lesson_results_append(session->results, run->lesson, run->page, run->answer, &run->verdict, &err))
        session_tell(run->session, NOTICE_ERROR, "%s", err.text);
}

/* When all work is done: is the task done, what is the answer, what does the text say? */
static void settle_page(Session *session) {
    LessonRun *run = session->lesson;
    const LessonPage *page = session_lesson_page(run);
    Scene scene;
    FigureSource source = source_of(run, &scene);
    if (page->task && !run->task_done) run->task_done = figure_test_holds(&page->until, &source);
    if (run->phase == LESSON_SHOWN && page->ask.kind != ASK_NOTHING && !run->judged) {
        run->verdict = lesson_judge(&page->ask, run->answer, &source);
        run->judged = true;
        record(session, run);
    }
    if (run->settled || run->exploring) return;
    forget_texts(run);
    bool after = run->phase == LESSON_SHOWN && (*page->after || page->ask.kind != ASK_NOTHING);
    run->text = lesson_fill(after ? page->after : page->text, &source, &run->unknown);
    if (page->ask.kind != ASK_NOTHING && run->phase != LESSON_SHOWN)
        run->question = lesson_ask_text(&page->ask);
    run->settled = true;
}

/* What a page does is said by its text; only what fails is told. */
static void take_notice(LessonRun *run) {
    const char *problem = session_error(run->session);
    if (problem && run->failure.place.line == 0) {
        run->failure.place = run->last;
        utf8_copy(run->failure.text, sizeof run->failure.text, problem);
    }
    run->session->notice.kind = NOTICE_NONE;
    if (run->failure.place.line > 0)
        session_tell(run->session, NOTICE_ERROR, "line %d of the lesson: %s", run->failure.place.line,
                     run->failure.text);
}

static bool is_under_way(const LessonRun *run) {
    return run->done_page < run->page ||
           (run->phase == LESSON_SHOWN && run->done_action < session_lesson_page(run)->action_count);
}

bool session_lesson_work(Session *session) {
    LessonRun *run = session->lesson;
    Action picture;
    bool ours = !run->exploring && !run->settled;
    if (session_work(run->session)) {
        if (ours) take_notice(run);
        return true;
    }
    const Action *action = run->exploring ? NULL : next_action(run, &picture);
    if (!action) {
        settle_page(session);
        return false;
    }
    run->acting = true;
    session_do(run->session, action);
    run->acting = false;
    take_notice(run);
    return true;
}

static void work_at_once(Session *session) {
    double end = seconds() + AT_ONCE_S;
    while (seconds() < end && session_lesson_work(session)) {
    }
}

bool session_lesson_start(Session *session, const char *name, Error *err) {
    LessonRun *old = session->lesson;
    Lesson *lesson = lesson_open(name, err);
    if (!lesson || !open_run(session, lesson, err)) return false;
    free_run(old);
    work_at_once(session);
    return true;
}

void session_lesson_begin(Session *session, const Action *action) {
    Error err = {.text = "not enough memory for the lesson"};
    if (action->id != ACTION_LESSON || strcmp(action->text, "off") == 0)
        session_tell(session, NOTICE_INFO, "no lesson is under way: ':lesson NAME' begins one");
    else if (*action->text == '\0')
        prompt_open(&session->typing.prompt, ':', "lesson ");
    else if (!session_lesson_start(session, action->text, &err))
        session_tell(session, NOTICE_ERROR, "%s", err.text);
}

void session_lesson_show(Session *session, int page, LessonPhase phase) {
    LessonRun *run = session->lesson;
    if (page != run->page) run->task_done = false;
    if (phase == LESSON_READ) {
        run->judged = false;
        run->verdict = (LessonVerdict){.known = false};
        run->answer[0] = '\0';
        run->cursor = 0;
    }
    run->page = page;
    run->phase = phase;
    run->failure.place.line = 0;
    forget_texts(run);
    work_at_once(session);
}

void session_lesson_show_again(Session *session, int page, LessonPhase phase) {
    LessonRun *run = session->lesson;
    Error err = {0};
    if (!begin_again(run, run->session, &err)) {
        session_tell(run->session, NOTICE_ERROR, "%s", err.text);
        return;
    }
    session_lesson_show(session, page, phase);
}

void session_lesson_follow(Session *session, Lesson *lesson) {
    Error err = {.text = "not enough memory to show this"};
    if (lesson && open_run(session, lesson, &err)) {
        session->lesson->is_scene = true;
        session_lesson_show(session, 0, LESSON_SHOWN);
    } else {
        session_tell(session, NOTICE_ERROR, "%s", err.text);
    }
}

bool lesson_page_changes(const LessonPage *page) {
    return page->action_count > 0 || page->ask.kind != ASK_NOTHING || *page->after;
}

bool session_lesson_panel(const Session *session, LessonPanel *out) {
    const LessonRun *run = session->lesson ? session->lesson : session->tutor;
    if (!run) return false;
    const LessonPage *page = session_lesson_page(run);
    bool working = is_under_way(run) || !run->text;
    *out = (LessonPanel){
        .lesson = run->lesson->title,
        .title = page->title,
        .page = run->page,
        .page_count = run->lesson->page_count,
        .is_scene = run->is_scene,
        .phase = run->phase,
        .changes = lesson_page_changes(page),
        .text = run->text ? run->text : "",
        .question = run->question ? run->question : "",
        .answer = run->answer,
        .answer_cursor = text_width_n(run->answer, run->cursor),
        .verdict = run->judged ? run->verdict.text : "",
        .right = run->verdict.right,
        .skipped = !run->verdict.given,
        .task = page->task && (run->phase == LESSON_SHOWN || !lesson_page_changes(page)) ? page->task : "",
        .task_done = run->task_done,
        .working = working && !run->exploring,
        .exploring = run->exploring,
        .notes = page->notes};
    return true;
}
