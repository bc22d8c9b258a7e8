#include "views/scene/scale.h"

#include <math.h>
#include <stdio.h>

typedef struct Range {
    double min, max;
    bool any;
} Range;

static void widen(Range *range, double min, double max) {
    if (isnan(min) || isnan(max)) return;
    range->min = range->any ? fmin(range->min, min) : min;
    range->max = range->any ? fmax(range->max, max) : max;
    range->any = true;
}

/* The finite values of one channel of the first image. */
static void widen_by_channel(Range *range, const Profile *profile, Tensor tensor, int channel) {
    if (profile) {
        widen(range, profile->channels[channel].stats.min, profile->channels[channel].stats.max);
        return;
    }
    PlotMap map = plot_map_of(tensor, 0, channel);
    for (int j = 0; j < map.width * map.height; j++) {
        double value = (double)map.data[(size_t)j * (size_t)map.stride];
        if (isfinite(value)) widen(range, value, value);
    }
}

/* Groups are cut in the order shown: with the channels by activation, the loudest ones share a scale. Only
 * the selected op has an order of its own. */
static bool is_ranked(const Scene *scene, int op) {
    return op == scene->op && scene_is_ranked(scene);
}

static int group_first(const Scene *scene, int op, int channel) {
    int place = is_ranked(scene, op) ? scene_place_of(scene, channel) : channel;
    return place / SCOPE_GROUP_CHANNELS * SCOPE_GROUP_CHANNELS;
}

static int group_end(const Scene *scene, int op, int first) {
    int count = scene->network->ops[op].out.c, end = first + SCOPE_GROUP_CHANNELS;
    return end < count ? end : count;
}

static int stage_of(const Network *network, int op) {
    int block = network->ops[op].block;
    return block < 0 ? 0 : network->blocks[block].stage;
}

static bool is_map(const Op *op) {
    return op->out.h * op->out.w > 1;
}

bool scene_wide_range(const Scene *scene, int op, Phase phase, double *min, double *max) {
    const Network *network = scene->network;
    Range range = {.any = false};
    for (int i = 0; i < network->op_count; i++) {
        if (!is_map(&network->ops[i])) continue;
        if (scene->settings.scope == SCOPE_STAGE && stage_of(network, i) != stage_of(network, op)) continue;
        Stats stats = scene_stats(scene, i, phase);
        if (stats.known) widen(&range, stats.min, stats.max);
    }
    *min = range.min;
    *max = range.max;
    return range.any;
}

static Range range_of_channels(const Scene *scene, int op, Phase phase, int channel, ScopeKind scope) {
    Range range = {.any = false};
    const Profile *profile = scene_profile(scene, op, phase);
    Tensor tensor = scene_tensor(scene, op, phase);
    if (scope == SCOPE_MAP) {
        widen_by_channel(&range, profile, tensor, channel);
        return range;
    }
    int first = group_first(scene, op, channel), end = group_end(scene, op, first);
    bool ranked = is_ranked(scene, op);
    for (int k = first; k < end; k++)
        widen_by_channel(&range, profile, tensor, ranked ? scene_channel_at(scene, k) : k);
    return range;
}

bool scene_clips(const Scene *scene, Phase phase) {
    if (scene->settings.scope != SCOPE_LAYER) return false;
    return scene->settings.clip == CLIP_ON || (scene->settings.clip == CLIP_AUTO && phase == PHASE_BACKWARD);
}

/* A map of non-negative values starts at 0, so that "dark" always means "nothing there". */
static Scale scale_from(const Range *range, bool is_signed) {
    return scale_of(is_signed ? range->min : 0, range->max, is_signed);
}

Spread scene_spread(const Scene *scene, int op, Phase phase, int channel, MapUse use) {
    const Profile *profile = scene_profile(scene, op, phase);
    if (use == MAP_OVERVIEW) return profile ? profile->spread : (Spread){.known = false};
    if (profile && profile->channels[channel].percentiles.known) return profile->channels[channel].spread;
    Tensor tensor = scene_tensor(scene, op, phase);
    return tensor.data ? channel_spread(tensor, channel) : (Spread){.known = false};
}

Scale scene_scale_of_spread(const Scene *scene, const Spread *spread, bool is_signed) {
    bool clips = scene->settings.clip != CLIP_OFF;
    Scale scale = scale_by_quarters(clips ? spread->reach : spread->most, spread->quarter, is_signed);
    scale.clipped = clips;
    scale.outside = clips ? spread->outside : 0;
    scale.count = spread->count;
    return scale;
}

