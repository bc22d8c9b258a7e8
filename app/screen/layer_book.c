/* The book of questions: it lies over the view, remembers its place, and what it shows in the explorer is
 * followed in a session of its own, as a lesson is. */
#include <string.h>

#include "app/screen/screen_state.h"
#include "core/base/integer.h"
#include "views/style/text.h"

static const char HINTS[] = "Enter open  h back  1 2 3 level  K words  / find  q";

static BookPanel panel_of(const Screen *screen, const char *titles[BOOK_QUESTIONS_MAX]) {
    const Display *display = &screen_front(screen)->display;
    const BookState *state = &screen->book;
    const Book *book = state->book;
    bool framed = !rect_is_empty(frame_view_area(display->width, display->height));
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
                       .notice = framed ? NULL : screen_error(screen)};
}

static Rect area_of(const Screen *screen) {
    const Display *display = &screen_front(screen)->display;
    Rect area = frame_view_area(display->width, display->height);
    return rect_is_empty(area) ? (Rect){.w = display->width, .h = display->height} : area;
}

static void draw(const Screen *screen, Canvas *canvas) {
    const char *titles[BOOK_QUESTIONS_MAX];
    BookPanel panel = panel_of(screen, titles);
    book_panel_draw(canvas, area_of(screen), &panel);
}

/* Where the text stands on this screen. */
static Rect lay_out(const Screen *screen, BookLayout *out) {
    const char *titles[BOOK_QUESTIONS_MAX];
    BookPanel panel = panel_of(screen, titles);
    Rect text = book_panel_text(&panel, area_of(screen));
    book_layout(&panel.page, text.w, out);
    return text;
}

static bool is_scene(const Screen *screen, int part) {
    const BookQuestion *question = &screen->book.book->questions[screen->book.spot.question];
    return part >= 0 && part < question->part_count && question->parts[part].kind == BOOK_SCENE;
}

/* Enter follows a scene that is on the screen: the chosen one, else the first, else none. */
static void choose_visible(Screen *screen, const BookLayout *layout, int rows) {
    BookSpot *spot = &screen->book.spot;
    int found = BOOK_NOTHING;
    for (int k = spot->first; k < spot->first + rows && k < layout->count; k++) {
        int part = layout->lines[k].part;
        if (!is_scene(screen, part)) continue;
        if (part == spot->scene) return;
        if (found == BOOK_NOTHING) found = part;
    }
    spot->scene = found;
}

static void scroll_to(Screen *screen, int first) {
    BookLayout layout;
    Rect text = lay_out(screen, &layout);
    screen->book.spot.first = book_panel_clamp(first, layout.count, text.h);
    choose_visible(screen, &layout, text.h);
}

/* What was found stands a third down, with something of what comes before it. */
void screen_book_show(Screen *screen, int part, size_t at) {
    BookLayout layout;
    Rect text = lay_out(screen, &layout);
    BookPage page = book_page(screen->book.book, screen->book.spot.question, screen->book.spot.level);
    scroll_to(screen, book_layout_find(&layout, &page, part, at) - text.h / 3);
}

static void go_to_question(Screen *screen, int question) {
    BookSpot *spot = &screen->book.spot;
    int last = screen->book.book->count - 1;
    spot->question = integer_clamp(question, 0, last);
    spot->scene = BOOK_NOTHING;
    scroll_to(screen, 0);
}

/* The next scene of this page after the chosen one, brought into sight. */
static void next_scene(Screen *screen, int direction) {
    BookSpot *spot = &screen->book.spot;
    BookLayout layout;
    Rect text = lay_out(screen, &layout);
    int count = screen->book.book->questions[spot->question].part_count, part = spot->scene;
    if (part == BOOK_NOTHING && direction < 0) part = count;
    do part += direction;
    while (part >= 0 && part < count && !is_scene(screen, part));
    BookPage page = book_page(screen->book.book, spot->question, spot->level);
    if (!is_scene(screen, part) || (page.parts[part].level != 0 && page.parts[part].level != spot->level)) {
        session_tell(screen_front(screen), NOTICE_INFO, "nothing more to show in the explorer on this page");
        return;
    }
    spot->scene = part;
    spot->first = layout_scroll(spot->first, book_layout_find(&layout, &page, part, 0), layout.count, text.h);
}

