/* What can be said of each block of a network while it learns, on one fixed batch: the first images of the training
 * set as they are, with their true classes. One pass forward and one backward; the network and the training are left
 * as they are, to the bit. */
#ifndef CORE_TRAIN_BLOCK_MEASURE_H
#define CORE_TRAIN_BLOCK_MEASURE_H

#include "core/data/dataset.h"
#include "core/network/model.h"

/* Of one block y = f(F(x) + S(x)), with L the mean cross-entropy of the batch, its gradient without weight decay, and w
 * the weights of the block's convolutions, those of a projection included, as one vector. Lengths are L2. What is not
 * defined is NaN. */
typedef enum BlockFigure {
    BLOCK_GRADIENT,       /* |dL/dw| */
    BLOCK_GRADIENT_INPUT, /* |g|, g = dL/dx */
    BLOCK_WEIGHT,         /* |w| */
    BLOCK_UPDATE,         /* |w - w before the last step| / |w before| */
    BLOCK_SKIP_SHARE,   /* <part, g> / <g, g>, of the part of g that came through the shortcut; plain: NaN */
    BLOCK_BRANCH_SHARE, /* of the part that came through F; plain: NaN */
    BLOCK_BRANCH_OVER_INPUT, /* |F(x)| / |x|, F(x) the output of the last batch norm */
    BLOCK_DEAD, /* share of the channels of the block's ReLUs that are 0 everywhere: at every pixel of every image.
                   Activation functions that do not rectify: NaN */
    BLOCK_FIGURES,
} BlockFigure;

const char *block_figure_name(BlockFigure figure); /* "gradient_input" */

/* A fixed batch of it, 128 images at most. */
enum { BLOCK_MEASURE_IMAGES = 128 };

typedef struct BlockMeasure BlockMeasure;

/* All three outlive it. `images`: of the batch; fewer where it is more than BLOCK_MEASURE_IMAGES or the data set. */
BlockMeasure *block_measure_new(const Model *model, const Dataset *train, int images, Error *err);
void block_measure_free(BlockMeasure *measure); /* NULL is fine */

/* With the running statistics, and with those of the batch: (BLOCK_FIGURES, blocks) numbers each. `before` is what the
 * last step started from, laid out as network_all_values; NULL: there was none, and BLOCK_UPDATE is NaN. False with a
 * sentence when memory is short. Takes as long as two or three steps of that many images. */
typedef struct BlockMeasured {
    double *running, *batch;
} BlockMeasured;

bool block_measure_run(BlockMeasure *measure, const real *before, BlockMeasured figures, Error *err);

#endif
