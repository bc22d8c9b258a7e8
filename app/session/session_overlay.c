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
static bool measure(Overlay *overlay, size_t count) {
    real *room = malloc(count * sizeof *room);
    if (!room) return false;
    overlay->shown.max = tensor_stats(overlay->values, count).max;
    overlay->shown.reach = values_reach(overlay->values, count, room);
    free(room);
    return true;
}

static bool fill(Overlay *overlay, const Pass *pass) {
    Shape picture = pass_network(pass)->input;
    size_t count = (size_t)picture.h * (size_t)picture.w;
    overlay->values = malloc(count * sizeof *overlay->values);
    if (!overlay->values) return false;
    if (overlay->shown.kind == OVERLAY_GRADIENT)
        map_of_gradient(overlay->values, pass_grad(pass, 0));
    else if (!fill_grad_cam(overlay, pass))
        return false;
    return measure(overlay, count);
}

void overlay_update(Overlay *overlay, OverlayKind kind, const Pass *pass) {
    bool ready = is_ready(kind, pass);
    if (overlay->shown.kind == kind && (overlay->values != NULL) == ready) return;
    overlay_clear(overlay);
    overlay->shown.kind = kind;
    if (!ready) return;
    if (fill(overlay, pass))
        overlay->shown.values = overlay->values;
    else
        overlay_clear(overlay), overlay->shown.kind = kind;
}

void session_overlay_prepare(Session *session) {
    if (session->look.view != VIEW_INPUT) return;
    overlay_update(&session->look.overlays[0], session->look.overlay, session->exp.pass);
    if (session->twin.show != TWIN_OFF && session->twin.pass)
        overlay_update(&session->look.overlays[1], session->look.overlay, session->twin.pass);
}

static void tell(Session *session) {
    static const char *const means[OVERLAY_COUNT] = {
        "the picture as it is", "Grad-CAM: where the last block's output speaks for the target class",
        "input gradient: how strongly the loss would follow each pixel"};
    session_tell(session, NOTICE_INFO, "%s", means[session->look.overlay]);
}

bool session_do_overlay(Session *session, const Action *action, Error *err) {
    const char *word = action->text;
    int found = *word == '\0' ? ((int)session->look.overlay + 1) % OVERLAY_COUNT : -1;
    for (int k = 0; k < OVERLAY_COUNT; k++)
        if (strcmp(word, overlay_name((OverlayKind)k)) == 0) found = k;
    if (found < 0)
        return error_set(err, ERROR_USAGE, "overlay: expected none, grad-cam or gradient, found '%s'", word);
    session->look.overlay = (OverlayKind)found;
    tell(session);
    return true;
}
