/* The key =: is the selected gradient right? */
#include <math.h>
#include <stdio.h>

#include "app/session/session_state.h"
#include "core/inspect/gradcheck.h"

/* Two forward passes for each step, and the notice comes at once: not for networks that take longer. */
static const uint64_t MACS_MAX = 300000000;

static void tell(Session *session, GradcheckSite site, const Gradcheck *check) {
    char place[GRADCHECK_LABEL_MAX];
    GradcheckStep best = gradcheck_get(check, gradcheck_best(check));
    double backprop = gradcheck_backprop(check);
    bool holds = fabs(backprop - best.numeric) <= 3 * (best.rounding + best.truncation);
    gradcheck_describe(session->exp.pass, site, place);
    session_tell(session, holds ? NOTICE_INFO : NOTICE_ERROR,
                 "%s: backprop %.4g, central difference %.3g at h=%.0e, %.0e apart: %s%s", place, backprop,
                 best.numeric, best.h, gradcheck_relative(backprop, best.numeric),
                 holds ? "agrees, limited by " : "more than expected from ", gradcheck_limit(best));
}

void session_do_gradcheck(Session *session) {
    Scene scene = session_scene(session);
    Error err = {0};
    const char *name = scene.network->ops[scene.op].name;
    const int index[] = {scene.channel, scene.row, scene.column};
    GradcheckSite site;
    if (pass_skip_mode(session->exp.pass) == SKIP_CUT) {
        session_tell(session, NOTICE_ERROR,
                     "with 'cut' the backward pass is not the derivative of the forward pass, on purpose");
        return;
    }
    if (network_macs(scene.network) > MACS_MAX) {
        session_tell(session, NOTICE_ERROR, "%s is too large to check at once: skipscope gradcheck --op %s",
                     scene.network->arch, name);
        return;
    }
    if (!pass_grad(session->exp.pass, scene.op).data) {
        session_tell(session, NOTICE_ERROR, "%s has no gradient yet: run the pass backward to it first",
                     name);
        return;
    }
    if (!gradcheck_find(session->exp.pass, name, index, 3, &site, &err)) {
        session_tell(session, NOTICE_ERROR, "%s", err.text);
        return;
    }
    Gradcheck *check = gradcheck_new(session->exp.pass, site, &err);
    for (int k = 0; check && k < GRADCHECK_STEPS; k++) gradcheck_step(check, k);
    if (check)
        tell(session, site, check);
    else
        session_tell(session, NOTICE_ERROR, "%s", err.text);
    gradcheck_free(check);
}
