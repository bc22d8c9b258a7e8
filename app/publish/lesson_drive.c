/* Checking a lesson by doing it: from start to end on the smallest screen. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/publish/lesson_drive.h"
#include "app/publish/lesson_names.h"
#include "app/screen/screen_state.h"
#include "views/style/text.h"

/* Each figure of the text that is not known, and why. */
static void check_figures(const char *text, const FigureSource *source, LessonPlace place,
                          LessonMistakes *mistakes) {
    const char *begin;
    for (Figure figure; lesson_next_figure(&text, &begin, &figure);) {
        char lack[FIGURE_LACK_MAX];
        if (figure_value(&figure, source).known) continue;
        figure_lack(&figure, source, lack);
        lesson_mistake(mistakes, place, "%.*s is not known: %s", (int)(text - begin), begin, lack);
    }
}

/* A place for a figure that stays as it is written. */
static void check_raw(const char *text, LessonPlace place, LessonMistakes *mistakes) {
    for (const char *open = strchr(text, '{'); open; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}'), *words = open + 1;
        if (!close || !islower((unsigned char)*words)) continue;
        lesson_mistake(mistakes, place,
                       "%.*s is shown as it stands here: it is no figure, or this text has none",
                       (int)(close + 1 - open), open);
    }
}

/* What is never filled in. */
static void check_fixed_texts(const Lesson *lesson, LessonMistakes *mistakes) {
    check_raw(lesson->title, (LessonPlace){1, 1}, mistakes);
    check_raw(lesson->about, (LessonPlace){1, 1}, mistakes);
    for (int k = 0; k < lesson->page_count; k++) {
        const LessonPage *page = &lesson->pages[k];
        check_raw(page->title, page->place, mistakes);
        check_raw(page->notes, page->place, mistakes);
        for (int i = 0; i < page->ask.option_count; i++)
            check_raw(page->ask.options[i].text, page->ask.place, mistakes);
    }
}

/* What is asked has been computed, and all figures are known. */
static void check_shown(const LessonRun *run, const LessonPanel *panel, LessonMistakes *mistakes) {
    const LessonPage *page = lesson_run_page(run);
    Scene scene = session_scene(run->session);
    FigureSource source = {.scene = &scene, .view = run->session->look.view};
    bool shown = run->phase == LESSON_SHOWN, asks = page->ask.kind != ASK_NOTHING;
    bool after = shown && (*page->after || asks);
    LessonPlace place = shown && page->after_place.line ? page->after_place : page->text_place;
    check_figures(after ? page->after : page->text, &source, place, mistakes);
    if (asks && !shown) check_figures(page->ask.question, &source, page->ask.place, mistakes);
    if (*panel->task) check_figures(page->task, &source, page->task_place, mistakes);
    check_raw(panel->text, place, mistakes);
    check_raw(panel->question, page->ask.place, mistakes);
    check_raw(panel->task, page->task_place, mistakes);
    if (shown && run->answer.judged && !run->answer.verdict.known) {
        char lack[FIGURE_LACK_MAX];
        lesson_ask_lack(&page->ask, &source, lack);
        lesson_mistake(mistakes, page->ask.place, "the answer is not known: %s", lack);
    }
    if (shown && lesson_ask_is_fragile(&page->ask, &source))
        lesson_mistake(mistakes, page->ask.place,
                       "the right answer compares two figures that are equal within rounding; another "
                       "processor may find the other one larger: ask with = or ask something else");
}

/* With the figures in it. */
static void check_rows(const LessonRun *run, const LessonPanel *panel, LessonMistakes *mistakes) {
    const LessonPage *page = lesson_run_page(run);
    const char *const texts[] = {panel->verdict, panel->text, panel->question};
    int rows = *panel->task ? 1 + (text_width(panel->task) > LESSON_WIDTH - 12) : 0;
    for (int k = 0; k < 3; k++) rows += *texts[k] ? text_wrap_count(texts[k], LESSON_WIDTH) : 0;
    bool after = run->phase == LESSON_SHOWN && page->after_place.line;
    if (rows > LESSON_ROWS)
        lesson_mistake(mistakes, after ? page->after_place : page->text_place,
                       "with its figures the page takes %d rows: at most %d", rows, LESSON_ROWS);
}

/* Does all that is to be done for the page and phase shown. */
static void drive_phase(Screen *screen, LessonMistakes *mistakes) {
    const LessonRun *run = screen_lesson(screen);
    screen_finish_work(screen);
    if (run->failure.place.line > 0) {
        lesson_mistake(mistakes, run->failure.place, "%s", run->failure.text);
        return;
    }
    if (run->phase == LESSON_ASK) return; /* it shows what was there to read */
    LessonPanel panel;
    screen_lesson_panel(screen, &panel);
    check_shown(run, &panel, mistakes);
    check_rows(run, &panel, mistakes);
    lesson_check_names(screen, &panel, mistakes);
}

bool lesson_drive(Screen *screen, const char *name, LessonMistakes *mistakes, Error *err) {
    screen_set_canvas(screen, LAYOUT_S_WIDTH, LAYOUT_S_HEIGHT, CANVAS_MONO);
    if (!screen_begin_lesson(screen, name, err)) return false;
    check_fixed_texts(screen_lesson(screen)->lesson, mistakes);
    /* At most three phases a page. */
    for (int k = 3 * LESSON_PAGES_MAX; screen_lesson(screen) && k > 0; k--) {
        drive_phase(screen, mistakes);
        bool asks = screen_lesson(screen)->phase == LESSON_ASK;
        screen_do(screen, &(Action){.id = asks ? ACTION_ANSWER : ACTION_LESSON_NEXT});
    }
    return true;
}