static Scale scale_by_hand(const Scene *scene, int op, Phase phase, int channel, ScopeKind scope) {
    Stats stats = scene_stats(scene, op, phase);
    Range range = {.min = stats.min, .max = stats.max, .any = true};
    bool is_signed = scene_is_signed(scene, op, phase);
    if (scope == SCOPE_STAGE || scope == SCOPE_NETWORK) {
        scene_wide_range(scene, op, phase, &range.min, &range.max);
        return scale_from(&range, is_signed || range.min < 0);
    }
    if (scope != SCOPE_LAYER && scene_tensor(scene, op, phase).data)
        range = range_of_channels(scene, op, phase, channel, scope);
    Scale scale = scale_from(&range, is_signed);
    const Profile *profile = scene_clips(scene, phase) ? scene_profile(scene, op, phase) : NULL;
    if (profile && profile->reach > 0 && profile->reach < scale.hi) {
        scale = scale_of(is_signed ? -profile->reach : 0, profile->reach, is_signed);
        scale.clipped = true;
    }
    return scale;
}

/* Where the scope is left to the program and the spread is not known, from the least to the largest value. */
static Scale own_scale(const Scene *scene, int op, Phase phase, int channel, MapUse use) {
    if (scene->settings.scope != SCOPE_AUTO)
        return scale_by_hand(scene, op, phase, channel, scene->settings.scope);
    Spread spread = scene_spread(scene, op, phase, channel, use);
    if (spread.known) return scene_scale_of_spread(scene, &spread, scene_is_signed(scene, op, phase));
    return scale_by_hand(scene, op, phase, channel, use == MAP_OVERVIEW ? SCOPE_LAYER : SCOPE_MAP);
}

/* Spans both. Quarters of two scales are averaged, so that they keep their order. */
static Scale scale_of_both(const Scale *own, const Scale *theirs) {
    bool is_signed = own->is_signed || theirs->is_signed;
    Scale both = scale_of(fmin(own->lo, theirs->lo), fmax(own->hi, theirs->hi), is_signed);
    if (own->by_quarters && theirs->by_quarters) {
        double quarter[SCALE_QUARTERS];
        for (int k = 0; k < SCALE_QUARTERS; k++) quarter[k] = (own->quarter[k] + theirs->quarter[k]) / 2;
        both = scale_by_quarters(both.hi, quarter, is_signed);
    }
    both.clipped = own->clipped || theirs->clipped;
    both.outside = own->outside + theirs->outside;
    both.count = own->count + theirs->count;
    return both;
}

/* With a twin one scale holds for both sides, or their colours could not be compared. */
Scale scene_scale(const Scene *scene, int op, Phase phase, int channel, MapUse use) {
    Scale own = own_scale(scene, op, phase, channel, use);
    bool difference = scene->twin && scene->twin->difference && op == scene->op && phase == scene->phase;
    if (!scene->twin || difference) return own;
    const Scene *other = scene->twin->scene;
    int partner = scene_partner(other->network, scene->network, op);
    if (!scene_stats(other, partner, phase).known || channel >= other->network->ops[partner].out.c)
        return own;
    Scale theirs = own_scale(other, partner, phase, channel, use);
    return scale_of_both(&own, &theirs);
}

PaletteId scene_palette(const Scene *scene, Scale scale, Phase phase) {
    PaletteUse use = !scale.is_signed          ? PALETTE_USE_MAGNITUDE
                     : phase == PHASE_BACKWARD ? PALETTE_USE_GRADIENT
                                               : PALETTE_USE_ACTIVATION;
    return setting_palette(&scene->settings, use);
}

ScopeText scene_scope_text(const Scene *scene, int op, int channel, MapUse use) {
    ScopeText out;
    int stage = op < 0 ? -1 : stage_of(scene->network, op);
    if (scene->settings.scope == SCOPE_GROUP && op >= 0) {
        int first = group_first(scene, op, channel);
        snprintf(out.text, sizeof out.text, "%s %d-%d", is_ranked(scene, op) ? "ranks" : "group", first,
                 group_end(scene, op, first) - 1);
    } else if (scene->settings.scope == SCOPE_STAGE && stage == 0) {
        snprintf(out.text, sizeof out.text, "stem and head");
    } else if (scene->settings.scope == SCOPE_STAGE && stage > 0) {
        snprintf(out.text, sizeof out.text, "stage %d", stage);
    } else if (scene->settings.scope == SCOPE_AUTO) {
        snprintf(out.text, sizeof out.text, "%s", use == MAP_OVERVIEW ? "layer" : "map");
    } else {
        snprintf(out.text, sizeof out.text, "%s", setting_word(SETTING_SCOPE, (int)scene->settings.scope));
    }
    return out;
}
