/* The maps of a residual block that stand side by side: x, F(x), the sum, y; or the gradients on the way
 * back, with the parts that came through the skip and through F. */
#ifndef VIEWS_BLOCK_MAPS_H
#define VIEWS_BLOCK_MAPS_H

#include "views/scene/scene.h"

enum { BLOCK_MAPS_MAX = 5, BLOCK_MAP_NAME_MAX = 24 };

/* One of the maps that stand side by side. */
typedef struct BlockMap {
    char name[BLOCK_MAP_NAME_MAX];
    Tensor tensor;
    int channel;
    double l2;
    Scale scale; /* of this map */
    bool is_signed;
    const Profile *profile; /* NULL while it is not there */
} BlockMap;

/* All of them. With the scope "auto" each has a scale of its own; else one is common to all, by the scene's scope and
 * over all of the maps. */
typedef struct BlockMaps {
    BlockMap maps[BLOCK_MAPS_MAX];
    int count;
    bool own_scales;
} BlockMaps;

/* The scene's channel, as far as the block's output has it. */
int block_channel(const Scene *scene, int block);
/* Of all channels of a map's tensor in one picture. */
Scale block_overview_scale(const Scene *scene, const BlockMap *map);
BlockMaps block_maps_collect(const Scene *scene, int block);

#endif
