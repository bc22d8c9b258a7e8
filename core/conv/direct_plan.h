/* How the direct strategy cuts a convolution into pieces of work; used by core/conv/direct.c only.
 *
 * The weights are a matrix w (R*S*C, K). A worker brings some rows of some columns together, as panels that stay in
 * its second-level cache, and multiplies many pixels by them, a block at a time. Its values under a row of the window
 * lie side by side in x: with few channels a tap is such a row, S*C values, else one place of the window, C values.
 *
 *   chunk  rows of w that are added up in one go; sums wait in scratch between the chunks of a reduction
 *   group  columns of w that a worker holds at a time, in panels
 *   range  pixels that a worker multiplies by a group before it looks for something else to do
 *
 * How the work is cut cannot be seen in the result: an element is always the same chain of sums. */
#ifndef CORE_CONV_DIRECT_PLAN_H
#define CORE_CONV_DIRECT_PLAN_H

#include "core/conv/strategy.h"
#include "core/kernel/kernel.h"

/* Pixels of a block, a multiple of every tile: one table of pointers, values that stay in the cache. */
enum { DIRECT_BLOCK = 96 };

typedef struct DirectPlan {
    const Kernels *set;
    bool by_row;                          /* a tap is a row of the window */
    int taps, length;                     /* taps*length = R*S*C */
    int chunks, chunk_taps, chunk_length; /* a chunk is some whole taps, or a part of one tap */
    int tile;                             /* pixels that are multiplied together */
    int panel;                            /* columns of a panel, the last one of w may have fewer */
    int group, groups;                    /* columns of a group; how many groups */
    int pixels, ranges;                   /* pixels of a range; how many ranges */
    bool in_place;                        /* the panels are w itself */
    bool scattered;                       /* sums are brought to their places from scratch */
} DirectPlan;

/* What a worker has to itself, in elements. */
typedef struct DirectSizes {
    size_t panels, sums, edges, pointers, all;
} DirectSizes;

/* Rows of w that are added up in one go: values first .. first+length-1 under some taps. */
typedef struct DirectChunk {
    int tap, taps, first, length;
    bool begins, ends; /* the reduction */
} DirectChunk;

/* `turned`: that of the run, or NULL. */
DirectPlan direct_plan_of(const ConvShape *shape, const ConvTurned *turned);
DirectSizes direct_sizes_of(const DirectPlan *plan);
DirectChunk direct_chunk_at(const DirectPlan *plan, int index);

#endif
