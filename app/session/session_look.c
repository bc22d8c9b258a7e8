/* How maps are looked at: order of the channels, colours, scales; and the figures that takes. */
#include <stdio.h>
#include <string.h>

#include "app/session/session_state.h"
#include "core/inspect/block_figures.h"

/* Elements that are profiled in a few milliseconds: while a pass runs and the selection follows it, larger
 * tensors wait until it has come to rest. */
enum { QUICK_COUNT = 1 << 16 };

static void prepare_op(const Session *session, Pass *pass, int op) {
    Shape shape = pass_network(pass)->ops[op].out;
    bool quick = shape_count(shape) <= QUICK_COUNT;
    int channel = session->exp.wanted.channel < shape.c ? session->exp.wanted.channel : shape.c - 1;
    if (quick || session->exp.job.kind == JOB_NONE) pass_profile_update(pass, op, channel);
}

static void prepare(const Session *session, Pass *pass, int op) {
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
    prepare(session, session->exp.pass, op);
    Pass *other = session->twin.show == TWIN_OFF ? NULL : session->twin.pass;
    if (other) prepare(session, other, scene_partner(pass_network(other), session_network(session), op));
    session_overlay_prepare(session);
}

void session_look_scene(const Session *session, Scene *scene) {
    const Profile *profile = NULL;
    if (session->look.order == ORDER_ACTIVATION) profile = pass_act_profile(session->exp.pass, scene->op);
    if (session->look.order == ORDER_GRADIENT) profile = pass_grad_profile(session->exp.pass, scene->op);
    scene->order = session->look.order;
    scene->ranking = profile ? profile->ranking : NULL;
    scene->ranking_count = profile ? scene->network->ops[scene->op].out.c : 0;
    scene->scope = session->look.scope;
    scene->palette = session->look.palettes.magnitude;
    scene->signed_palette = session->look.palettes.activation;
    scene->gradient_palette = session->look.palettes.gradient;
    scene->weight_palette = session->look.palettes.weight;
    scene->pooling = session->look.pooling;
    scene->clip = session->look.clip;
    scene->overlay = session->look.overlays[0].shown;
}

/* The place of a word in a list, the next place after `now` for no word, -1 for an unknown one. */
static int choose(const char *word, const char *const *words, int count, int now) {
    if (*word == '\0') return (now + 1) % count;
    for (int k = 0; k < count; k++)
        if (strcmp(word, words[k]) == 0) return k;
    return -1;
}

bool session_do_order(Session *session, const Action *action, Error *err) {
    static const char *const words[ORDER_COUNT] = {"index", "activation", "gradient"};
    int found = choose(action->text, words, ORDER_COUNT, (int)session->look.order);
    if (found < 0)
        return error_set(err, ERROR_USAGE, "order: expected index, activation or gradient, found '%s'",
                         action->text);
    session->look.order = (ChannelOrder)found;
    int op = scene_op_at(session_network(session), session->exp.at);
    bool known = session->look.order == ORDER_ACTIVATION ? pass_act(session->exp.pass, op).data != NULL
                                                         : pass_grad(session->exp.pass, op).data != NULL;
    if (session->look.order == ORDER_INDEX)
        session_tell(session, NOTICE_INFO, "channels by index");
    else
        session_tell(session, NOTICE_INFO, "channels by the l2 of their %s, largest first%s", words[found],
                     known ? "" : "; it is not computed yet: by index until it is");
    return true;
}

bool session_do_scope(Session *session, const Action *action, Error *err) {
    static const char *const words[SCOPE_COUNT] = {"map", "group", "layer", "stage", "network"};
    static const char *const spans[SCOPE_COUNT] = {
        "each map by itself", "groups of 16 channels, as they stand", "all channels of the operation",
        "all operations of the stage that are computed", "all operations of the network that are computed"};
    int found = choose(action->text, words, SCOPE_COUNT, (int)session->look.scope);
    if (found < 0)
        return error_set(err, ERROR_USAGE, "scope: expected map, group, layer, stage or network, found '%s'",
                         action->text);
    session->look.scope = (ScopeKind)found;
    session_tell(session, NOTICE_INFO, "colour scale over the %s: %s", words[found], spans[found]);
    return true;
}

