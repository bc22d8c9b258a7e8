/* The other drawing of a residual block: the stream as the spine. x runs straight down to the addition; F(x)
 * peels off to the right, goes through its operations and joins again. Above and below stand the blocks
 * before and after in brief, as many as have room. The line of the stream tells the kind of the shortcut
 * (solid identity, dashed zero-pad, double projection), a cross the lane that is closed. Each station has its
 * norms beside it: of the activation, or in the backward pass, where everything runs upwards, of the gradient
 * and of its two parts. */
#ifndef VIEWS_BLOCK_STREAM_H
#define VIEWS_BLOCK_STREAM_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

typedef struct BlockStreamRange {
    int first, last;           /* shown */
    int full_first, full_last; /* with all operations of F, `block` among them; the others in brief */
} BlockStreamRange;

/* The blocks that `rows` rows have room for: first as many as possible, then the stage of `block` unfolded.
 */
BlockStreamRange block_stream_range(const Network *network, int block, Phase phase, int rows);

void block_stream_draw(Canvas *canvas, Rect area, const Scene *scene, int block);

#endif
