/* Searching the whole book: all questions, all levels. */
#include <string.h>

#include "app/screen/screen_state.h"
#include "core/base/utf8.h"

/* A place in the book: byte `at` of a part of a question; part BOOK_NOTHING is its title. */
typedef struct Found {
    int question, part;
    size_t at;
} Found;

typedef struct Search {
    Found from, first, last;
    Found next, before; /* match relative to `from`; question -1: none */
    int count, earlier; /* all there are, and those before `from` */
} Search;

static bool comes_before(Found a, Found b) {
    if (a.question != b.question) return a.question < b.question;
    return a.part != b.part ? a.part < b.part : a.at < b.at;
}

static void count_match(Search *search, Found found) {
    if (search->count++ == 0) search->first = found;
    search->last = found;
    if (comes_before(found, search->from))
        search->before = found, search->earlier = search->count;
    else if (search->next.question < 0)
        search->next = found;
}

/* In the order of the file, around the ends. */
static Search find_all(const Book *book, const char *words, Found from) {
    Search search = {.from = from, .next.question = -1, .before.question = -1};
    for (int q = 0; q < book->count; q++)
        for (int p = BOOK_NOTHING; p < book->questions[q].part_count; p++) {
            const char *text = p < 0 ? book->questions[q].title : book->questions[q].parts[p].text;
            for (const char *at = text; (at = strcasestr(at, words)); at++)
                count_match(&search, (Found){q, p, (size_t)(at - text)});
        }
    if (search.next.question < 0) search.next = search.first, search.earlier = 0;
    if (search.before.question < 0) search.before = search.last, search.earlier = search.count;
    return search;
}

static void show_match(Screen *screen, Found found) {
    BookState *state = &screen->book;
    BookSpot *spot = &state->spot;
    int level = found.part < 0 ? 0 : state->book->questions[found.question].parts[found.part].level;
    spot->question = found.question;
    if (level > 0) spot->level = level;
    spot->reading = true;
    state->found_part = found.part;
    state->found_at = found.at;
    screen_book_show(screen, found.part, found.at);
}

static Found place_now(const BookState *state) {
    return (Found){state->spot.question, state->found_part, state->found_at};
}

static bool find_match(Screen *screen, Found from, int direction, Error *err) {
    BookState *state = &screen->book;
    Search search = find_all(state->book, state->words, from);
    if (search.count == 0)
        return error_set(err, ERROR_USAGE, "nothing in the book has '%s' in it", state->words);
    int rank = direction < 0 ? search.earlier : search.earlier % search.count + 1;
    show_match(screen, direction > 0 ? search.next : search.before);
    session_tell(screen_front(screen), NOTICE_INFO, "'%s': %d of %d; n next, N before", state->words, rank,
                 search.count);
    return true;
}

/* Searches from where the search began, so that typing more letters does not skip matches. */
bool screen_book_find(Screen *screen, const char *words, Error *err) {
    BookState *state = &screen->book;
    Found from = {.question = state->before.question, .part = BOOK_NOTHING};
    utf8_copy(state->words, sizeof state->words, words);
    state->spot = state->before;
    if (*words) return find_match(screen, from, 1, err);
    screen_book_show(screen, 0, 0);
    return true;
}

bool screen_book_find_next(Screen *screen, int direction, Error *err) {
    BookState *state = &screen->book;
    Found from = place_now(state);
    from.at += direction > 0;
    if (*state->words) return find_match(screen, from, direction, err);
    session_tell(screen_front(screen), NOTICE_INFO, "nothing has been searched for: / searches");
    return true;
}

static void follow(Screen *screen, const char *words) {
    Session *front = screen_front(screen);
    Error err = {0};
    front->notice.kind = NOTICE_NONE;
    if (!screen_book_find(screen, words, &err)) session_tell(front, NOTICE_ERROR, "%s", err.text);
}

static void give_up(Screen *screen) {
    screen->book.spot = screen->book.before;
    screen->book.words[0] = '\0';
}

const SearchOps book_searches = {.follow = follow, .give_up = give_up};
