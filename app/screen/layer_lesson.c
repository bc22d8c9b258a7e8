/* A lesson on the screen: its sheet beside the view, the keys that turn its pages, and the actions that it
 * performs. The lesson itself, app/tutor, knows no screen. */
#include <string.h>

#include "app/screen/screen_state.h"
#include "core/base/clock.h"
#include "core/base/utf8.h"

/* Work that takes no longer is done before the screen is drawn again. */
static const double AT_ONCE_S = 0.15;

bool screen_lesson_work(Screen *screen) {
    Action next;
    switch (lesson_run_work(screen->lesson, &next)) {
    case LESSON_RESTS: return false;
    case LESSON_WORKED: return true;
    case LESSON_ACTS: break;
    }
    screen_perform(screen, &next);
    lesson_run_acted(screen->lesson);
    return true;
}

static void work_at_once(Screen *screen) {
    double end = clock_seconds() + AT_ONCE_S;
    while (clock_seconds() < end && screen_lesson_work(screen)) {
    }
}

/* In place of the one under way; NULL: it could not be begun. */
static bool start_run(Screen *screen, LessonRun *run) {
    if (!run) return false;
    bool points = layer_is_open(screen, LAYER_POINTER);
    lesson_run_free(screen->lesson);
    screen->lesson = run;
    layer_open(screen, LAYER_LESSON);
    if (points) layer_open(screen, LAYER_POINTER);
    work_at_once(screen);
    return true;
}

bool screen_begin_lesson(Screen *screen, const char *name, Error *err) {
    Lesson *lesson = lesson_open(name, err);
    return lesson && start_run(screen, lesson_run_new(lesson, screen->own, screen->results, err));
}

void screen_follow_scene(Screen *screen, Lesson *lesson) {
    Error err = {.text = "not enough memory to show this"};
    if (!lesson || !start_run(screen, lesson_run_new_scene(lesson, screen->own, &err)))
        session_tell(screen_front(screen), NOTICE_ERROR, "%s", err.text);
}

void screen_end_lesson(Screen *screen) {
    if (!screen->lesson) return;
    layer_close_all(screen);
    layer_close(screen, LAYER_LESSON);
    Session *own = screen->own, *lessons = screen->lesson->session;
    own->look.settings.mouse = lessons->look.settings.mouse;
    lesson_run_free(screen->lesson);
    screen->lesson = NULL;
}

static void finish_lesson(Screen *screen, const char *how) {
    char title[160];
    utf8_copy(title, sizeof title, screen->lesson->lesson->title);
    screen_end_lesson(screen);
    session_tell(screen->own, NOTICE_INFO, "%s: '%s'. This is where you were before; q quits.", how, title);
}

/* Without a lesson under way; with one, the layer takes these actions. */
bool screen_do_lesson(Screen *screen, const Action *action, Error *err) {
    if (action->id != ACTION_LESSON || strcmp(action->text, "off") == 0) {
        session_tell(screen_front(screen), NOTICE_INFO, "no lesson is under way: ':lesson NAME' begins one");
        return true;
    }
    if (*action->text) return screen_begin_lesson(screen, action->text, err);
    screen_open_prompt(screen, "lesson ");
    return true;
}

/* False with a sentence. The lesson may be over afterwards. */
static bool answer_lesson(Screen *screen, const Action *action, Error *err) {
    LessonRun *run = screen->lesson;
    switch (action->id) {
    case ACTION_LESSON:
        if (strcmp(action->text, "off") != 0) return screen_do_lesson(screen, action, err);
        finish_lesson(screen, "the lesson has been left");
        return true;
    case ACTION_LESSON_NEXT:
        if (!lesson_run_at_end(run)) return lesson_run_next(run, err);
        finish_lesson(screen, "the lesson is over");
        return true;
    case ACTION_LESSON_BACK: lesson_run_back(run); return true;
    case ACTION_LESSON_RETURN: lesson_run_return(run); return true;
    case ACTION_ANSWER: return lesson_run_answer(run, action->text, err);
    default:
        finish_lesson(screen, lesson_run_at_end(run) ? "the lesson is over" : "the lesson has been left");
        return true;
    }
}

