/* What one step reads and writes, as panels: forward the inputs and the output, backward the incoming
 * gradient and what it becomes. Private to views/step and views/words. */
#ifndef VIEWS_STEP_PANEL_H
#define VIEWS_STEP_PANEL_H

#include "views/widget/widgets.h"

enum { STEP_PANEL_MAX = 3 };

typedef enum StepPanelKind {
    STEP_PANEL_MAPS,    /* one channel as a map */
    STEP_PANEL_PICTURE, /* the picture in its colours */
    STEP_PANEL_VALUES,  /* a vector: bars by channel */
    STEP_PANEL_CLASSES, /* a vector over the classes, by class */
    STEP_PANEL_RANKED,  /* the same, largest first */
    STEP_PANEL_PROBABILITIES,
} StepPanelKind;

typedef struct StepPanel {
    StepPanelKind kind;
    const char *symbol; /* "x", "dy" */
    const char *words;  /* what it is for the step: "in", "out" */
    const char *joint;  /* sign between this panel and the one before; NULL for the first */
    int op;             /* the op whose tensor it is */
    int channel;        /* of its tensor, the one that is shown */
    Role role;          /* of the symbol */
    Phase phase;
    Stats stats;
    WidgetTensor part; /* tensor.data NULL: `missing` says why */
    WidgetText missing;
    bool closed; /* a route that "without skip" has shut */
} StepPanel;

/* Of all filters of a convolution the one that is shown: from or to the input channel that has most to do with
 * the selected channel of the output, or the one `rank` places after it. */
typedef struct StepFilter {
    bool known;
    int input, output, rank;
    double part; /* length of what it adds; NaN: not computed */
} StepFilter;

typedef struct StepPanels {
    StepPanel item[STEP_PANEL_MAX];
    int count;
    int other; /* of an addition's two ways, the one that gives way where only one has room; -1: none */
    StepFilter filter;
} StepPanels;

/* `walk`: how often another input was asked for. */
StepPanels step_panels(const Scene *scene, int walk);
/* How many inputs there are to walk through; 1 where there is no choice. */
int step_panels_choices(const Scene *scene);
bool step_panel_has_values(const Scene *scene, const StepPanel *panel);

#endif
