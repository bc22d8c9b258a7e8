/* The architecture as a table: the rows of views/architecture/rows with their lanes, states and costs, and
 * the totals. */
#ifndef VIEWS_ARCHITECTURE_TABLE_H
#define VIEWS_ARCHITECTURE_TABLE_H

#include "views/architecture/rows.h"
#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* Where everything stands. Numbers end left of their column. */
typedef struct ArchitectureTable {
    Rect head, rows, foot, text, pane; /* text: below the table; pane: beside it; one of them is empty */
    int lane, state, index, name, name_width, summary, output, params, macs;
} ArchitectureTable;

ArchitectureTable architecture_table_plan(Rect area);
void architecture_table_draw(Canvas *canvas, const ArchitectureTable *table, const Scene *scene,
                             ArchitectureFold fold);

#endif
