/* Profiles of a pass's tensors, made when they are asked for. */
#include "core/pass/state.h"

static bool make(Pass *pass, Profile *profile, Tensor tensor) {
    if (!tensor.data || profile->known) return true;
    size_t channels = (size_t)tensor.shape.c;
    if (!profile->channels) profile->channels = arena_alloc(pass->arena, channels, sizeof *profile->channels);
    if (!profile->ranking) profile->ranking = arena_alloc(pass->arena, channels, sizeof *profile->ranking);
    return profile->channels && profile->ranking && profile_compute(profile, tensor);
}

static bool has_routes(const Pass *pass, int block) {
    return pass_keeps_routes(pass) && pass->network->blocks[block].shortcut != SHORTCUT_NONE;
}

static bool make_with_channel(Pass *pass, Profile *profile, Tensor tensor, int channel) {
    if (!make(pass, profile, tensor)) return false;
    return !tensor.data || channel < 0 || profile_channel(profile, tensor, channel);
}

bool pass_profile_update(Pass *pass, int op, int channel) {
    Node *node = &pass->nodes[op];
    bool ok = make_with_channel(pass, &node->act_profile, pass_act(pass, op), channel);
    ok = make_with_channel(pass, &node->grad_profile, pass_grad(pass, op), channel) && ok;
    if (node->block < 0 || !has_routes(pass, node->block)) return ok;
    RouteParts *route = &pass->routes[node->block];
    ok = make(pass, &route->skip_profile, pass_route_grad(pass, node->block, ROUTE_SKIP)) && ok;
    return make(pass, &route->branch_profile, pass_route_grad(pass, node->block, ROUTE_BRANCH)) && ok;
}

const Profile *pass_route_profile(const Pass *pass, int block, Route route) {
    const Profile *profile =
        route == ROUTE_SKIP ? &pass->routes[block].skip_profile : &pass->routes[block].branch_profile;
    if (!has_routes(pass, block))
        return route == ROUTE_BRANCH ? pass_grad_profile(pass, pass->network->blocks[block].input) : NULL;
    return profile->known && pass_route_grad(pass, block, route).data ? profile : NULL;
}

const Profile *pass_act_profile(const Pass *pass, int op) {
    const Profile *profile = &pass->nodes[op].act_profile;
    return profile->known && pass_act(pass, op).data ? profile : NULL;
}

const Profile *pass_grad_profile(const Pass *pass, int op) {
    const Profile *profile = &pass->nodes[op].grad_profile;
    return profile->known && pass_grad(pass, op).data ? profile : NULL;
}