bool session_do_pooling(Session *session, const Action *action, Error *err) {
    static const char *const words[POOLING_COUNT] = {"auto", "mean", "largest"};
    static const char *const means[POOLING_COUNT] = {"activations by mean, gradients by largest magnitude",
                                                     "by mean", "by largest magnitude"};
    int found = choose(action->text, words, POOLING_COUNT, (int)session->look.pooling);
    if (found < 0)
        return error_set(err, ERROR_USAGE, "pooling: expected auto, mean or largest, found '%s'",
                         action->text);
    session->look.pooling = (PoolingChoice)found;
    session_tell(session, NOTICE_INFO, "maps are shrunk %s: %s", words[found], means[found]);
    return true;
}

bool session_do_clip(Session *session, const Action *action, Error *err) {
    static const char *const words[CLIP_COUNT] = {"auto", "off", "on"};
    int found = choose(action->text, words, CLIP_COUNT, (int)session->look.clip);
    if (found < 0)
        return error_set(err, ERROR_USAGE, "clip: expected auto, off or on, found '%s'", action->text);
    session->look.clip = (ClipChoice)found;
    session_tell(session, NOTICE_INFO, "the scale of a layer leaves out its largest 0.5%%: %s",
                 found == CLIP_AUTO ? "for gradients only (auto)" : words[found]);
    return true;
}

/* The palette for a use; the three diverging ones differ, so that one sees what kind of number is shown. */
static PaletteId *palette_for(Session *session, PaletteUse use) {
    switch (use) {
    case PALETTE_USE_MAGNITUDE: break;
    case PALETTE_USE_ACTIVATION: return &session->look.palettes.activation;
    case PALETTE_USE_GRADIENT: return &session->look.palettes.gradient;
    case PALETTE_USE_WEIGHT: return &session->look.palettes.weight;
    }
    return &session->look.palettes.magnitude;
}

/* What the selected tensor uses. */
static PaletteUse use_shown(const Session *session) {
    Scene scene = session_scene(session);
    if (!scene_is_signed(&scene, scene.op, scene.phase)) return PALETTE_USE_MAGNITUDE;
    return scene.phase == PHASE_BACKWARD ? PALETTE_USE_GRADIENT : PALETTE_USE_ACTIVATION;
}

static const char *use_words(PaletteUse use) {
    switch (use) {
    case PALETTE_USE_MAGNITUDE: break;
    case PALETTE_USE_ACTIVATION: return "signed activations";
    case PALETTE_USE_GRADIENT: return "gradients";
    case PALETTE_USE_WEIGHT: return "weights";
    }
    return "values that are never negative";
}

static void tell_palette(Session *session, PaletteUse use) {
    session_tell(session, NOTICE_INFO, "palette %s for %s", palette_name(*palette_for(session, use)),
                 use_words(use));
}

/* "NAME", or "gradients NAME" for a use other than the shown one; without a word the next for what is shown.
 */
bool session_do_palette(Session *session, const Action *action, Error *err) {
    static const struct {
        const char *word;
        PaletteUse use;
    } uses[] = {{"activations ", PALETTE_USE_ACTIVATION},
                {"gradients ", PALETTE_USE_GRADIENT},
                {"weights ", PALETTE_USE_WEIGHT}};
    PaletteUse use = use_shown(session);
    const char *text = action->text, *name = text;
    for (size_t k = 0; k < sizeof uses / sizeof uses[0]; k++) {
        size_t length = strlen(uses[k].word);
        if (strncmp(text, uses[k].word, length) == 0) use = uses[k].use, name = text + length;
    }
    PaletteId found = *palette_for(session, use);
    if (*name == '\0') {
        bool diverging = use != PALETTE_USE_MAGNITUDE;
        do found = (PaletteId)((found + 1) % PALETTE_COUNT);
        while (palette_is_diverging(found) != diverging);
    } else if (!palette_find(name, &found)) {
        return error_set(err, ERROR_USAGE,
                         "palette: expected viridis, cividis, magma or gray, or for signed values rdbu, "
                         "blue-orange, piyg, green-magenta, puor or purple-gold, found '%s'",
                         name);
    }
    if (!palette_is_diverging(found))
        use = PALETTE_USE_MAGNITUDE;
    else if (use == PALETTE_USE_MAGNITUDE)
        use = PALETTE_USE_ACTIVATION;
    *palette_for(session, use) = found;
    tell_palette(session, use);
    return true;
}
