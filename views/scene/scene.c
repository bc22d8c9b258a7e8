#include "views/scene/scene.h"

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

const char *scene_picture_name(const Scene *scene) {
    return scene->hides_answer ? "the picture" : scene->image_name;
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

bool scene_is_ranked(const Scene *scene) {
    return scene->ranking && scene->ranking_count == scene->network->ops[scene->op].out.c;
}

int scene_channel_at(const Scene *scene, int place) {
    return scene_is_ranked(scene) && place >= 0 && place < scene->ranking_count ? scene->ranking[place]
                                                                                : place;
}

int scene_place_of(const Scene *scene, int channel) {
    for (int k = 0; scene_is_ranked(scene) && k < scene->ranking_count; k++)
        if (scene->ranking[k] == channel) return k;
    return channel;
}

const Profile *scene_profile(const Scene *scene, int op, Phase phase) {
    if (is_difference(scene, op, phase)) return NULL;
    return phase == PHASE_FORWARD ? pass_act_profile(scene->pass, op) : pass_grad_profile(scene->pass, op);
}

PlotPooling scene_pooling(const Scene *scene, Phase phase, MapUse use) {
    if (scene->settings.pooling == POOLING_AUTO)
        return phase == PHASE_BACKWARD || use == MAP_FOCUS ? PLOT_LARGEST : PLOT_MEAN;
    return scene->settings.pooling == POOLING_LARGEST ? PLOT_LARGEST : PLOT_MEAN;
}
