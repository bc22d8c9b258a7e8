/* Where the picture, the answer, the table and what is said of its selected row stand: the picture and the
 * table side by side on the first screen and wherever both fit, else the table alone. What is left below a
 * short table tells more of the selected row. */
#ifndef VIEWS_ARCHITECTURE_PLAN_H
#define VIEWS_ARCHITECTURE_PLAN_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

enum { ARCHITECTURE_ZOOM_MAX = 6 /* of the picture */ };

typedef struct ArchitecturePlan {
    bool first;       /* the first screen: it says what this is, and leaves its last rows to the keys */
    Rect greeting;    /* one row */
    Rect picture;     /* exactly the picture's cells */
    Rect answer;      /* beside or below the picture */
    Rect table;
    Rect sentence;    /* of the selected row, where there is no more room for it */
    Rect detail;      /* all of the selected row, and its maps */
    Rect keys;        /* stays empty */
} ArchitecturePlan;

/* `first`: the first screen is wanted, should it fit. */
ArchitecturePlan architecture_plan(const Scene *scene, Rect area, bool first);
/* The table has only so many rows: what is below them goes to the detail, if it is worth it. */
void architecture_plan_shorten(ArchitecturePlan *plan, int rows);

#endif
