#include "app/publish/lesson_tour.h"

#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"

typedef struct Tour {
    Screen *screen;
    Canvas *now, *before;
    bool any;
} Tour;

/* Draws without the lesson's sheet, whose text stands beside the picture, and without the last row: keys are of
 * no use in a picture. */
static void draw(Tour *tour) {
    Display *display = &screen_front(tour->screen)->display;
    Display before = *display;
    Canvas *old = tour->before;
    tour->before = tour->now;
    tour->now = old;
    display->sheet = SHEET_NONE;
    display->still = true;
    screen_draw(tour->screen, tour->now);
    *display = before;
    canvas_fill(tour->now, (Rect){0, tour->now->height - 1, tour->now->width, 1}, (Style){.fg = 0, .bg = 0},
                ' ');
}

static bool same_screen(const Canvas *a, const Canvas *b) {
    size_t count = (size_t)a->width * (size_t)a->height;
    for (size_t k = 0; k < count; k++) {
        const Cell *x = &a->cells[k], *y = &b->cells[k];
        if (x->glyph != y->glyph || x->fg != y->fg || x->bg != y->bg || x->attributes != y->attributes)
            return false;
    }
    return true;
}

static bool stop_here(Tour *tour, TourVisit visit, void *context, Error *err) {
    const LessonRun *run = screen_lesson(tour->screen);
    const LessonPage *page = &run->lesson->pages[run->page];
    char truth[LESSON_TRUTH_MAX];
    TourStop stop = {.owner = tour->screen, .lesson = run->lesson, .source = page, .truth = truth};
    screen_finish_work(tour->screen);
    if (run->failure.place.line > 0)
        return error_set(err, ERROR_FILE, "line %d of the lesson: %s", run->failure.place.line,
                         run->failure.text);
    screen_lesson_panel(tour->screen, &stop.panel);
    lesson_run_truth(run, truth);
    draw(tour);
    stop.screen = tour->now;
    stop.changed = !tour->any || !same_screen(tour->now, tour->before);
    tour->any = true;
    return visit(&stop, context, err);
}

static bool walk_pages(Tour *tour, TourVisit visit, void *context, Error *err) {
    bool ok = true;
    /* At most three phases a page. */
    for (int k = 3 * LESSON_PAGES_MAX; ok && screen_lesson(tour->screen) && k > 0; k--) {
        const LessonRun *run = screen_lesson(tour->screen);
        bool asks = run->lesson->pages[run->page].ask.kind != ASK_NOTHING && run->phase != LESSON_SHOWN;
        ok = stop_here(tour, visit, context, err);
        if (ok) screen_do(tour->screen, &(Action){.id = asks ? ACTION_ANSWER : ACTION_LESSON_NEXT});
    }
    return ok;
}

bool lesson_tour(Screen *screen, const char *name, TourVisit visit, void *context, Error *err) {
    const Display *display = &screen_own(screen)->display;
    Tour tour = {.screen = screen,
                 .now = canvas_new(display->width, display->height, display->flags),
                 .before = canvas_new(display->width, display->height, display->flags)};
    bool ok = tour.now && tour.before;
    if (!ok) error_set(err, ERROR_FAILED, "not enough memory for the screens");
    ok = ok && screen_begin_lesson(screen, name, err) && walk_pages(&tour, visit, context, err);
    canvas_free(tour.now);
    canvas_free(tour.before);
    return ok;
}