/* What leads from a scene back to the book. */
static bool leaves_scene(ActionId id) {
    return id == ACTION_QUIT || id == ACTION_QUESTIONS || id == ACTION_LESSON_NEXT ||
           id == ACTION_LESSON_BACK;
}

static Action act(Screen *screen, Action action) {
    LessonRun *run = screen->lesson;
    Error err = {0};
    if (!lesson_run_takes(run, &action)) return action;
    layer_close_all(screen);
    if (run->is_scene && leaves_scene(action.id)) {
        screen_end_lesson(screen);
        return (Action){.id = ACTION_NONE};
    }
    if (!answer_lesson(screen, &action, &err))
        session_tell(screen_front(screen), NOTICE_ERROR, "%s", err.text);
    if (screen->lesson) work_at_once(screen);
    return (Action){.id = ACTION_NONE};
}

/* Whoever has turned all pages with one key presses it once more: that must not end the lesson unseen, and the
 * press after it run the network. */
static bool stays_at_end(Screen *screen) {
    if (screen->lesson->is_scene || !lesson_run_at_end(screen->lesson)) return false;
    session_tell(screen_front(screen), NOTICE_INFO,
                 "this is the last page: q ends the lesson and takes you back to where you were");
    return true;
}

void screen_turn_page(Screen *screen, bool forward) {
    screen_forget_keys(screen);
    if (forward && screen->lesson && stays_at_end(screen)) return;
    screen_do(screen, &(Action){.id = forward ? ACTION_LESSON_NEXT : ACTION_LESSON_BACK});
}

static bool key(Screen *screen, const Key *pressed, Action *out) {
    LessonRun *run = screen->lesson;
    if (pressed->code == KEY_CODE_MOUSE || screen->typing.letter != ACTION_NONE) return false;
    bool types = run->phase == LESSON_ASK || lesson_run_begins_answer(run, pressed);
    if (types)
        lesson_run_type(run, pressed, out);
    else
        out->id = lesson_run_key(run, pressed);
    if (out->id == ACTION_NONE) return types;
    screen->typing.count = 0;
    screen_show_key(screen, pressed->code, out);
    if (out->id == ACTION_LESSON_NEXT && stays_at_end(screen)) out->id = ACTION_NONE;
    return true;
}

static void draw(const Screen *screen, Canvas *canvas) {
    LessonPanel panel;
    SessionPanes panes = session_panes(screen->lesson->session);
    lesson_run_panel(screen->lesson, &panel);
    if (panel.bars) lesson_bars_draw(canvas, panes.view, panel.bars);
    if (!rect_is_empty(panes.lesson)) lesson_panel_draw(canvas, panes.lesson, &panel);
}

static void help(const Screen *screen, LayerRow add, void *to) {
    bool presenter = screen->lesson->session->look.settings.presenter;
    add(to, presenter ? "Space PageDown" : "Space", action_help(ACTION_LESSON_NEXT));
    add(to, presenter ? "Backspace PageUp" : "Backspace", action_help(ACTION_LESSON_BACK));
    add(to, "Home", action_help(ACTION_LESSON_RETURN));
    add(to, "q", "leave the lesson");
}

bool screen_lesson_panel(const Screen *screen, LessonPanel *out) {
    if (screen->lesson) lesson_run_panel(screen->lesson, out);
    return screen->lesson;
}

void screen_notes(const Screen *screen, NotesPanel *out) {
    *out = (NotesPanel){.pages = 0};
    if (screen->lesson) lesson_run_notes(screen->lesson, out);
}

const LayerOps layer_lesson = {
    .key = key, .act = act, .draw = draw, .help = help, .title = "Lesson", .needs_frame = true};
