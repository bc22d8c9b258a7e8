#include "app/tutor/lesson_run.h"

#include <stdlib.h>
#include <string.h>

#include "app/session/session_state.h"
#include "app/tutor/lesson_results.h"
#include "core/base/utf8.h"
#include "views/style/text.h"

const LessonPage *lesson_run_page(const LessonRun *run) {
    return &run->lesson->pages[run->page];
}

static FigureSource source_of(const LessonRun *run, Scene *scene) {
    *scene = session_scene(run->session);
    return (FigureSource){.scene = scene, .view = run->session->look.view};
}

static void forget_texts(LessonRun *run) {
    free(run->shown.text);
    free(run->shown.question);
    free(run->shown.task);
    free(run->shown.bars.rows);
    run->shown = (LessonTexts){.text = NULL};
}

/* So is a sentence of the book; an entry of the glossary takes more. */
static bool is_one_row(const LessonPage *page) {
    const char *words = *page->after ? page->after : page->text;
    return text_width(words) < LAYOUT_S_WIDTH - 1;
}

/* What is the user's own and no part of a page: the screen, and what is out of reach. */
static void take_over(const LessonRun *run, Session *fresh, const Session *old) {
    fresh->handout = old->handout;
    fresh->display = old->display;
    setting_copy(&fresh->look.settings, &old->look.settings, SETTING_KEPT_READER);
    setting_copy(&fresh->look.settings, &old->look.settings, SETTING_KEPT_BOTH);
    fresh->display.sheet = !run->is_scene                   ? SHEET_LESSON
                           : is_one_row(run->lesson->pages) ? SHEET_SCENE
                                                            : SHEET_WORD;
}

static void hide_answer(LessonRun *run) {
    run->session->hides_answer = lesson_hides_answer(run->lesson, run->page, run->phase == LESSON_SHOWN);
}

/* The lesson's session as it is before the first page. `old` is freed when it is a lesson's. */
static bool begin_again(LessonRun *run, Session *old, Error *err) {
    SessionConfig config = {.setup = &run->setup, .target = -1, .theme = old->look.settings.theme};
    Session *fresh = session_new(&config, err);
    if (!fresh) return false;
    take_over(run, fresh, old);
    if (old == run->session) {
        session_analyses_inherit(fresh, old);
        session_free(old);
    }
    run->session = fresh;
    run->done_page = run->done_action = 0;
    run->exploring = false;
    hide_answer(run);
    forget_texts(run);
    return true;
}

void lesson_run_free(LessonRun *run) {
    if (!run) return;
    session_free(run->session);
    setup_close(&run->setup);
    lesson_free(run->lesson);
    free(run->pictures);
    forget_texts(run);
    free(run);
}

static LessonRun *new_run(Lesson *lesson, Error *err) {
    LessonRun *run = calloc(1, sizeof *run);
    if (!run) {
        lesson_free(lesson);
        error_set(err, ERROR_FAILED, "not enough memory for the lesson");
        return NULL;
    }
    run->lesson = lesson;
    run->pictures = calloc((size_t)lesson->page_count, sizeof *run->pictures);
    if (run->pictures) return run;
    error_set(err, ERROR_FAILED, "not enough memory for the lesson");
    lesson_run_free(run);
    return NULL;
}

static LessonRun *begin_run(LessonRun *run, Session *user, Error *err) {
    Setup any = {.seed = 0};
    bool ok = run && (!run->results || lesson_results_open(run->results, err)) &&
              setup_open_weights(&run->setup, &any, "resnet20", err) && begin_again(run, user, err);
    if (ok) return run;
    lesson_run_free(run);
    return NULL;
}

LessonRun *lesson_run_new(Lesson *lesson, Session *user, const char *results, Error *err) {
    LessonRun *run = new_run(lesson, err);
    if (run) run->results = results;
    return begin_run(run, user, err);
}

LessonRun *lesson_run_new_scene(Lesson *lesson, Session *user, Error *err) {
    LessonRun *run = new_run(lesson, err);
    if (run) run->is_scene = true;
    run = begin_run(run, user, err);
    if (run) lesson_run_show(run, 0, LESSON_SHOWN);
    return run;
}

/* Actions of the page that is shown which belong to its phase. */
static int actions_due(const LessonRun *run) {
    const LessonPage *page = lesson_run_page(run);
    return run->phase == LESSON_SHOWN ? page->action_count : page->opening_count;
}

