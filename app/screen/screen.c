#include "app/screen/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screen/screen_state.h"

Screen *screen_new(const ScreenConfig *config, Error *err) {
    Screen *screen = calloc(1, sizeof *screen);
    if (!screen) {
        error_set(err, ERROR_FAILED, "not enough memory");
        return NULL;
    }
    screen->results = config->results;
    screen->own = session_new(&config->session, err);
    if (screen->own) {
        screen->own->look.settings.mouse = config->mouse ? SWITCH_ON : SWITCH_OFF;
        return screen;
    }
    screen_free(screen);
    return NULL;
}

void screen_free(Screen *screen) {
    if (!screen) return;
    lesson_run_free(screen->lesson);
    session_free(screen->own);
    completion_clear(&screen->typing.completion);
    file_list_clear(&screen->files.list);
    book_free(screen->book.book);
    free(screen->copy);
    free(screen);
}

Session *screen_own(const Screen *screen) {
    return screen->own;
}

Session *screen_front(const Screen *screen) {
    return screen->lesson ? screen->lesson->session : screen->own;
}

const LessonRun *screen_lesson(const Screen *screen) {
    return screen->lesson;
}

void screen_set_canvas(Screen *screen, int width, int height, unsigned flags) {
    session_set_canvas(screen->own, width, height, flags);
    if (screen->lesson) session_set_canvas(screen->lesson->session, width, height, flags);
}

void screen_set_size(Screen *screen, int width, int height) {
    session_set_size(screen->own, width, height);
    if (screen->lesson) session_set_size(screen->lesson->session, width, height);
}

bool screen_work(Screen *screen) {
    return screen->lesson ? screen_lesson_work(screen) : session_work(screen->own);
}

void screen_finish_work(Screen *screen) {
    while (screen_work(screen)) {
    }
}

int screen_wait_ms(const Screen *screen) {
    return session_wait_ms(screen_front(screen));
}

bool screen_tick(Screen *screen) {
    return session_tick(screen_front(screen));
}

void screen_play_out(Screen *screen) {
    session_play_out(screen_front(screen));
}

bool screen_set_state(Screen *screen, const char *text, Error *err) {
    if (!session_set_state(screen_front(screen), text, err)) return false;
    layer_close_all(screen);
    screen->keys_shown.count = 0;
    screen->typing.count = 0;
    screen->typing.letter = ACTION_NONE;
    return true;
}

void screen_open_prompt(Screen *screen, const char *text) {
    prompt_open(&screen->typing.prompt, ':', text);
    layer_open(screen, LAYER_PROMPT);
}

void screen_open_search(Screen *screen, const SearchOps *searches) {
    screen->typing.searches = searches;
    prompt_open(&screen->typing.prompt, '/', "");
    layer_open(screen, LAYER_PROMPT);
}

void screen_say(Screen *screen, NoticeKind kind, const char *sentence, int more) {
    Session *front = screen_front(screen);
    char others[48] = "";
    if (more > 0) snprintf(others, sizeof others, " (and %d more like it)", more);
    session_tell(front, kind, "%s%s", sentence, others);
}

void screen_say_understood(Screen *screen) {
    session_tell_understood(screen_front(screen));
}

ThemeId screen_theme(const Screen *screen) {
    return screen_front(screen)->look.settings.theme;
}

void screen_suit_background(Screen *screen, Background background) {
    session_suit_background(screen->own, background);
    if (screen_front(screen) != screen->own) session_suit_background(screen_front(screen), background);
}

bool screen_wants_quit(const Screen *screen) {
    return screen->quit;
}

bool screen_wants_redraw(Screen *screen) {
    bool redraw = screen->redraw;
    screen->redraw = false;
    return redraw;
}

/* Only the loop knows the terminal: it takes the text that the action "copy" has left. */
char *screen_take_copy(Screen *screen) {
    char *copy = screen->copy;
    screen->copy = NULL;
    return copy;
}

static const char *notice_of(const Screen *screen, NoticeKind kind) {
    const Notice *notice = &screen_front(screen)->notice;
    return notice->kind == kind ? notice->text : NULL;
}

const char *screen_error(const Screen *screen) {
    return notice_of(screen, NOTICE_ERROR);
}

const char *screen_refusal(const Screen *screen) {
    return notice_of(screen, NOTICE_REFUSAL);
}
