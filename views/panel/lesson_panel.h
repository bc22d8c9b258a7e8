/* The page of a lesson: six rows below the view, or a column to its right. */
#ifndef VIEWS_PANEL_LESSON_PANEL_H
#define VIEWS_PANEL_LESSON_PANEL_H

#include <stdbool.h>

#include "views/canvas/canvas.h"
#include "views/panel/lesson_bars.h"

/* Before a class a line has 40 columns, and one at each side. */
enum { LESSON_SHEET_ROWS = 6, LESSON_TEXT_ROWS = 4, LESSON_COLUMN_WIDTH = 48, LESSON_CLASS_WIDTH = 42 };

/* A page is read, its question perhaps answered, then it is shown: the view follows. */
typedef enum LessonPhase { LESSON_READ, LESSON_ASK, LESSON_SHOWN } LessonPhase;

typedef struct LessonPanel {
    const char *lesson, *title; /* of the lesson, of the page */
    int page, page_count;       /* page from 0 */
    bool is_scene;              /* of the book of questions: nothing but this page */
    LessonPhase phase;
    bool changes;         /* Space makes the view follow; else it turns the page */
    bool reveals;         /* before a class Space shows the answer; else it asks for one */
    bool bold;            /* read from the last row of a class */
    const char *text;     /* as it is to be read in this phase, figures filled in; "" for none */
    const char *question; /* with its options, "" for none or when it has been answered */
    const char *answer;   /* typed so far, in LESSON_ASK */
    int answer_cursor;    /* columns before it */
    const char *verdict;  /* "" while there is none */
    bool right, skipped;
    const char *task; /* "" for none */
    bool task_done;
    const LessonBars *bars; /* drawn in place of the view; NULL: none */
    bool working;           /* the page's actions are being done */
    bool exploring;         /* the user has left the page's view */
    const char *notes;      /* for the speaker; not drawn */
} LessonPanel;

/* Takes the rows below the view off its area: those of the text, a heading, a row of keys. A lesson's page has
 * LESSON_TEXT_ROWS. */
Rect lesson_panel_take(Rect *area, int text_rows);

void lesson_panel_draw(Canvas *canvas, Rect area, const LessonPanel *panel);

#endif
