/* Between the two files that read the book. */
#ifndef APP_BOOK_BOOK_PARSE_H
#define APP_BOOK_BOOK_PARSE_H

#include "app/book/book.h"

typedef struct BookParser {
    Book *book;
    BookQuestion *question; /* that lines go to */
    LessonMistakes *mistakes;
    char *line;
    int number;
    int level;
    unsigned levels_seen; /* a bit for each heading of this question */
    int fence;            /* the line it began at; 0: outside */
    int scene;            /* the last one of this question; BOOK_NOTHING */
    BookPlace figure;     /* announced; first 0: none is */
    bool gap;             /* the line above was not text */
} BookParser;

bool book_question_room(BookQuestion *question); /* false: memory is short */
bool book_read_lines(BookParser *parser, char *text);
/* Has the question all its levels, and something to see? Nothing to say about the introduction. */
void book_check_question(BookParser *parser);

#endif
