/* The figures that the settings ask for. */
#include <stdio.h>
#include <string.h>

#include "app/session/session_state.h"
#include "core/base/integer.h"
#include "core/inspect/block_figures.h"

/* Elements that are profiled in a few milliseconds: while a pass runs and the selection follows it, larger
 * tensors wait until it has come to rest. */
enum { QUICK_COUNT = 1 << 16 };

static bool looks_forward(const Session *session) {
    return session->exp.at < session_network(session)->op_count;
}

/* Of what an operation shows in the direction that is looked at. */
static const Profile *profile_of(const Session *session, const Pass *pass, int op) {
    return looks_forward(session) ? pass_act_profile(pass, op) : pass_grad_profile(pass, op);
}

static int wanted_channel(const Session *session, const Pass *pass, int op) {
    const Place *wanted = &session->exp.wanted;
    const Profile *profile = profile_of(session, pass, op);
    if (!wanted->has_channel) return profile ? profile->ranking[0] : 0;
    return integer_clamp(wanted->channel, 0, pass_network(pass)->ops[op].out.c - 1);
}

void session_look_place(const Session *session, Scene *scene) {
    const Place *wanted = &session->exp.wanted;
    const Profile *profile = profile_of(session, scene->pass, scene->op);
    Shape out = scene_shape(scene);
    scene->channel = wanted_channel(session, scene->pass, scene->op);
    size_t peak = profile && !wanted->has_cell ? profile->channels[scene->channel].peak : 0;
    int row = wanted->has_cell ? wanted->row : (int)peak / out.w;
    int column = wanted->has_cell ? wanted->column : (int)peak % out.w;
    scene->row = integer_clamp(row, 0, out.h - 1);
    scene->column = integer_clamp(column, 0, out.w - 1);
}

/* The other side of a comparison shows the channel of this one. */
static int shown_channel(const Session *session, const Pass *pass, int op) {
    const Pass *own = session->exp.pass;
    if (pass == own) return wanted_channel(session, own, op);
    int selected = scene_op_at(pass_network(own), session->exp.at);
    return integer_min(wanted_channel(session, own, selected), pass_network(pass)->ops[op].out.c - 1);
}

static void prepare_op(const Session *session, Pass *pass, int op) {
    Shape shape = pass_network(pass)->ops[op].out;
    bool quick = shape_count(shape) <= QUICK_COUNT;
    if (!quick && session->exp.job.kind != JOB_NONE) return;
    /* Which channel that is may be known only once the others have been measured. */
    bool measured = pass_profile_update(pass, op, -1);
    if (measured) pass_profile_update(pass, op, shown_channel(session, pass, op));
}

static void prepare_figures(const Session *session, Pass *pass, int op) {
    const Network *network = pass_network(pass);
    prepare_op(session, pass, op);
    if (session->look.view == VIEW_INPUT) prepare_op(session, pass, 0);
    if (session->look.view == VIEW_STEP)
        for (int k = 0; k < network->ops[op].input_count; k++)
            prepare_op(session, pass, network->ops[op].inputs[k]);
    if (session->look.view != VIEW_BLOCK) return;
    const Block *b = &network->blocks[block_of_op(network, op)];
    prepare_op(session, pass, b->input);
    for (int i = b->branch_last; i <= b->output; i++) prepare_op(session, pass, i);
}

/* Short of memory the figures stay unknown, and the views leave them out. */
void session_look_prepare(Session *session) {
    int op = scene_op_at(session_network(session), session->exp.at);
    prepare_figures(session, session->exp.pass, op);
    Pass *other = session->twin.show == TWIN_OFF ? NULL : session->twin.pass;
    if (other)
        prepare_figures(session, other, scene_partner(pass_network(other), session_network(session), op));
    session_overlay_prepare(session);
}

void session_look_scene(const Session *session, Scene *scene) {
    const Profile *profile = NULL;
    if (session->look.settings.order == ORDER_ENERGY)
        profile = profile_of(session, session->exp.pass, scene->op);
    if (session->look.settings.order == ORDER_ACTIVATION)
        profile = pass_act_profile(session->exp.pass, scene->op);
    if (session->look.settings.order == ORDER_GRADIENT)
        profile = pass_grad_profile(session->exp.pass, scene->op);
    scene->ranking = profile ? profile->ranking : NULL;
    scene->ranking_count = profile ? scene->network->ops[scene->op].out.c : 0;
    scene->overlay = session->look.overlays[0].shown;
}
