#include "views/maps/kernels_none.h"

#include <stdio.h>

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/maps/maps_kernels.h"

enum { TEXT_MAX = 256 };

/* What Enter would show. */
static void draw_nearest(Canvas *canvas, Rect area, const Scene *scene) {
    Scene own = *scene;
    own.op = kernels_nearest(scene->network, scene->op);
    if (own.op < 0) return;
    own.at = scene_at(scene->network, own.op, scene->phase);
    own.channel = integer_min(scene->channel, scene_shape(&own).c - 1);
    maps_kernels_draw(&(MapsKernels){.input = 0}, &own, canvas, area);
}

void kernels_none_draw(Canvas *canvas, const KernelsPlan *plan, const Scene *scene) {
    const Network *network = scene->network;
    const Op *op = &network->ops[scene->op];
    int before = kernels_neighbour(network, scene->op, -1), after = kernels_neighbour(network, scene->op, 1);
    char text[TEXT_MAX];
    int used = snprintf(text, sizeof text, "%s (%s) has no kernels: ", op->name, widget_op_summary(op).text);
    if (before >= 0)
        used += utf8_format(text + used, sizeof text - (size_t)used, "the nearest before it is %s",
                            network->ops[before].name);
    if (after >= 0)
        utf8_format(text + used, sizeof text - (size_t)used, "%sthe nearest after it is %s",
                    before >= 0 ? ", " : "", network->ops[after].name);
    widget_heading(canvas, plan->heading, style_role(widget_phase_role(scene->phase)), "Kernels");
    Rect rest = plan->body;
    layout_take_top(&rest, canvas_text_wrapped(canvas, rest, style_role(ROLE_WARN), text, 0));
    layout_take_top(
        &rest, canvas_text_wrapped(canvas, rest, style_role(ROLE_TEXT),
                                   "left and right go there, Enter to the nearer one; o shows the maps", 0) +
                   1);
    draw_nearest(canvas, rest, scene);
}

static Action go_to(const Scene *scene, int op) {
    return op < 0 ? view_action(ACTION_NONE, 0) : view_select(scene->network, op);
}

Action kernels_none_act(const Scene *scene, Action action) {
    const Network *network = scene->network;
    switch (action.id) {
    case ACTION_LEFT:
    case ACTION_UP: return go_to(scene, kernels_neighbour(network, scene->op, -1));
    case ACTION_RIGHT:
    case ACTION_DOWN: return go_to(scene, kernels_neighbour(network, scene->op, 1));
    case ACTION_OPEN: return go_to(scene, kernels_nearest(network, scene->op));
    default: return action;
    }
}
