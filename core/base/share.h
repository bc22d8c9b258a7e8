/* Items of a layer in shares: a worker has those that lie side by side, the same in every layer, and finds in its own
 * cache what it left there in the layer before. Who is done early takes from the others. */
#ifndef CORE_BASE_SHARE_H
#define CORE_BASE_SHARE_H

#include "core/base/parallel.h"

/* Items next .. end-1 are those that nobody has begun. */
typedef struct Share {
    _Alignas(64) int next;
    int end;
} Share;

typedef struct Shares {
    int workers; /* how many there are */
    Share of[PARALLEL_THREADS_MAX];
} Shares;

/* As many shares of 0 .. items-1 as there are threads, or items if those are fewer. */
void shares_cut(Shares *shares, int items);

/* An item of the worker's own share, or of those of others where they have more than `left` left; -1: there is none. */
int shares_claim(Shares *shares, int worker, int left);

/* As parallel_items and parallel_parts, by shares. */
void share_items(int count, ParallelWork work, void *context);
void share_parts(int count, int part, ParallelWork work, void *context);

#endif
