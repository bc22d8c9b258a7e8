/* What one step reads and writes, as panels side by side: forward the inputs and the output, backward the
 * incoming gradient and what it becomes. Private to views/step. */
#ifndef VIEWS_STEP_PANEL_H
#define VIEWS_STEP_PANEL_H

#include "views/widget/widgets.h"

enum { STEP_PANEL_MAX = 3 };

typedef enum StepPanelKind {
    STEP_PANEL_MAPS,
    STEP_PANEL_VALUES,  /* a vector: bars by channel */
    STEP_PANEL_CLASSES, /* a vector over the classes, by class */
    STEP_PANEL_RANKED,  /* the same, largest first */
    STEP_PANEL_PROBABILITIES,
} StepPanelKind;

typedef struct StepPanel {
    StepPanelKind kind;
    const char *symbol; /* "x", "dy" */
    const char *joint;  /* sign between this panel and the one before; NULL for the first */
    int op;             /* the op whose tensor it is */
    Role role;          /* of the symbol */
    Phase phase;
    Stats stats;
    WidgetTensor part; /* tensor.data NULL: `missing` says why */
    WidgetText missing;
    bool closed; /* a route that "without skip" has shut */
} StepPanel;

typedef struct StepPanels {
    StepPanel item[STEP_PANEL_MAX];
    int count;
} StepPanels;

StepPanels step_panels(const Scene *scene);
void step_panels_draw(Canvas *canvas, Rect area, const Scene *scene, const StepPanels *panels);

#endif
