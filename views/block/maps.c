#include "views/block/maps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/inspect/block_figures.h"
#include "views/scene/scale.h"

int block_channel(const Scene *scene, int block) {
    int last = scene->network->ops[scene->network->blocks[block].output].out.c - 1;
    return scene->channel < last ? scene->channel : last;
}

static void add_act(BlockMaps *maps, const Scene *scene, int op, int channel, BlockMap map) {
    map.op = op;
    map.tensor = pass_act(scene->pass, op);
    map.channel = channel;
    map.is_signed = pass_act_stats(scene->pass, op).negative > 0;
    map.profile = pass_act_profile(scene->pass, op);
    maps->maps[maps->count++] = map;
}

static void add_grad(BlockMaps *maps, const Scene *scene, int op, int channel, BlockMap map) {
    map.op = op;
    map.tensor = pass_grad(scene->pass, op);
    map.channel = channel;
    map.is_signed = true;
    map.profile = pass_grad_profile(scene->pass, op);
    maps->maps[maps->count++] = map;
}

static void add_route(BlockMaps *maps, const Scene *scene, int block, Route route, BlockMap map) {
    int input = scene->network->blocks[block].input;
    map.op = -1;
    map.tensor = pass_route_grad(scene->pass, block, route);
    if (!map.tensor.data) map.tensor.shape = scene->network->ops[input].out;
    map.is_signed = true;
    map.profile = pass_route_profile(scene->pass, block, route);
    maps->maps[maps->count++] = map;
}

static void collect_forward(BlockMaps *maps, const Scene *scene, int block) {
    const Block *b = &scene->network->blocks[block];
    BlockForward f = block_forward(scene->pass, block);
    int c = block_channel(scene, block), in = block_input_channel(scene->network, block, c);
    bool skip = b->shortcut != SHORTCUT_NONE, changes = skip && b->shortcut_last != b->input;
    BlockGates gates = block_gates(scene->pass, block, false);
    add_act(maps, scene, b->input, in,
            (BlockMap){.name = "x", .words = "what came in", .norm = "|x|", .sign = "", .l2 = f.x});
    if (skip && !changes) maps->maps[0].part = BLOCK_PART_SKIP;
    if (changes) {
        add_act(maps, scene, b->shortcut_last, c,
                (BlockMap){.name = "shortcut(x)",
                           .words = "what goes past",
                           .norm = "|s|",
                           .sign = "→",
                           .part = BLOCK_PART_SKIP,
                           .l2 = f.shortcut});
        maps->usual = 1;
    }
    add_act(maps, scene, b->branch_last, c,
            (BlockMap){.name = "F(x)",
                       .words = !skip || gates.skip_closed ? "is all"
                                : gates.branch_closed       ? "is not added"
                                                            : "is added",
                       .norm = "|F|",
                       .sign = skip && !gates.skip_closed ? "+" : "→",
                       .part = BLOCK_PART_BRANCH,
                       .l2 = f.branch});
    if (b->add >= 0)
        add_act(
            maps, scene, b->add, c,
            (BlockMap){.name = "sum",
                       .words = gates.skip_closed     ? "F(x) alone"
                                : gates.branch_closed ? "without F(x)"
                                                      : "x and F(x) together",
                       .norm = "|sum|",
                       .sign = "=",
                       .l2 = f.sum});
    add_act(maps, scene, b->output, c,
            (BlockMap){.name = "y", .words = "what goes on", .norm = "|y|", .sign = "→", .l2 = f.y});
}

