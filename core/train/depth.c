#include "core/train/depth.h"

#include "core/base/rng.h"

/* Apart from the generators of core/train/batches, which are made of the same seed. */
enum { PURPOSE_DEPTH = 3 };

static int count_droppable(const Network *network) {
    int count = 0;
    for (int b = 0; b < network->block_count; b++) count += network->blocks[b].add >= 0;
    return count;
}

void depth_choose(const Network *network, DepthChoice choice, real *scales) {
    int count = count_droppable(network), number = 0;
    Rng rng;
    rng_init(&rng, choice.seed * 0x9E3779B97F4A7C15u + PURPOSE_DEPTH * 0xD1B54A32D192ED03u +
                       (unsigned long long)choice.step);
    for (int b = 0; b < network->block_count; b++) {
        scales[b] = 1;
        if (network->blocks[b].add < 0) continue;
        double survives = 1 - choice.drop * ++number / count;
        scales[b] = rng_uniform(&rng) < survives ? (real)(1 / survives) : 0;
    }
}
