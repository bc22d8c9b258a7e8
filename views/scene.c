#include "views/scene.h"

#include <math.h>

const char *scope_name(ScopeKind scope) {
    return scope == SCOPE_MAP ? "map" : "layer";
}

static bool is_difference(const Scene *scene, int op, Phase phase) {
    return scene->twin && scene->twin->difference && op == scene->op && phase == scene->phase;
}

Tensor scene_tensor(const Scene *scene, int op, Phase phase) {
    if (is_difference(scene, op, phase)) return *scene->twin->difference;
    return phase == PHASE_FORWARD ? pass_act(scene->pass, op) : pass_grad(scene->pass, op);
}

Stats scene_stats(const Scene *scene, int op, Phase phase) {
    if (is_difference(scene, op, phase)) return scene->twin->difference_stats;
    return phase == PHASE_FORWARD ? pass_act_stats(scene->pass, op) : pass_grad_stats(scene->pass, op);
}

int scene_partner(const Network *other, const Network *network, int op) {
    int found = network_find_op(other, network->ops[op].name);
    while (found < 0 && op > 0) found = network_find_op(other, network->ops[--op].name);
    return found < 0 ? 0 : found;
}

bool scene_is_signed(const Scene *scene, int op, Phase phase) {
    if (is_difference(scene, op, phase)) return true;
    return phase == PHASE_BACKWARD || scene_stats(scene, op, phase).negative > 0;
}

/* Smallest and largest finite value of one channel of the first image. */
static void channel_range(Tensor tensor, int channel, double *min, double *max) {
    PlotMap map = plot_map_of(tensor, 0, channel);
    *min = *max = 0;
    bool first = true;
    for (int j = 0; j < map.width * map.height; j++) {
        double value = (double)map.data[(size_t)j * (size_t)map.stride];
        if (value - value != 0) continue;
        if (first || value < *min) *min = value;
        if (first || value > *max) *max = value;
        first = false;
    }
}

static Scale own_scale(const Scene *scene, int op, Phase phase, int channel) {
    Stats stats = scene_stats(scene, op, phase);
    Tensor tensor = scene_tensor(scene, op, phase);
    double min = stats.min, max = stats.max;
    if (scene->scope == SCOPE_MAP && tensor.data) channel_range(tensor, channel, &min, &max);
    bool is_signed = scene_is_signed(scene, op, phase);
    /* A map of non-negative values starts at 0, so that "dark" always means "nothing there". */
    return scale_of(is_signed ? min : 0, max, is_signed);
}

/* With a twin one scale holds for both sides, or their colours could not be compared. */
Scale scene_scale(const Scene *scene, int op, Phase phase, int channel) {
    Scale own = own_scale(scene, op, phase, channel);
    if (!scene->twin || is_difference(scene, op, phase)) return own;
    const Scene *other = scene->twin->scene;
    int partner = scene_partner(other->network, scene->network, op);
    if (!scene_stats(other, partner, phase).known || channel >= other->network->ops[partner].out.c)
        return own;
    Scale theirs = own_scale(other, partner, phase, channel);
    return scale_of(fmin(own.lo, theirs.lo), fmax(own.hi, theirs.hi), own.is_signed || theirs.is_signed);
}

PaletteId scene_palette(const Scene *scene, Scale scale) {
    return scale.is_signed ? scene->signed_palette : scene->palette;
}
