/* A residual block in words, from the figures of this run. */
#ifndef VIEWS_BLOCK_READING_H
#define VIEWS_BLOCK_READING_H

#include "views/scene/scene.h"

enum { BLOCK_TEXT_MAX = 480 };

typedef struct BlockText {
    char text[BLOCK_TEXT_MAX];
} BlockText;

/* Where the block stands and what it does to the shape. */
BlockText block_reading_shapes(const Scene *scene, int block);
/* What is out of the ordinary: a selection outside the blocks, a closed way; "" for nothing. */
BlockText block_reading_state(const Scene *scene, int block);
/* The same in at most 24 columns. */
const char *block_reading_state_brief(const Scene *scene, int block);
/* The ratio, the cosine and the mask of the scene's phase, and what they mean. */
BlockText block_reading(const Scene *scene, int block);

/* The same in at most 48 columns: what F changes, and what 100 % is. */
BlockText block_reading_short(const Scene *scene, int block);

/* The two that are added (backward: the two ways the gradient comes by), as lengths. */
typedef struct BlockLengths {
    bool known;
    double skip, branch;
    const char *skip_name; /* "x", "shortcut", "skip" */
    const char *whole;     /* what a share is of: "of |x| + |F|" */
} BlockLengths;

BlockLengths block_reading_lengths(const Scene *scene, int block);

#endif
