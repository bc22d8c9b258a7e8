/* Where the kernels stand in the maps view, and which of them. */
#ifndef VIEWS_MAPS_KERNELS_PLAN_H
#define VIEWS_MAPS_KERNELS_PLAN_H

#include "views/maps/kernels.h"
#include "views/maps/maps_kernels.h"
#include "views/widget/focus.h"

enum { KERNELS_ZOOM_MAX = 8, KERNELS_FOCUS_ZOOM = 24 };

/* What is shown of the kernels, and where; an empty rectangle is not drawn. */
typedef struct KernelsPlan {
    Kernels kernels;
    KernelKind kind; /* KERNELS_SLICES for an opened filter in colour */
    int output, input;
    Rect heading, body, figures, legend, detail;
    WidgetFocusPlan focus; /* colour and slices */
    WidgetPage page;
    Rect map;    /* matrix */
    bool window; /* the matrix as it is, from first_output and first_input on */
    int first_output, first_input, shown_outputs, shown_inputs;
} KernelsPlan;

KernelsPlan kernels_plan(const MapsKernels *state, const Scene *scene, Rect area);

/* Would the matrix be shown in larger steps than one number each, while not opened? */
bool kernels_are_shrunk(const KernelsPlan *plan);

static inline int kernels_limit(long value, int last) {
    return value < 0 ? 0 : value > last ? last : (int)value;
}

#endif
