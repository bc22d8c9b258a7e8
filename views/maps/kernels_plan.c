#include "views/maps/kernels_plan.h"

#include "views/canvas/layout.h"
#include "views/maps/axes.h"

enum {
    ROOMY = 24, /* from here on there is a free row between picture and figures */
    SMALL = 4,  /* kernels of at most this side are enlarged, so that neighbours can be told apart */
    TALL = 17,  /* from here on the figures of filter and layer may take two lines each */
};

bool kernels_are_shrunk(const KernelsPlan *plan) {
    return plan->kind == KERNELS_MATRIX &&
           (plan->kernels.inputs > plan->body.w || plan->kernels.outputs > 2 * plan->body.h);
}

/* One large, with a row for its name above it, and all of them small. */
static void plan_focus(KernelsPlan *plan, const Scene *scene) {
    const Kernels *k = &plan->kernels;
    bool color = plan->kind == KERNELS_COLOR;
    Shape shape = {.n = 1, .c = color ? k->outputs : k->inputs, .h = k->rows, .w = k->columns};
    WidgetFocus focus = {.selected = color ? plan->output : plan->input,
                         .above = 1,
                         .zoom_max = KERNELS_FOCUS_ZOOM,
                         .small_zoom = k->columns > SMALL ? 1 : 2,
                         .ranked = color};
    plan->focus = widget_focus_plan(plan->body, scene, shape, focus);
    plan->page = plan->focus.page;
}

/* The whole matrix, shrunk if it must be, or a page of it. */
static void plan_matrix(KernelsPlan *plan, const MapsKernels *state) {
    const Kernels *k = &plan->kernels;
    Rect area = plan->body;
    plan->shown_outputs = k->outputs;
    plan->shown_inputs = k->inputs;
    plan->window = state->opened && kernels_are_shrunk(plan) && !rect_is_empty(area);
    plan->map = area;
    if (!plan->window) {
        plan->map = kernels_are_shrunk(plan) ? map_axes_reserve(area, k->outputs)
                                             : map_axes_place(area, k->inputs, k->outputs, KERNELS_ZOOM_MAX);
        return;
    }
    int width = k->inputs < area.w ? k->inputs : area.w;
    int height = k->outputs < 2 * area.h ? k->outputs : 2 * area.h;
    plan->first_input = plan->input / width * width;
    plan->first_output = plan->output / height * height;
    plan->shown_inputs = k->inputs - plan->first_input < width ? k->inputs - plan->first_input : width;
    plan->shown_outputs = k->outputs - plan->first_output < height ? k->outputs - plan->first_output : height;
}

/* Of the filter and of the layer: in brief a line each, the layer's only where there is room for it. */
static int figure_rows(const Scene *scene, Rect area) {
    if (scene->hides_figures) return 0;
    if (scene->settings.figures == FIGURES_ONE) return area.h < ROOMY ? 1 : 2;
    return area.h < TALL ? 2 : 4;
}

KernelsPlan kernels_plan(const MapsKernels *state, const Scene *scene, Rect area) {
    KernelsPlan plan = {.kernels = kernels_of(scene, scene->op, scene->phase), .body = area};
    plan.kind = plan.kernels.kind;
    plan.heading = layout_take_top(&plan.body, 1);
    if (plan.kind == KERNELS_NONE) return plan;
    if (plan.kind == KERNELS_COLOR && state->opened) plan.kind = KERNELS_SLICES;
    plan.output = kernels_limit(scene->channel, plan.kernels.outputs - 1);
    plan.input = kernels_limit(state->input, plan.kernels.inputs - 1);
    plan.detail = layout_take_bottom(&plan.body, 1);
    plan.legend = layout_take_bottom(&plan.body, 1);
    plan.figures = layout_take_bottom(&plan.body, figure_rows(scene, area));
    if (area.h >= ROOMY) layout_take_bottom(&plan.body, 1);
    if (plan.kind == KERNELS_MATRIX)
        plan_matrix(&plan, state);
    else
        plan_focus(&plan, scene);
    return plan;
}
