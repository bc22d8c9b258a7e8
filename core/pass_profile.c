/* Profiles of a pass's tensors, made when they are asked for. */
#include "core/pass_state.h"

static bool make(Pass *pass, Profile *profile, Tensor tensor) {
    if (!tensor.data || profile->known) return true;
    size_t channels = (size_t)tensor.shape.c;
    if (!profile->channels) profile->channels = arena_alloc(pass->arena, channels, sizeof *profile->channels);
    if (!profile->ranking) profile->ranking = arena_alloc(pass->arena, channels, sizeof *profile->ranking);
    return profile->channels && profile->ranking && profile_compute(profile, tensor);
}

bool pass_profile_update(Pass *pass, int op) {
    bool act = make(pass, &pass->nodes[op].act_profile, pass_act(pass, op));
    return make(pass, &pass->nodes[op].grad_profile, pass_grad(pass, op)) && act;
}

const Profile *pass_act_profile(const Pass *pass, int op) {
    const Profile *profile = &pass->nodes[op].act_profile;
    return profile->known && pass_act(pass, op).data ? profile : NULL;
}

const Profile *pass_grad_profile(const Pass *pass, int op) {
    const Profile *profile = &pass->nodes[op].grad_profile;
    return profile->known && pass_grad(pass, op).data ? profile : NULL;
}