/* The next action on the way to the page and phase that are shown; NULL when it has come there. */
static const Action *next_action(LessonRun *run, Action *picture) {
    while (run->done_page <= run->page) {
        const LessonPage *page = &run->lesson->pages[run->done_page];
        int due = run->done_page == run->page ? actions_due(run) : page->action_count;
        if (run->done_action < due) {
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

static void record_answer(LessonRun *run) {
    Error err = {0};
    if (run->results && !lesson_results_append(run->results, run->lesson, run->page, run->answer.text,
                                               &run->answer.verdict, &err))
        session_tell(run->session, NOTICE_ERROR, "%s", err.text);
}

static void fill_texts(LessonRun *run, const LessonPage *page, const FigureSource *source) {
    LessonTexts *shown = &run->shown;
    bool asks = page->ask.kind != ASK_NOTHING, after = run->phase == LESSON_SHOWN && (*page->after || asks);
    shown->text = lesson_fill(after ? page->after : page->text, source, &shown->unknown);
    shown->task = page->task ? lesson_fill(page->task, source, &shown->unknown) : NULL;
    if (page->shows_bars && run->phase == LESSON_SHOWN)
        lesson_ask_bars(&page->ask, run->answer.text, source, &shown->bars);
    if (!asks || run->phase == LESSON_SHOWN) return;
    char *question = lesson_ask_text(&page->ask);
    shown->question = question ? lesson_fill(question, source, &shown->unknown) : NULL;
    free(question);
}

/* When all work is done: is the task done, what is the answer, what does the text say? True when that is news, and
 * the screen is to be drawn again. */
static bool settle_page(LessonRun *run) {
    const LessonPage *page = lesson_run_page(run);
    LessonAnswer *answer = &run->answer;
    Scene scene;
    FigureSource source = source_of(run, &scene);
    bool news = page->task && !run->task_done && figure_test_holds(&page->until, &source);
    run->task_done = run->task_done || news;
    if (run->phase == LESSON_SHOWN && page->ask.kind != ASK_NOTHING && !answer->judged) {
        answer->verdict = lesson_judge(&page->ask, answer->text, &source);
        answer->judged = news = true;
        record_answer(run);
    }
    if (run->shown.settled || run->exploring) return news;
    forget_texts(run);
    fill_texts(run, page, &source);
    run->shown.settled = true;
    return true;
}

/* A page's text says what its actions do; only failures are told. */
static void take_notice(LessonRun *run) {
    const Notice *notice = &run->session->notice;
    if (notice->kind == NOTICE_ERROR && run->failure.place.line == 0) {
        run->failure.place = run->last;
        utf8_copy(run->failure.text, sizeof run->failure.text, notice->text);
    }
    run->session->notice.kind = NOTICE_NONE;
    if (run->failure.place.line > 0)
        session_tell(run->session, NOTICE_ERROR, "line %d of the lesson: %s", run->failure.place.line,
                     run->failure.text);
}

static bool is_under_way(const LessonRun *run) {
    return run->done_page < run->page || run->done_action < actions_due(run);
}

LessonWork lesson_run_work(LessonRun *run, Action *next) {
    bool ours = !run->exploring && !run->shown.settled;
    if (session_work(run->session)) {
        if (ours) take_notice(run);
        return LESSON_WORKED;
    }
    Action picture;
    const Action *action = run->exploring ? NULL : next_action(run, &picture);
    if (!action) {
        return settle_page(run) ? LESSON_WORKED : LESSON_RESTS;
    }
    *next = *action;
    run->session->by_author = true;
    return LESSON_ACTS;
}

void lesson_run_acted(LessonRun *run) {
    run->session->by_author = false;
    take_notice(run);
}

void lesson_run_show(LessonRun *run, int page, LessonPhase phase) {
    if (page != run->page) run->task_done = false;
    if (phase == LESSON_READ) run->answer = (LessonAnswer){.judged = false};
    run->page = page;
    run->phase = phase;
    run->failure.place.line = 0;
    hide_answer(run);
    forget_texts(run);
}

void lesson_run_show_again(LessonRun *run, int page, LessonPhase phase) {
    Error err = {0};
    if (begin_again(run, run->session, &err))
        lesson_run_show(run, page, phase);
    else
        session_tell(run->session, NOTICE_ERROR, "%s", err.text);
}

bool lesson_page_changes(const LessonPage *page) {
    return page->action_count > page->opening_count || page->ask.kind != ASK_NOTHING || *page->after;
}

/* Before a class nobody has answered at the keyboard: there only the truth is said. */
static const char *verdict_of(const LessonRun *run) {
    const LessonVerdict *verdict = &run->answer.verdict;
    bool told = run->session->look.settings.presenter && verdict->known && !verdict->given;
    if (!run->answer.judged) return "";
    return told ? strstr(verdict->text, "It is ") : verdict->text;
}

void lesson_run_panel(const LessonRun *run, LessonPanel *out) {
    const LessonPage *page = lesson_run_page(run);
    const LessonTexts *shown = &run->shown;
    const LessonAnswer *answer = &run->answer;
    bool working = is_under_way(run) || !shown->text;
    bool asks_task = run->phase == LESSON_SHOWN || !lesson_page_changes(page);
    *out = (LessonPanel){.lesson = run->lesson->title,
                         .title = page->title,
                         .page = run->page,
                         .page_count = run->lesson->page_count,
                         .is_scene = run->is_scene,
                         .phase = run->phase,
                         .changes = lesson_page_changes(page),
                         .reveals = run->session->look.settings.presenter == SWITCH_ON,
                         .bold = run->session->look.settings.presenter == SWITCH_ON,
                         .text = shown->text ? shown->text : "",
                         .question = shown->question ? shown->question : "",
                         .answer = answer->text,
                         .answer_cursor = text_width_n(answer->text, answer->cursor),
                         .verdict = verdict_of(run),
                         .right = answer->verdict.right,
                         .skipped = !answer->verdict.given,
                         .task = shown->task && asks_task ? shown->task : "",
                         .task_done = run->task_done,
                         .bars = shown->bars.count > 0 && !run->exploring ? &shown->bars : NULL,
                         .working = working && !run->exploring,
                         .exploring = run->exploring,
                         .notes = page->notes};
}
