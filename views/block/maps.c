#include "views/block/maps.h"

#include <math.h>
#include <stdio.h>

#include "core/inspect/block_figures.h"
#include "views/scene/scale.h"

static void add_map(BlockMaps *maps, const char *name, BlockMap map) {
    snprintf(map.name, sizeof map.name, "%s", name);
    maps->maps[maps->count++] = map;
}

int block_channel(const Scene *scene, int block) {
    int last = scene->network->ops[scene->network->blocks[block].output].out.c - 1;
    return scene->channel < last ? scene->channel : last;
}

static void add_act(BlockMaps *maps, const Scene *scene, const char *name, int op, int channel, double l2) {
    add_map(maps, name,
            (BlockMap){.tensor = pass_act(scene->pass, op),
                       .channel = channel,
                       .l2 = l2,
                       .is_signed = pass_act_stats(scene->pass, op).negative > 0,
                       .profile = pass_act_profile(scene->pass, op)});
}

static void add_grad(BlockMaps *maps, const Scene *scene, const char *name, int op, int channel, double l2) {
    add_map(maps, name,
            (BlockMap){.tensor = pass_grad(scene->pass, op),
                       .channel = channel,
                       .l2 = l2,
                       .profile = pass_grad_profile(scene->pass, op)});
}

static void collect_forward(BlockMaps *maps, const Scene *scene, int block) {
    const Block *b = &scene->network->blocks[block];
    BlockForward f = block_forward(scene->pass, block);
    int c = block_channel(scene, block), in = block_input_channel(scene->network, block, c);
    add_act(maps, scene, "x", b->input, in, f.x);
    if (b->shortcut_last != b->input && b->shortcut != SHORTCUT_NONE)
        add_act(maps, scene, "shortcut(x)", b->shortcut_last, c, f.shortcut);
    add_act(maps, scene, "F(x)", b->branch_last, c, f.branch);
    if (b->add >= 0) add_act(maps, scene, "sum", b->add, c, f.sum);
    add_act(maps, scene, "y", b->output, c, f.y);
}

/* In the order the gradient comes: y, past the activation, the two ways, x. */
static void collect_backward(BlockMaps *maps, const Scene *scene, int block) {
    const Block *b = &scene->network->blocks[block];
    BlockBackward g = block_backward(scene->pass, block);
    int c = block_channel(scene, block), in = block_input_channel(scene->network, block, c);
    const Pass *pass = scene->pass;
    char past[BLOCK_MAP_NAME_MAX];
    snprintf(past, sizeof past, "g past %s", network_activation(scene->network)->title);
    add_grad(maps, scene, "g at y", b->output, c, g.y);
    add_grad(maps, scene, past, b->add >= 0 ? b->add : b->branch_last, c, g.sum);
    if (b->shortcut != SHORTCUT_NONE) {
        add_map(maps, "through skip",
                (BlockMap){.tensor = pass_route_grad(pass, block, ROUTE_SKIP),
                           .channel = in,
                           .l2 = g.skip,
                           .profile = pass_route_profile(pass, block, ROUTE_SKIP)});
        add_map(maps, "through F",
                (BlockMap){.tensor = pass_route_grad(pass, block, ROUTE_BRANCH),
                           .channel = in,
                           .l2 = g.branch,
                           .profile = pass_route_profile(pass, block, ROUTE_BRANCH)});
    }
    add_grad(maps, scene, "g at x", b->input, in, g.x);
}

/* Finite values of `count` channels from `first` on. */
static void widen_range(Tensor tensor, int first, int count, double range[2]) {
    size_t channels = (size_t)tensor.shape.c, pixels = shape_count(tensor.shape) / channels;
    size_t end = (size_t)first + (size_t)count < channels ? (size_t)first + (size_t)count : channels;
    for (size_t j = 0; j < pixels; j++) {
        for (size_t c = (size_t)first; c < end; c++) {
            double value = (double)tensor.data[j * channels + c];
            if (!isfinite(value)) continue;
            range[0] = fmin(range[0], value);
            range[1] = fmax(range[1], value);
        }
    }
}

static void widen_by_map(const Scene *scene, const BlockMap *map, double range[2]) {
    int first = 0, count = map->tensor.shape.c;
    if (scene->settings.scope == SCOPE_MAP) first = map->channel, count = 1;
    if (scene->settings.scope == SCOPE_GROUP)
        first = map->channel / SCOPE_GROUP_CHANNELS * SCOPE_GROUP_CHANNELS, count = SCOPE_GROUP_CHANNELS;
    if (map->tensor.data) widen_range(map->tensor, first, count, range);
}

/* The robust end of the scale of all maps together: the largest of theirs. 0: it is not known for all. */
static double common_reach(const BlockMaps *maps) {
    double reach = 0;
    for (int k = 0; k < maps->count; k++) {
        if (!maps->maps[k].tensor.data) continue;
        if (!maps->maps[k].profile) return 0;
        reach = fmax(reach, maps->maps[k].profile->reach);
    }
    return reach;
}

static Scale scale_of_maps(const Scene *scene, const BlockMaps *maps, int block) {
    double range[2] = {0, 0}, wide[2];
    bool backward = scene->phase == PHASE_BACKWARD;
    for (int k = 0; k < maps->count; k++) widen_by_map(scene, &maps->maps[k], range);
    if ((scene->settings.scope == SCOPE_STAGE || scene->settings.scope == SCOPE_NETWORK) &&
        scene_wide_range(scene, scene->network->blocks[block].output, scene->phase, &wide[0], &wide[1])) {
        range[0] = fmin(range[0], wide[0]);
        range[1] = fmax(range[1], wide[1]);
    }
    Scale scale = scale_of(range[0], range[1], backward || range[0] < 0);
    double reach = scene_clips(scene, scene->phase) ? common_reach(maps) : 0;
    if (reach <= 0 || reach >= scale.hi) return scale;
    scale = scale_of(scale.is_signed ? -reach : 0, reach, scale.is_signed);
    scale.clipped = true;
    return scale;
}

static bool is_signed_map(const Scene *scene, const BlockMap *map) {
    return scene->phase == PHASE_BACKWARD || map->is_signed;
}

/* Its own, where the values are there to make one. */
static Scale scale_of_map(const Scene *scene, const BlockMap *map, Scale common) {
    if (!map->tensor.data) return common;
    Spread spread = channel_spread(map->tensor, map->channel);
    return spread.known ? scene_scale_of_spread(scene, &spread, is_signed_map(scene, map)) : common;
}

Scale block_overview_scale(const Scene *scene, const BlockMap *map) {
    bool known = map->profile && map->profile->spread.known;
    if (scene->settings.scope != SCOPE_AUTO || !known) return map->scale;
    return scene_scale_of_spread(scene, &map->profile->spread, is_signed_map(scene, map));
}

BlockMaps block_maps_collect(const Scene *scene, int block) {
    BlockMaps maps = {.count = 0};
    if (scene->phase == PHASE_BACKWARD)
        collect_backward(&maps, scene, block);
    else
        collect_forward(&maps, scene, block);
    maps.own_scales = scene->settings.scope == SCOPE_AUTO;
    Scale common = scale_of_maps(scene, &maps, block);
    for (int k = 0; k < maps.count; k++)
        maps.maps[k].scale = maps.own_scales ? scale_of_map(scene, &maps.maps[k], common) : common;
    return maps;
}
