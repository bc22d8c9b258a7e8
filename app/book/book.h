/* TUTORIAL.md, which is built in: questions in reading order, each answered at three levels. It is Markdown
 * as any reader of it shows it, of few forms:
 *
 *   # Title                 once, then paragraphs that introduce the book
 *   ## A question?
 *   ### For anyone          then ### The code, ### The mathematics, ### See it: what belongs to all three
 *   paragraphs, "* " items, lines indented by four (formulas), | tables |
 *   ```sh                   commands: every line begins with skipscope
 *   ```explorer             "# what there is to see", then actions as in scripts, from a fresh start
 *   <!-- screen 4-9 -->     then ```text: these rows of the screen after the scene above, BOOK_SCREEN wide
 *   <!-- source: WORK, table 6: 8.75 7.51 -->   where numbers of this question stand that no command prints
 */
#ifndef APP_BOOK_BOOK_H
#define APP_BOOK_BOOK_H

#include "app/lesson/lesson.h"
#include "views/panel/book_panel.h"

enum {
    BOOK_QUESTIONS_MAX = 40,
    BOOK_PARTS_MAX = 64,  /* of a question */
    BOOK_LINE_WIDTH = 76, /* of formulas and commands, which stand in */
    BOOK_TABLE_WIDTH = 78,
    BOOK_SCREEN_WIDTH = 80,
    BOOK_SCREEN_HEIGHT = 24,
};

/* Where a part stands in the file, and what belongs to a scene or a figure. */
typedef struct BookPlace {
    LessonPlace place;
    LessonAction *actions; /* BOOK_SCENE */
    int action_count;
    int scene;       /* BOOK_FIGURE: the part it is the screen of */
    int first, last; /* BOOK_FIGURE: rows of that screen, from 1 */
} BookPlace;

typedef struct BookSource {
    char *text; /* "He et al. 2015, table 6: 8.75 7.51" */
    LessonPlace place;
} BookSource;

typedef struct BookQuestion {
    char *title;
    BookPart *parts;
    BookPlace *places; /* one for each part */
    int part_count;
    BookSource *sources;
    int source_count;
    LessonPlace place;
} BookQuestion;

typedef struct Book {
    char *title;
    BookQuestion intro; /* without a title; its parts belong to all levels */
    BookQuestion *questions;
    int count;
} Book;

/* NULL when anything in the text is wrong, or memory short. */
Book *book_parse(const char *text, LessonMistakes *mistakes);
/* The one built in. */
Book *book_open(Error *err);
void book_free(Book *book); /* NULL is fine */

/* The question of that number (from 1), or the first whose title, else whose text, has the words in it; case
 * does not matter. -1 when there is none. */
int book_find(const Book *book, const char *words);
BookPage book_page(const Book *book, int question, int level);

/* A lesson of one page that shows what the scene shows. NULL: memory is short. */
Lesson *book_scene_lesson(const Book *book, int question, int part);

#endif