/* In the order the gradient comes: y, past the activation, the two ways, x. */
static void collect_backward(BlockMaps *maps, const Scene *scene, int block) {
    const Block *b = &scene->network->blocks[block];
    BlockBackward g = block_backward(scene->pass, block);
    int c = block_channel(scene, block), in = block_input_channel(scene->network, block, c);
    bool skip = b->shortcut != SHORTCUT_NONE;
    add_grad(
        maps, scene, b->output, c,
        (BlockMap){.name = "g at y", .words = "the gradient here", .norm = "|g|", .sign = "", .l2 = g.y});
    add_grad(
        maps, scene, b->add >= 0 ? b->add : b->branch_last, c,
        (BlockMap){.name = b->add >= 0 ? "g at sum" : "g at F", .words = "past the mask", .norm = "|g|", .sign = "→", .l2 = g.sum});
    if (skip) {
        add_route(maps, scene, block, ROUTE_SKIP,
                  (BlockMap){.name = "through skip",
                             .words = "",
                             .norm = "|g|",
                             .sign = "→",
                             .part = BLOCK_PART_SKIP,
                             .channel = in,
                             .l2 = g.skip});
        add_route(maps, scene, block, ROUTE_BRANCH,
                  (BlockMap){.name = "through F",
                             .words = "",
                             .norm = "|g|",
                             .sign = "+",
                             .part = BLOCK_PART_BRANCH,
                             .channel = in,
                             .l2 = g.branch});
        maps->usual = 2;
    }
    add_grad(maps, scene, b->input, in,
             (BlockMap){.name = "g at x",
                        .words = "what goes on back",
                        .norm = "|g|",
                        .sign = skip ? "=" : "→",
                        .l2 = g.x});
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

/* All maps that share a scale: those of the block, and with a twin those of its other side. */
typedef struct Pool {
    const BlockMap *maps[2 * BLOCK_MAPS_MAX];
    int count;
} Pool;

static void add_computed(Pool *pool, const BlockMaps *maps) {
    for (int k = 0; k < maps->count; k++)
        if (maps->maps[k].tensor.data) pool->maps[pool->count++] = &maps->maps[k];
}

/* The robust end of the scale of all maps together: the largest of theirs. 0: it is not known for all. */
static double common_reach(const Pool *pool) {
    double reach = 0;
    for (int k = 0; k < pool->count; k++) {
        if (!pool->maps[k]->profile) return 0;
        reach = fmax(reach, pool->maps[k]->profile->reach);
    }
    return reach;
}

static Scale scale_by_hand(const Scene *scene, const Pool *pool, int block) {
    double range[2] = {0, 0}, wide[2];
    bool backward = scene->phase == PHASE_BACKWARD;
    for (int k = 0; k < pool->count; k++) widen_by_map(scene, pool->maps[k], range);
    if ((scene->settings.scope == SCOPE_STAGE || scene->settings.scope == SCOPE_NETWORK) &&
        scene_wide_range(scene, scene->network->blocks[block].output, scene->phase, &wide[0], &wide[1])) {
        range[0] = fmin(range[0], wide[0]);
        range[1] = fmax(range[1], wide[1]);
    }
    Scale scale = scale_of(range[0], range[1], backward || range[0] < 0);
    double reach = scene_clips(scene, scene->phase) ? common_reach(pool) : 0;
    if (reach <= 0 || reach >= scale.hi) return scale;
    scale = scale_of(scale.is_signed ? -reach : 0, reach, scale.is_signed);
    scale.clipped = true;
    return scale;
}

static size_t pixels_of(const BlockMap *map) {
    return (size_t)map->tensor.shape.h * (size_t)map->tensor.shape.w;
}

/* How the values of all maps lie, taken together; `room` for as many again. */
static Spread spread_of_values(const Pool *pool, real *values, real *room) {
    size_t count = 0;
    for (int k = 0; k < pool->count; k++) {
        const BlockMap *map = pool->maps[k];
        size_t stride = (size_t)map->tensor.shape.c;
        for (size_t j = 0; j < pixels_of(map); j++)
            values[count++] = map->tensor.data[j * stride + (size_t)map->channel];
    }
    return values_spread(values_percentiles(values, count, 1, room), values, count, 1, room);
}

static Spread common_spread(const Pool *pool) {
    Spread spread = {.known = false};
    size_t count = 0;
    for (int k = 0; k < pool->count; k++) count += pixels_of(pool->maps[k]);
    if (count == 0) return spread;
    real *values = malloc(2 * count * sizeof *values);
    if (values) spread = spread_of_values(pool, values, values + count);
    free(values);
    return spread;
}

static Scale common_scale(const Scene *scene, const Pool *pool, int block) {
    Spread spread = {.known = false};
    bool is_signed = false;
    if (scene->settings.scope == SCOPE_AUTO) spread = common_spread(pool);
    for (int k = 0; k < pool->count; k++) is_signed = is_signed || pool->maps[k]->is_signed;
    return spread.known ? scene_scale_of_spread(scene, &spread, is_signed)
                        : scale_by_hand(scene, pool, block);
}

static BlockMaps collect(const Scene *scene, int block) {
    BlockMaps maps = {.count = 0};
    if (scene->phase == PHASE_BACKWARD)
        collect_backward(&maps, scene, block);
    else
        collect_forward(&maps, scene, block);
    return maps;
}

/* Of one map of the equation, and with a twin of its like on the other side. */
static Scale scale_of_one(const Scene *scene, const BlockMaps *maps, const BlockMap *map,
                          const BlockMaps *theirs) {
    Pool pool = {.count = 0};
    if (!maps->own_scales || !map->tensor.data) return maps->scale;
    pool.maps[pool.count++] = map;
    for (int k = 0; k < theirs->count; k++)
        if (theirs->maps[k].tensor.data && strcmp(theirs->maps[k].name, map->name) == 0)
            pool.maps[pool.count++] = &theirs->maps[k];
    Spread spread = common_spread(&pool);
    return spread.known ? scene_scale_of_spread(scene, &spread, maps->scale.is_signed) : maps->scale;
}

BlockMaps block_maps_collect(const Scene *scene, int block) {
    BlockMaps maps = collect(scene, block), theirs = {.count = 0};
    Pool pool = {.count = 0};
    if (scene->twin && !scene->twin->difference) {
        const Scene *other = scene->twin->scene;
        theirs = collect(other, block_of_op(other->network, other->op));
    }
    add_computed(&pool, &maps);
    add_computed(&pool, &theirs);
    maps.scale = common_scale(scene, &pool, block);
    maps.own_scales = scene->settings.scope == SCOPE_AUTO && scene->phase == PHASE_FORWARD;
    for (int k = 0; k < maps.count; k++)
        maps.maps[k].scale = scale_of_one(scene, &maps, &maps.maps[k], &theirs);
    return maps;
}
