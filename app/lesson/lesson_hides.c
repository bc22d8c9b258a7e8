/* Where a lesson asks what the network says, the screen must not say it before. */
#include "app/lesson/lesson_ask.h"

static bool asks_answer(const LessonAsk *ask) {
    if (ask->kind == ASK_NUMBER || ask->kind == ASK_BLOCK) return figure_is_answer(&ask->figure);
    for (int k = 0; k < ask->option_count; k++) {
        const FigureTest *when = &ask->options[k].when;
        bool asks = figure_is_answer(&when->left) ||
                    (when->relation != FIGURE_IS_TRUE && figure_is_answer(&when->right));
        if (!ask->options[k].otherwise && asks) return true;
    }
    return false;
}

static bool says_answer(const char *text) {
    const char *begin;
    for (Figure figure; lesson_next_figure(&text, &begin, &figure);)
        if (figure_is_answer(&figure)) return true;
    return false;
}

bool lesson_hides_answer(const Lesson *lesson, int page, bool shown) {
    bool asked_later = false;
    if (asks_answer(&lesson->pages[page].ask)) return !shown;
    for (int k = 0; k <= page; k++) {
        const LessonPage *at = &lesson->pages[k];
        if (says_answer(at->text) || ((k < page || shown) && says_answer(at->after))) return false;
    }
    for (int k = page + 1; k < lesson->page_count; k++)
        asked_later = asked_later || asks_answer(&lesson->pages[k].ask);
    return asked_later;
}
