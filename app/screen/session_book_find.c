/* Searching the whole book: all questions, all levels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

#include "app/session/session_state.h"

/* A place in the book: byte `at` of a part of a question; part BOOK_NOTHING is its title. */
typedef struct Found {
    int question, part;
    size_t at;
} Found;

typedef struct Search {
    Found from, first, last;
    Found next, before; /* the first at or after `from`, and the last before it; question -1: none */
    int count, earlier; /* all there are, and those before `from` */
} Search;

static bool comes_before(Found a, Found b) {
    if (a.question != b.question) return a.question < b.question;
    return a.part != b.part ? a.part < b.part : a.at < b.at;
}

static void note(Search *search, Found found) {
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
                note(&search, (Found){q, p, (size_t)(at - text)});
        }
    if (search.next.question < 0) search.next = search.first, search.earlier = 0;
    if (search.before.question < 0) search.before = search.last, search.earlier = search.count;
    return search;
}

static void show(Session *session, Found found) {
    BookState *state = &session->book;
    BookSpot *spot = &state->spot;
    int level = found.part < 0 ? 0 : state->book->questions[found.question].parts[found.part].level;
    spot->question = found.question;
    if (level > 0) spot->level = level;
    spot->reading = true;
    state->found_part = found.part;
    state->found_at = found.at;
    session_book_show(session, found.part, found.at);
}

static Found place_now(const BookState *state) {
    return (Found){state->spot.question, state->found_part, state->found_at};
}

static void find(Session *session, Found from, int direction) {
    BookState *state = &session->book;
    Search search = find_all(state->book, state->words, from);
    if (search.count == 0) {
        session_tell(session, NOTICE_ERROR, "nothing in the book has '%s' in it", state->words);
        return;
    }
    int rank = direction < 0 ? search.earlier : search.earlier % search.count + 1;
    show(session, direction > 0 ? search.next : search.before);
    session_tell(session, NOTICE_INFO, "'%s': %d of %d; n next, N before", state->words, rank, search.count);
}

/* From where the search began on, so that more letters do not move on needlessly. */
void session_book_find(Session *session, const char *words) {
    BookState *state = &session->book;
    utf8_copy(state->words, sizeof state->words, words);
    state->spot = state->before;
    if (*words)
        find(session, (Found){.question = state->before.question, .part = BOOK_NOTHING}, 1);
    else
        session_book_show(session, 0, 0);
}

void session_book_find_next(Session *session, int direction) {
    BookState *state = &session->book;
    Found from = place_now(state);
    from.at += direction > 0;
    if (*state->words == '\0')
        session_tell(session, NOTICE_INFO, "nothing has been searched for: / searches");
    else
        find(session, from, direction);
}

void session_book_give_up(Session *session) {
    session->book.spot = session->book.before;
    session->book.words[0] = '\0';
}
