/* Stochastic depth (Huang et al. 2016, arXiv:1603.09382): in every step some blocks are their shortcut alone. */
#ifndef CORE_TRAIN_DEPTH_H
#define CORE_TRAIN_DEPTH_H

#include "core/network/network.h"

/* The network's blocks with a shortcut, numbered 1 to L: of block l the branch is dropped with probability
 * drop * l / L, for all images of the batch, and counts 1 / (1 - that) times where it is not, as
 * torchvision.ops.StochasticDepth(p, "batch"). Which ones follows from seed and step alone; two networks with as many
 * blocks drop the same ones. `scales`, one a block: for pass_set_branch_scales. */
typedef struct DepthChoice {
    double drop; /* 0 to below 1 */
    unsigned long long seed;
    long step;
} DepthChoice;

void depth_choose(const Network *network, DepthChoice choice, real *scales);

#endif