static void follow_link(Screen *screen) {
    const BookSpot *spot = &screen->book.spot;
    Session *front = screen_front(screen);
    if (spot->scene == BOOK_NOTHING)
        session_tell(front, NOTICE_INFO, "nothing to show in the explorer is in sight: Tab goes to the next");
    else if (screen->lesson)
        session_tell(front, NOTICE_ERROR, "a lesson is under way: leave it with q to go where this leads");
    else
        screen_follow_scene(screen, book_scene_lesson(screen->book.book, spot->question, spot->scene));
}

static void open_selected(Screen *screen) {
    BookSpot *spot = &screen->book.spot;
    if (spot->reading) {
        follow_link(screen);
        return;
    }
    spot->reading = true;
    scroll_to(screen, spot->first);
}

static void go_up(Screen *screen) {
    if (screen->book.spot.reading)
        screen->book.spot.reading = false;
    else
        layer_close(screen, LAYER_BOOK);
}

static bool open_book(Screen *screen, Error *err) {
    BookState *state = &screen->book;
    if (!state->book) state->book = book_open(err);
    if (!state->book) return false;
    if (state->spot.level == 0) state->spot = (BookSpot){.level = 1, .scene = BOOK_NOTHING};
    layer_close(screen, LAYER_HELP);
    if (!layer_is_open(screen, LAYER_BOOK)) { /* else the pointer may lie on it, and stays there */
        layer_close_all(screen);
        layer_open(screen, LAYER_BOOK);
    }
    scroll_to(screen, state->spot.first);
    return true;
}

/* Without words it opens and closes; else at the question of that number, or with these words. */
bool screen_do_questions(Screen *screen, const Action *action, Error *err) {
    BookState *state = &screen->book;
    const char *words = action->text;
    if (*words == '\0' && layer_is_open(screen, LAYER_BOOK)) {
        layer_close(screen, LAYER_BOOK);
        return true;
    }
    if (!open_book(screen, err)) return false;
    if (*words == '\0') return true;
    int found = book_find(state->book, words);
    if (found < 0)
        return error_set(err, ERROR_USAGE, "no question has '%s' in it; there are %d, from 1", words,
                         state->book->count);
    state->spot.reading = true;
    go_to_question(screen, found);
    return true;
}

static bool choose_level(Screen *screen, const char *word, Error *err) {
    static const char *const words[] = {"", "1", "2", "3"}, *const names[] = {"", "anyone", "code", "math"};
    BookSpot *spot = &screen->book.spot;
    int level = *word == '\0' ? spot->level % BOOK_LEVELS + 1 : 0;
    for (int k = 1; k <= BOOK_LEVELS; k++)
        if (strcmp(word, words[k]) == 0 || strcmp(word, names[k]) == 0) level = k;
    if (level == 0)
        return error_set(err, ERROR_USAGE,
                         "in the book a level is expected: 1 (anyone), 2 (code) or 3 (math), found '%s'",
                         word);
    spot->level = level;
    spot->reading = true;
    spot->scene = BOOK_NOTHING;
    scroll_to(screen, 0);
    return true;
}

static void move_by(Screen *screen, int by) {
    if (screen->book.spot.reading)
        scroll_to(screen, screen->book.spot.first + by);
    else
        go_to_question(screen, screen->book.spot.question + by);
}

static int page_rows(const Screen *screen) {
    const char *titles[BOOK_QUESTIONS_MAX];
    BookPanel panel = panel_of(screen, titles);
    int rows = screen->book.spot.reading ? book_panel_text(&panel, area_of(screen)).h - 1
                                         : book_panel_rows(&panel, area_of(screen));
    return rows > 1 ? rows : 1;
}

static bool turn_page(Screen *screen, const Action *action) {
    enum { FAR = 1 << 20 };
    int by = action_count(action);
    switch (action->id) {
    case ACTION_UP: move_by(screen, -by); return true;
    case ACTION_DOWN: move_by(screen, by); return true;
    case ACTION_PAGE_UP: move_by(screen, -by * page_rows(screen)); return true;
    case ACTION_STEP:
    case ACTION_PAGE_DOWN: move_by(screen, by * page_rows(screen)); return true;
    case ACTION_FIRST: move_by(screen, -FAR); return true;
    case ACTION_LAST: move_by(screen, FAR); return true;
    case ACTION_NEXT_OP: go_to_question(screen, screen->book.spot.question + by); return true;
    case ACTION_PREVIOUS_OP: go_to_question(screen, screen->book.spot.question - by); return true;
    case ACTION_NEXT_VIEW: next_scene(screen, 1); return true;
    case ACTION_PREVIOUS_VIEW: next_scene(screen, -1); return true;
    default: return false;
    }
}

