/* The book of questions in a session: it lies over the view, remembers its place, and what it shows in the
 * explorer is followed in a session of its own, as a lesson is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session/session_state.h"
#include "views/style/text.h"

static const char HINTS[] = "Enter open  h back  1 2 3 level  / find  q";

static BookPanel panel_of(const Session *session, const char *titles[BOOK_QUESTIONS_MAX]) {
    const BookState *state = &session->book;
    const Book *book = state->book;
    bool framed = !rect_is_empty(frame_view_area(session->display.width, session->display.height));
    for (int k = 0; k < book->count; k++) titles[k] = book->questions[k].title;
    return (BookPanel){.book = book->title,
                       .titles = titles,
                       .count = book->count,
                       .selected = state->spot.question,
                       .reading = state->spot.reading,
                       .page = book_page(book, state->spot.question, state->spot.level),
                       .first = state->spot.first,
                       .scene = state->spot.scene,
                       .words = state->words,
                       .hints = framed ? NULL : HINTS,
                       .notice = !framed && session_error(session) ? session->notice.text : NULL};
}

static Rect area_of(const Session *session) {
    Rect area = frame_view_area(session->display.width, session->display.height);
    return rect_is_empty(area) ? (Rect){.w = session->display.width, .h = session->display.height} : area;
}

void session_book_draw(const Session *session, Canvas *canvas) {
    const char *titles[BOOK_QUESTIONS_MAX];
    BookPanel panel = panel_of(session, titles);
    book_panel_draw(canvas, area_of(session), &panel);
}

/* Where the text stands on this screen. */
static Rect lay_out(const Session *session, BookLayout *out) {
    const char *titles[BOOK_QUESTIONS_MAX];
    BookPanel panel = panel_of(session, titles);
    Rect text = book_panel_text(&panel, area_of(session));
    book_layout(&panel.page, text.w, out);
    return text;
}

static bool is_scene(const Session *session, int part) {
    const BookQuestion *question = &session->book.book->questions[session->book.spot.question];
    return part >= 0 && part < question->part_count && question->parts[part].kind == BOOK_SCENE;
}

/* What Enter follows is in sight: else the first scene that is, or none. */
static void choose_visible(Session *session, const BookLayout *layout, int rows) {
    BookSpot *spot = &session->book.spot;
    int found = BOOK_NOTHING;
    for (int k = spot->first; k < spot->first + rows && k < layout->count; k++) {
        int part = layout->lines[k].part;
        if (!is_scene(session, part)) continue;
        if (part == spot->scene) return;
        if (found == BOOK_NOTHING) found = part;
    }
    spot->scene = found;
}

static void scroll_to(Session *session, int first) {
    BookLayout layout;
    Rect text = lay_out(session, &layout);
    session->book.spot.first = book_panel_clamp(first, layout.count, text.h);
    choose_visible(session, &layout, text.h);
}

/* What was found stands a third down, with something of what comes before it. */
void session_book_show(Session *session, int part, size_t at) {
    BookLayout layout;
    Rect text = lay_out(session, &layout);
    BookPage page = book_page(session->book.book, session->book.spot.question, session->book.spot.level);
    scroll_to(session, book_layout_find(&layout, &page, part, at) - text.h / 3);
}

static void go_to_question(Session *session, int question) {
    BookSpot *spot = &session->book.spot;
    int last = session->book.book->count - 1;
    spot->question = question < 0 ? 0 : question > last ? last : question;
    spot->scene = BOOK_NOTHING;
    scroll_to(session, 0);
}

/* The next scene of this page after the chosen one, brought into sight. */
static void next_scene(Session *session, int direction) {
    BookSpot *spot = &session->book.spot;
    BookLayout layout;
    Rect text = lay_out(session, &layout);
    int count = session->book.book->questions[spot->question].part_count, part = spot->scene;
    if (part == BOOK_NOTHING && direction < 0) part = count;
    do part += direction;
    while (part >= 0 && part < count && !is_scene(session, part));
    BookPage page = book_page(session->book.book, spot->question, spot->level);
    if (!is_scene(session, part) || (page.parts[part].level != 0 && page.parts[part].level != spot->level)) {
        session_tell(session, NOTICE_INFO, "nothing more to show in the explorer on this page");
        return;
    }
    spot->scene = part;
    spot->first = layout_scroll(spot->first, book_layout_find(&layout, &page, part, 0), layout.count, text.h);
}

static void follow(Session *session) {
    BookSpot *spot = &session->book.spot;
    if (spot->scene == BOOK_NOTHING)
        session_tell(session, NOTICE_INFO,
                     "nothing to show in the explorer is in sight: Tab goes to the next");
    else if (session->tutor)
        session_tell(session, NOTICE_ERROR, "a lesson is under way: leave it with q to go where this leads");
    else
        session_lesson_follow(session, book_scene_lesson(session->book.book, spot->question, spot->scene));
}

static void open_selected(Session *session) {
    if (session->book.spot.reading) {
        follow(session);
        return;
    }
    session->book.spot.reading = true;
    scroll_to(session, session->book.spot.first);
}

static void go_up(Session *session) {
    if (session->book.spot.reading)
        session->book.spot.reading = false;
    else
        session->book.open = false;
}

static bool open_book(Session *session) {
    BookState *state = &session->book;
    Error err = {0};
    if (!state->book) state->book = book_open(&err);
    if (!state->book) session_tell(session, NOTICE_ERROR, "%s", err.text);
    if (!state->book) return false;
    if (state->spot.level == 0) state->spot = (BookSpot){.level = 1, .scene = BOOK_NOTHING};
    state->open = true;
    session->files.open = session->help.open = false;
    scroll_to(session, state->spot.first);
    return true;
}

