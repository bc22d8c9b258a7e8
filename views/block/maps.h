/* The maps of a residual block that stand side by side: x, F(x), the sum, y; or the gradients on the way
 * back, with the parts that came through the skip and through F. */
#ifndef VIEWS_BLOCK_MAPS_H
#define VIEWS_BLOCK_MAPS_H

#include "views/scene/scene.h"

enum { BLOCK_MAPS_MAX = 5 };

typedef enum BlockPart { BLOCK_PART_WHOLE, BLOCK_PART_SKIP, BLOCK_PART_BRANCH } BlockPart;

/* One of the maps that stand side by side. */
typedef struct BlockMap {
    const char *name;  /* "F(x)" */
    const char *words; /* "what the block adds" */
    const char *norm;  /* what its length is called: "|F|" */
    const char *sign;  /* before it in the equation; "" for the first */
    BlockPart part;
    Tensor tensor;
    int op; /* whose tensor it is; -1: a part of one */
    int channel;
    double l2;
    bool is_signed;
    Scale scale;            /* of this map */
    const Profile *profile; /* NULL while it is not there */
} BlockMap;

/* All of them, with their common scale: by the scene's scope, over all of the maps. With "auto" from the 1st to the
 * 99th percentile of the values of all maps together; forward each map then has a scale of its own, for F may be
 * far smaller than x, in the same pair of colours. */
typedef struct BlockMaps {
    BlockMap maps[BLOCK_MAPS_MAX];
    int count;
    int usual; /* the first of the two that the block is about: those that are added, or the two ways back */
    bool own_scales;
    Scale scale;
} BlockMaps;

/* The scene's channel, as far as the block's output has it. */
int block_channel(const Scene *scene, int block);
BlockMaps block_maps_collect(const Scene *scene, int block);

#endif
