#include "app/session/session_overlay.h"

#include <stdlib.h>
#include <string.h>

#include "app/session/session_state.h"
#include "core/inspect/saliency.h"

void overlay_clear(Overlay *overlay) {
    free(overlay->values);
    *overlay = (Overlay){.shown = {.kind = OVERLAY_NONE}};
}

/* Has the pass come far enough? */
static bool is_ready(OverlayKind kind, const Pass *pass) {
    if (kind == OVERLAY_GRAD_CAM) return pass_act(pass, network_loss_op(pass_network(pass))).data != NULL;
    return kind == OVERLAY_GRADIENT && pass_grad(pass, 0).data != NULL;
}

static bool fill_grad_cam(Overlay *overlay, const Pass *pass) {
    Shape picture = pass_network(pass)->input;
    GradCam cam;
    Error err = {0};
    bool ok = grad_cam_compute(&cam, pass, pass_target(pass, 0), &err);
    if (ok) {
        map_enlarge(overlay->values, picture.h, picture.w, cam.map, cam.height, cam.width);
        overlay->shown.layer = cam.layer;
        overlay->shown.class_index = cam.class_index;
    }
    grad_cam_free(&cam);
    return ok;
}

/* NaN is left out, as in all statistics. */
static bool measure_overlay(Overlay *overlay, size_t count) {
    real *room = malloc(count * sizeof *room);
    if (!room) return false;
    overlay->shown.max = tensor_stats(overlay->values, count).max;
    overlay->shown.reach = values_reach(overlay->values, count, room);
    free(room);
    return true;
}

static bool fill_overlay(Overlay *overlay, const Pass *pass) {
    Shape picture = pass_network(pass)->input;
    size_t count = (size_t)picture.h * (size_t)picture.w;
    overlay->values = malloc(count * sizeof *overlay->values);
    if (!overlay->values) return false;
    if (overlay->shown.kind == OVERLAY_GRADIENT)
        map_of_gradient(overlay->values, pass_grad(pass, 0));
    else if (!fill_grad_cam(overlay, pass))
        return false;
    return measure_overlay(overlay, count);
}

/* Computes the overlay from the pass, unless it is there already. When memory is short it has no values. */
static void update_overlay(Overlay *overlay, OverlayKind kind, const Pass *pass) {
    bool ready = is_ready(kind, pass);
    if (overlay->shown.kind == kind && (overlay->values != NULL) == ready) return;
    overlay_clear(overlay);
    overlay->shown.kind = kind;
    if (!ready) return;
    if (fill_overlay(overlay, pass)) {
        overlay->shown.values = overlay->values;
        return;
    }
    overlay_clear(overlay);
    overlay->shown.kind = kind;
}

void session_overlay_prepare(Session *session) {
    if (session->look.view != VIEW_INPUT) return;
    update_overlay(&session->look.overlays[0], session->look.settings.overlay, session->exp.pass);
    if (session->twin.show != TWIN_OFF && session->twin.pass)
        update_overlay(&session->look.overlays[1], session->look.settings.overlay, session->twin.pass);
}
