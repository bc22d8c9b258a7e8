/* The glossary over the view: its words to the left, what the selected one and those after it mean to the
 * right. */
#ifndef VIEWS_PANEL_WORDS_PANEL_H
#define VIEWS_PANEL_WORDS_PANEL_H

#include <stdbool.h>

#include "views/canvas/canvas.h"

typedef struct WordsPanel {
    const int *entries; /* of the glossary */
    int count, selected;
    bool all; /* else those on the screen below */
} WordsPanel;

/* The list's rows that are seen. */
int words_panel_rows(Rect area);
void words_panel_draw(Canvas *canvas, Rect area, const WordsPanel *panel);

#endif
