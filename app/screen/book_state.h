/* Where the user is in the book of questions (app/book/book.h); part of the screen. */
#ifndef APP_SCREEN_BOOK_STATE_H
#define APP_SCREEN_BOOK_STATE_H

#include "app/book/book.h"

/* Also what a search leaves when it is given up. */
typedef struct BookSpot {
    int question, level; /* level from 1, 0: never opened */
    int first;           /* line at the top */
    int scene;           /* part that Enter follows; BOOK_NOTHING */
    bool reading;        /* one question, else the list */
} BookSpot;

typedef struct BookState {
    Book *book;            /* read when it is first opened; owned */
    BookSpot spot, before; /* now, and when the search began */
    char words[ACTION_TEXT_MAX];
    int found_part; /* of the question; BOOK_NOTHING */
    size_t found_at;
} BookState;

#endif
