/* The key =: is the selected gradient right? */
#include <math.h>
#include <stdio.h>

#include "app/session/session_state.h"
#include "core/base/utf8.h"
#include "core/inspect/gradcheck.h"

/* Two forward passes for each step, and the notice comes at once: not for networks that take longer. */
static const uint64_t MACS_MAX = 300000000;

static bool tell_result(Session *session, GradcheckSite site, const Gradcheck *check, Error *err) {
    char place[GRADCHECK_LABEL_MAX], text[NOTICE_MAX];
    GradcheckStep best = gradcheck_get(check, gradcheck_best(check));
    double backprop = gradcheck_backprop(check);
    bool holds = fabs(backprop - best.numeric) <= 3 * (best.rounding + best.truncation);
    gradcheck_describe(session->exp.pass, site, place);
    utf8_format(text, sizeof text, "%s: backprop %.4g, central difference %.3g at h=%.0e, %.0e apart: %s%s",
                place, backprop, best.numeric, best.h, gradcheck_relative(backprop, best.numeric),
                holds ? "agrees, limited by " : "more than expected from ", gradcheck_limit(best));
    if (!holds) return error_set(err, ERROR_FAILED, "%s", text);
    session_tell(session, NOTICE_INFO, "%s", text);
    return true;
}

bool session_do_gradcheck(Session *session, const Action *action, Error *err) {
    (void)action;
    Scene scene = session_scene(session);
    const char *name = scene.network->ops[scene.op].name;
    const int index[] = {scene.channel, scene.row, scene.column};
    GradcheckSite site;
    if (pass_skip_mode(session->exp.pass) == SKIP_CUT)
        return error_set(
            err, ERROR_USAGE,
            "with 'cut' the backward pass is not the derivative of the forward pass, on purpose");
    if (network_macs(scene.network) > MACS_MAX)
        return error_set(err, ERROR_USAGE, "%s is too large to check at once: skipscope gradcheck --op %s",
                         scene.network->arch, name);
    if (!pass_grad(session->exp.pass, scene.op).data)
        return error_set(err, ERROR_USAGE, "%s has no gradient yet: run the pass backward to it first", name);
    if (!gradcheck_find(session->exp.pass, name, index, 3, &site, err)) return false;
    Gradcheck *check = gradcheck_new(session->exp.pass, site, err);
    if (!check) return false;
    for (int k = 0; k < GRADCHECK_STEPS; k++) gradcheck_step(check, k);
    bool holds = tell_result(session, site, check, err);
    gradcheck_free(check);
    return holds;
}
