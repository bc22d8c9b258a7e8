/* The architecture as a table: the rows of views/architecture/rows with their lanes, states and costs, and
 * the totals. */
#ifndef VIEWS_ARCHITECTURE_TABLE_H
#define VIEWS_ARCHITECTURE_TABLE_H

#include "views/architecture/rows.h"
#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

/* Where everything stands. Numbers end left of their column. */
typedef struct ArchitectureTable {
    Rect head, rows, foot;
    bool brief; /* of a row only the name, the sum and the output */
    int lane, state, index, name, name_width, summary, output, params, macs;
} ArchitectureTable;

enum { ARCHITECTURE_TABLE_WIDTH = 80, ARCHITECTURE_TABLE_BRIEF = 42, ARCHITECTURE_TABLE_EXTRA = 2 /* rows */ };

ArchitectureTable architecture_table_plan(Rect area);
void architecture_table_draw(Canvas *canvas, const ArchitectureTable *table, const Scene *scene,
                             ArchitectureFold fold);

#endif
