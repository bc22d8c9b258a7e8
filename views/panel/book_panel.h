/* The book of questions over the view: the list of questions, and one of them with its answer at one of three
 * levels. From BOOK_WIDE columns on the list stands to the left of the text; narrower, they take turns. */
#ifndef VIEWS_PANEL_BOOK_PANEL_H
#define VIEWS_PANEL_BOOK_PANEL_H

#include <stdbool.h>
#include <stddef.h>

#include "views/canvas/canvas.h"

enum {
    BOOK_LEVELS = 3,      /* anyone, code, mathematics, from 1; level 0 belongs to all of them */
    BOOK_TEXT_WIDTH = 90, /* longer lines are tiresome to read */
    BOOK_WIDE = 120,      /* columns of the area from which list and text stand side by side */
    BOOK_LINES_MAX = 400, /* of one question at one level */
    BOOK_NOTHING = -1,
};

typedef enum BookKind {
    BOOK_PARAGRAPH,
    BOOK_ITEM,     /* of a list; its mark is part of the text */
    BOOK_HEADING,  /* above what belongs to all levels */
    BOOK_VERBATIM, /* formulas and tables: lines as they stand */
    BOOK_COMMANDS, /* lines for a shell */
    BOOK_SCENE,    /* actions of the explorer; the text says what there is to see */
    BOOK_FIGURE,   /* the screen after the scene before it */
} BookKind;

/* The marks are of the same length as the text: what each byte of it stands in. */
typedef enum BookMark { BOOK_PLAIN = ' ', BOOK_CODE = '`', BOOK_STRONG = '*', BOOK_EMPHASIS = '_' } BookMark;

typedef struct BookPart {
    BookKind kind;
    int level;
    char *text;  /* lines end with \n where they count; owned by whoever made it */
    char *marks; /* NULL: all plain */
} BookPart;

/* One question at one level. */
typedef struct BookPage {
    const char *title;
    int number, level; /* both from 1 */
    const BookPart *parts;
    int part_count;
} BookPage;

typedef struct BookLine {
    int part;         /* BOOK_NOTHING: an empty line */
    const char *text; /* in the part's */
    size_t length;
    int indent;
} BookLine;

typedef struct BookLayout {
    BookLine lines[BOOK_LINES_MAX];
    int count;
} BookLayout;

typedef struct BookPanel {
    const char *book; /* its title */
    const char *const *titles;
    int count, selected; /* of the questions */
    bool reading;        /* the text has the keys, else the list */
    BookPage page;
    int first;          /* line at the top; as large as one likes */
    int scene;          /* part that Enter follows; BOOK_NOTHING */
    const char *words;  /* searched for; "" for nothing */
    const char *hints;  /* shown when the screen has no frame for them; else NULL */
    const char *notice; /* the same */
} BookPanel;

/* The text of the page in lines of that many columns. What does not fit into the layout is left out. */
void book_layout(const BookPage *page, int width, BookLayout *out);
/* The first line that shows byte `at` of a part; 0 when the page does not show it. */
int book_layout_find(const BookLayout *layout, const BookPage *page, int part, size_t at);

/* Columns and rows of text in the area. */
Rect book_panel_text(const BookPanel *panel, Rect area);
/* The list's rows that are seen. */
int book_panel_rows(const BookPanel *panel, Rect area);
/* `first` so that the text's last line is as low as it may be, and not below 0. */
int book_panel_clamp(int first, int lines, int rows);

void book_panel_draw(Canvas *canvas, Rect area, const BookPanel *panel);

#endif
