/* The batches of a training, one after the other: while a step learns from one, a thread of its own makes the next.
 * What is in a batch follows from seed and step alone, never from what was made before. */
#ifndef CORE_TRAIN_BATCHES_H
#define CORE_TRAIN_BATCHES_H

#include "core/data/dataset.h"

typedef struct BatchesConfig {
    const Dataset *dataset; /* outlives the batches */
    Normalise normalise;
    int batch; /* images: 1 .. dataset_count */
    bool augment;
    unsigned long long seed;
} BatchesConfig;

typedef struct Batches Batches;

Batches *batches_new(const BatchesConfig *config); /* NULL when memory is short */
void batches_free(Batches *batches);               /* NULL is fine */

/* How many make an epoch, which has every image at most once; what is left at its end is left out. */
long batches_per_epoch(const Batches *batches);

/* The batch of step 0, 1, ..: x (N,H,W,3), of dataset_shape, and the class of each image (N). From then on the one of the next step is
 * being made. Where the machine has one thread for us, or no more, it is made when it is asked for. */
void batches_take(Batches *batches, long step, real *x, int *targets);

#endif
