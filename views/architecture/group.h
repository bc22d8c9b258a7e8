/* A folded stretch of the network, a stage or a block, summed up: what is in it, what it costs, how far it
 * has been run. */
#ifndef VIEWS_ARCHITECTURE_GROUP_H
#define VIEWS_ARCHITECTURE_GROUP_H

#include "views/architecture/rows.h"
#include "views/canvas/canvas.h"
#include "views/scene/scene.h"
#include "views/widget/widgets.h"

typedef struct ArchitectureGroup {
    int first, last; /* ops */
    int blocks;
    int kinds[SHORTCUT_PROJECTION + 1]; /* blocks by ShortcutKind */
    size_t params;
    uint64_t macs;
} ArchitectureGroup;

ArchitectureGroup architecture_group(const Network *network, int first, int last);

/* "stem", "layer2", "head"; "layer2.0" for one block. */
WidgetText architecture_group_name(const Network *network, const ArchitectureRow *row);
/* "1 zero-pad (A), 2 identity". */
WidgetText architecture_group_kinds(const ArchitectureGroup *group);
/* "identity", "zero-pad (A) /2", "projection 1x1/2", "no skip". */
WidgetText architecture_block_skip(const Network *network, int block);
/* As widget_op_state; lower case when only some of the ops have come so far, '!' when one has it. */
char architecture_group_state(const Pass *pass, int first, int last);
Role architecture_group_state_role(char state);

/* One or two sentences on what is folded. */
void architecture_group_describe(const Network *network, const ArchitectureRow *row, char *out, size_t size);
/* A pane beside or below the table. Returns what it leaves of the area. */
Rect architecture_group_draw(Canvas *canvas, Rect area, const Scene *scene, const ArchitectureRow *row);

#endif