void session_do_questions(Session *session, const char *words) {
    BookState *state = &session->book;
    if (*words == '\0' && state->open) {
        state->open = false;
        return;
    }
    if (!open_book(session) || *words == '\0') return;
    int found = book_find(state->book, words);
    if (found < 0) {
        session_tell(session, NOTICE_ERROR, "no question has '%s' in it; there are %d, from 1", words,
                     state->book->count);
        return;
    }
    state->spot.reading = true;
    go_to_question(session, found);
}

static void set_level(Session *session, const char *word) {
    static const char *const words[] = {"", "1", "2", "3"}, *const names[] = {"", "anyone", "code", "math"};
    BookSpot *spot = &session->book.spot;
    int level = *word == '\0' ? spot->level % BOOK_LEVELS + 1 : 0;
    for (int k = 1; k <= BOOK_LEVELS; k++)
        if (strcmp(word, words[k]) == 0 || strcmp(word, names[k]) == 0) level = k;
    if (level == 0) {
        session_tell(session, NOTICE_ERROR,
                     "in the book a level is expected: 1 (anyone), 2 (code) or 3 (math), found '%s'", word);
        return;
    }
    spot->level = level;
    spot->reading = true;
    spot->scene = BOOK_NOTHING;
    scroll_to(session, 0);
}

static void move(Session *session, int by) {
    if (session->book.spot.reading)
        scroll_to(session, session->book.spot.first + by);
    else
        go_to_question(session, session->book.spot.question + by);
}

static int page_rows(const Session *session) {
    const char *titles[BOOK_QUESTIONS_MAX];
    BookPanel panel = panel_of(session, titles);
    int rows = session->book.spot.reading ? book_panel_text(&panel, area_of(session)).h - 1
                                          : book_panel_rows(&panel, area_of(session));
    return rows > 1 ? rows : 1;
}

static bool eat_move(Session *session, const Action *action) {
    enum { FAR = 1 << 20 };
    int by = action_count(action);
    switch (action->id) {
    case ACTION_UP: move(session, -by); return true;
    case ACTION_DOWN: move(session, by); return true;
    case ACTION_PAGE_UP: move(session, -by * page_rows(session)); return true;
    case ACTION_STEP:
    case ACTION_PAGE_DOWN: move(session, by * page_rows(session)); return true;
    case ACTION_FIRST: move(session, -FAR); return true;
    case ACTION_LAST: move(session, FAR); return true;
    case ACTION_NEXT_OP: go_to_question(session, session->book.spot.question + by); return true;
    case ACTION_PREVIOUS_OP: go_to_question(session, session->book.spot.question - by); return true;
    case ACTION_NEXT_VIEW: next_scene(session, 1); return true;
    case ACTION_PREVIOUS_VIEW: next_scene(session, -1); return true;
    default: return false;
    }
}

static void search(Session *session, const char *words) {
    BookState *state = &session->book;
    state->before = state->spot;
    if (*words)
        session_book_find(session, words);
    else
        prompt_open(&session->typing.prompt, '/', "");
}

/* What the book has no use for closes it and is done, except what works on any screen. */
bool session_book_eat(Session *session, const Action *action) {
    if (eat_move(session, action)) return true;
    switch (action->id) {
    case ACTION_RIGHT:
    case ACTION_OPEN: open_selected(session); return true;
    case ACTION_LEFT:
    case ACTION_CLOSE:
    case ACTION_QUIT: go_up(session); return true;
    case ACTION_EXPLAIN: set_level(session, action->text); return true;
    case ACTION_SEARCH: search(session, action->text); return true;
    case ACTION_BLOCK:
    case ACTION_SEARCH_NEXT: session_book_find_next(session, 1); return true;
    case ACTION_BLOCK_BACK:
    case ACTION_SEARCH_PREVIOUS: session_book_find_next(session, -1); return true;
    default:
        if (!(action_touches(action->id) & TOUCH_SCREEN)) session->book.open = false;
        return false;
    }
}

/* A digit is a level here, never a count. */
bool session_book_key(Session *session, const Key *key) {
    Action action = {.id = ACTION_EXPLAIN};
    if (key->code < '0' || key->code > '9') return false;
    action.text[0] = (char)key->code;
    session_do(session, &action);
    return true;
}

static const FrameHint reading_hints[] = {
    {.key = "1 2 3", .label = "level"},     {.key = "Enter", .label = "see it"},
    {.key = "h q", .label = "back"},        {.key = "/", .label = "find"},
    {.key = "]", .label = "next question"}, {.key = "Tab", .label = "next to see"},
    {.key = "?", .label = "help"}};
static const FrameHint list_hints[] = {{.key = "Enter", .label = "read"},
                                       {.key = "h q", .label = "close"},
                                       {.key = "/", .label = "find"},
                                       {.key = "n N", .label = "next found"},
                                       {.key = "?", .label = "help"}};

int session_book_hints(const Session *session, FrameHint *out, int room) {
    bool reading = session->book.spot.reading;
    const FrameHint *hints = reading ? reading_hints : list_hints;
    size_t count = reading ? sizeof reading_hints / sizeof *hints : sizeof list_hints / sizeof *hints;
    if (count > (size_t)room) count = (size_t)room;
    memcpy(out, hints, count * sizeof *out);
    return (int)count;
}

void session_book_clear(Session *session) {
    book_free(session->book.book);
    session->book = (BookState){.open = false};
}
