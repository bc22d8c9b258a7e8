/* The answer to a lesson's question about blocks as a picture: one bar a block, in place of the view. */
#ifndef VIEWS_PANEL_LESSON_BARS_H
#define VIEWS_PANEL_LESSON_BARS_H

#include <stdio.h>

#include "views/canvas/canvas.h"

typedef struct LessonBar {
    char name[32], text[24]; /* the block, and its value as it is shown */
    double value;            /* NaN: not known */
    bool said, right;        /* what was answered, and what should have been */
} LessonBar;

typedef struct LessonBars {
    char title[64]; /* "|F| / |shortcut|" */
    LessonBar *rows;
    int count; /* 0: there is nothing to draw */
} LessonBars;

/* Bars are as many rows high as there is room for, at most seven. Where even one row each is too much, those around
 * the right answer are drawn, and how many there are is said. */
void lesson_bars_draw(Canvas *canvas, Rect area, const LessonBars *bars);
void lesson_bars_describe(FILE *out, const LessonBars *bars);

#endif
