/* What the speaker of a lesson sees in a second terminal: the notes of the page that is shown, what comes
 * next, the time. */
#ifndef VIEWS_PANEL_NOTES_PANEL_H
#define VIEWS_PANEL_NOTES_PANEL_H

#include "views/canvas/canvas.h"

/* Bytes with their NUL. A page of notes is four times what anybody can read out while it is shown; a text
 * that is longer ends in an ellipsis. */
enum {
    NOTES_TITLE_MAX = 640,
    NOTES_TEXT_MAX = 24 << 10,
    NOTES_NEXT_MAX = 1024,
    NOTES_WORD_MAX = 64,
    NOTES_ANSWER_MAX = 320
};

typedef struct NotesPanel {
    char lesson[NOTES_TITLE_MAX], title[NOTES_TITLE_MAX];
    char notes[NOTES_TEXT_MAX];    /* "" for none */
    char text[NOTES_NEXT_MAX];     /* what the class reads; "" for nothing */
    char answer[NOTES_ANSWER_MAX]; /* the right one to the page's question; "" for none, or not known yet */
    char next[NOTES_NEXT_MAX];     /* what the next Space does */
    char now[NOTES_WORD_MAX];      /* what the class sees: "the text", "the view", ... */
    int page, pages;               /* page from 1; pages 0: no lesson is under way */
    int first;                     /* row of the notes at the top, from 0; only known where they are shown */
    double elapsed_s, page_s;      /* since the presentation began, since its page was turned */
} NotesPanel;

/* Rows of the notes that can be at the top: the one that is, and the one with which the end is shown. */
typedef struct NotesRows {
    int first, last;
} NotesRows;

/* `message` in place of the notes (waiting, ended); NULL: none. `clock` is the time of day, "14:32:05". Notes
 * that do not fit begin with row panel->first, or with the last screenful. */
NotesRows notes_panel_draw(Canvas *canvas, const NotesPanel *panel, const char *clock, const char *message);

#endif
