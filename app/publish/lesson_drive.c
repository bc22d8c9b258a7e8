/* Checking a lesson by doing it: from start to end on the smallest screen. */
#include <stdio.h>
#include <string.h>

#include "app/publish/lesson_drive.h"
#include "app/screen/screen_state.h"
#include "views/style/text.h"

/* What is asked has been computed, and all figures are known. */
static void check_shown(const LessonRun *run, LessonMistakes *mistakes) {
    const LessonPage *page = &run->lesson->pages[run->page];
    Scene scene = session_scene(run->session);
    FigureSource source = {.scene = &scene, .view = run->session->look.view};
    bool shown = run->phase == LESSON_SHOWN;
    LessonPlace place = shown && page->after_place.line ? page->after_place : page->text_place;
    if (run->shown.unknown > 0)
        lesson_mistake(mistakes, place, "a figure of this text is not known here: nothing has computed it");
    if (shown && run->answer.judged && !run->answer.verdict.known)
        lesson_mistake(mistakes, page->ask.place, "the answer is not known: nothing has computed it");
    if (shown && lesson_ask_is_fragile(&page->ask, &source))
        lesson_mistake(mistakes, page->ask.place,
                       "the right answer compares two figures that are equal within rounding; another "
                       "processor may find the other one larger: ask with = or ask something else");
}

/* With the figures in it. */
static void check_rows(const Screen *screen, LessonMistakes *mistakes) {
    const LessonRun *run = screen_lesson(screen);
    const LessonPage *page = &run->lesson->pages[run->page];
    LessonPanel panel;
    screen_lesson_panel(screen, &panel);
    const char *const texts[] = {panel.verdict, panel.text, panel.question};
    int rows = *panel.task ? 1 + (text_width(panel.task) > LESSON_WIDTH - 12) : 0;
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
    check_shown(run, mistakes);
    check_rows(screen, mistakes);
}

bool lesson_drive(Screen *screen, const char *name, LessonMistakes *mistakes, Error *err) {
    screen_set_canvas(screen, LAYOUT_S_WIDTH, LAYOUT_S_HEIGHT, CANVAS_MONO);
    if (!screen_begin_lesson(screen, name, err)) return false;
    /* At most three phases a page. */
    for (int k = 3 * LESSON_PAGES_MAX; screen_lesson(screen) && k > 0; k--) {
        drive_phase(screen, mistakes);
        bool asks = screen_lesson(screen)->phase == LESSON_ASK;
        screen_do(screen, &(Action){.id = asks ? ACTION_ANSWER : ACTION_LESSON_NEXT});
    }
    return true;
}
