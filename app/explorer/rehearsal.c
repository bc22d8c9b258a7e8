#include "app/explorer/rehearsal.h"

#include <stdlib.h>
#include <string.h>

#include "app/explorer/bundled_session.h"

struct Rehearsal {
    BundledSession bundled;
    char *lesson;
    char answers[LESSON_PAGES_MAX][LESSON_TRUTH_MAX];
    bool over;
};

Rehearsal *rehearsal_new(const char *lesson, const Options *options) {
    Error err;
    Rehearsal *rehearsal = calloc(1, sizeof *rehearsal);
    if (!rehearsal) return NULL;
    rehearsal->lesson = strdup(lesson);
    if (rehearsal->lesson && bundled_session_open(&rehearsal->bundled, options, false, &err) &&
        screen_begin_lesson(rehearsal->bundled.screen, lesson, &err))
        return rehearsal;
    rehearsal_free(rehearsal);
    return NULL;
}

void rehearsal_free(Rehearsal *rehearsal) {
    if (!rehearsal) return;
    bundled_session_close(&rehearsal->bundled);
    free(rehearsal->lesson);
    free(rehearsal);
}

const char *rehearsal_lesson(const Rehearsal *rehearsal) {
    return rehearsal->lesson;
}

bool rehearsal_work(Rehearsal *rehearsal) {
    Screen *screen = rehearsal->bundled.screen;
    if (rehearsal->over) return false;
    if (screen_work(screen)) return true;
    const LessonRun *run = screen_lesson(screen);
    lesson_run_truth(run, rehearsal->answers[run->page]);
    rehearsal->over = lesson_run_at_end(run);
    bool asks = lesson_run_page(run)->ask.kind != ASK_NOTHING && run->phase != LESSON_SHOWN;
    if (rehearsal->over)
        bundled_session_close(&rehearsal->bundled); /* a large network has been in it, perhaps */
    else
        screen_do(screen, &(Action){.id = asks ? ACTION_ANSWER : ACTION_LESSON_NEXT});
    return !rehearsal->over;
}

const char *rehearsal_answer(const Rehearsal *rehearsal, int page) {
    return rehearsal->answers[page];
}
