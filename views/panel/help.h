/* The help screen: every key and what it does, then every view. */
#ifndef VIEWS_PANEL_HELP_H
#define VIEWS_PANEL_HELP_H

#include "views/canvas/canvas.h"

/* One binding. Rows of one group stand together whatever their order. */
typedef struct HelpRow {
    const char *keys, *help, *group;
} HelpRow;

typedef struct HelpInfo {
    const HelpRow *rows;
    int row_count;
    unsigned hidden_views; /* bit k: nothing is said about view k */
    int first;             /* lines scrolled up; more than there are shows the end */
} HelpInfo;

/* The most lines by which it can be scrolled up. */
int help_last(Rect area, const HelpInfo *info);

void help_draw(Canvas *canvas, Rect area, const HelpInfo *info);

#endif