static bool search(Screen *screen, const char *words, Error *err) {
    BookState *state = &screen->book;
    state->before = state->spot;
    if (*words) return screen_book_find(screen, words, err);
    screen_open_search(screen, &book_searches);
    return true;
}

/* What the book does itself; false with a sentence. */
static bool perform(Screen *screen, const Action *action, Error *err) {
    switch (action->id) {
    case ACTION_EXPLAIN: return choose_level(screen, action->text, err);
    case ACTION_SEARCH: return search(screen, action->text, err);
    case ACTION_BLOCK:
    case ACTION_SEARCH_NEXT: return screen_book_find_next(screen, 1, err);
    case ACTION_BLOCK_BACK:
    case ACTION_SEARCH_PREVIOUS: return screen_book_find_next(screen, -1, err);
    case ACTION_RIGHT:
    case ACTION_OPEN: open_selected(screen); return true;
    default: go_up(screen); return true;
    }
}

static bool is_its_own(ActionId id) {
    switch (id) {
    case ACTION_EXPLAIN:
    case ACTION_SEARCH:
    case ACTION_BLOCK:
    case ACTION_SEARCH_NEXT:
    case ACTION_BLOCK_BACK:
    case ACTION_SEARCH_PREVIOUS:
    case ACTION_RIGHT:
    case ACTION_OPEN:
    case ACTION_LEFT:
    case ACTION_CLOSE:
    case ACTION_QUIT: return true;
    default: return false;
    }
}

/* Other actions close the book, then run. */
static Action act(Screen *screen, Action action) {
    Error err = {0};
    if (turn_page(screen, &action)) return (Action){.id = ACTION_NONE};
    if (is_its_own(action.id)) {
        if (!perform(screen, &action, &err)) session_tell(screen_front(screen), NOTICE_ERROR, "%s", err.text);
        return (Action){.id = ACTION_NONE};
    }
    if (!(action_touches(action.id) & TOUCH_SCREEN)) layer_close(screen, LAYER_BOOK);
    return action;
}

/* Digits choose a level here; they are not counts. */
static bool key(Screen *screen, const Key *pressed, Action *out) {
    (void)screen;
    if (pressed->code < '0' || pressed->code > '9') return false;
    out->id = ACTION_EXPLAIN;
    out->text[0] = (char)pressed->code;
    return true;
}

static const FrameHint reading_hints[] = {
    {.key = "1 2 3", .label = "level"},     {.key = "Enter", .label = "see it"},
    {.key = "h q", .label = "back"},        {.key = "K", .label = "words"},
    {.key = "/", .label = "find"},          {.key = "]", .label = "next question"},
    {.key = "Tab", .label = "next to see"}, {.key = "?", .label = "help"}};
static const FrameHint list_hints[] = {{.key = "Enter", .label = "read"},
                                       {.key = "h q", .label = "close"},
                                       {.key = "/", .label = "find"},
                                       {.key = "n N", .label = "next found"},
                                       {.key = "?", .label = "help"}};

static int hints(const Screen *screen, FrameHint *out, int room) {
    bool reading = screen->book.spot.reading;
    const FrameHint *rows = reading ? reading_hints : list_hints;
    size_t count = reading ? sizeof reading_hints / sizeof *rows : sizeof list_hints / sizeof *rows;
    if (count > (size_t)room) count = (size_t)room;
    memcpy(out, rows, count * sizeof *out);
    return (int)count;
}

static void help(const Screen *screen, LayerRow add, void *to) {
    (void)screen;
    add(to, "1 2 3", "the answer for anyone, the code, the mathematics");
    add(to, "Enter", "read the question; there: go to the marked place in the explorer");
    add(to, "Tab", "mark the next place to see");
    add(to, "] [", "the next question, the one before");
    add(to, "/ n N", "search the whole book; the next place, the one before");
    add(to, "h q", "back: to the list, out of the book");
}

const LayerOps layer_book = {.key = key,
                             .act = act,
                             .draw = draw,
                             .hints = hints,
                             .help = help,
                             .title = "Questions",
                             .hides_view = true};
