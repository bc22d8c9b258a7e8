/* Searching the whole book: all questions, all levels. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session_state.h"

/* A place in the book: byte `at` of a part of a question. */
typedef struct Found {
    int question, part;
    size_t at;
} Found;

/* In the order of the file. Returns their number; the first at or after `from`, and the last before it, are
 * stored, around the ends. */
static int find_all(const Book *book, const char *words, Found from, Found *next, Found *before, int *rank) {
    int count = 0, earlier = 0;
    Found first = {0}, last = {0};
    *next = *before = (Found){.question = -1};
    for (int q = 0; q < book->count; q++)
        for (int p = 0; p < book->questions[q].part_count; p++) {
            const char *text = book->questions[q].parts[p].text;
            for (const char *at = text; (at = strcasestr(at, words)); at++) {
                Found found = {q, p, (size_t)(at - text)};
                bool is_before = q != from.question ? q < from.question
                                 : p != from.part   ? p < from.part
                                                    : found.at < from.at;
                if (count++ == 0) first = found;
                last = found;
                if (is_before) *before = found, earlier = count;
                if (!is_before && next->question < 0) *next = found;
            }
        }
    if (next->question < 0) *next = first, earlier = 0;
    if (before->question < 0) *before = last;
    *rank = earlier;
    return count;
}

static void show(Session *session, Found found) {
    BookState *state = &session->book;
    const BookPart *part = &state->book->questions[found.question].parts[found.part];
    BookSpot *spot = &state->spot;
    spot->question = found.question;
    if (part->level > 0) spot->level = part->level;
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
    Found next, before;
    int rank, count = find_all(state->book, state->words, from, &next, &before, &rank);
    if (count == 0) {
        session_tell(session, NOTICE_ERROR, "nothing in the book has '%s' in it", state->words);
        return;
    }
    if (direction < 0) rank = rank > 0 ? rank : count;
    show(session, direction > 0 ? next : before);
    session_tell(session, NOTICE_INFO, "'%s': %d of %d; n next, N before", state->words,
                 direction > 0 ? rank + 1 : rank, count);
}

/* From where the search began on, so that more letters do not move on needlessly. */
void session_book_find(Session *session, const char *words) {
    BookState *state = &session->book;
    snprintf(state->words, sizeof state->words, "%s", words);
    state->spot = state->before;
    if (*words)
        find(session, (Found){.question = state->before.question}, 1);
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
