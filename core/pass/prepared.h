/* Forms of weights that an operation multiplies by instead of the weights themselves (OpSpec.prepare): made when
 * they are first needed, and again after the network's values have changed. */
#ifndef CORE_PASS_PREPARED_H
#define CORE_PASS_PREPARED_H

#include "core/base/arena.h"
#include "core/op/op.h"

typedef struct Prepared {
    real *data;       /* NULL: the operation takes its weights as they are */
    bool made, fast;  /* for which kind of runs: OpRun.fast */
    unsigned version; /* of the network's values it was made of */
} Prepared;

/* Takes the memory for `op` and a batch of that size from the arena; false when memory is short. Nothing is
 * written yet, so that a large form costs memory only once it is needed. */
bool prepared_reserve(Prepared *prepared, Arena *arena, const Op *op, int batch);

/* The form for that run's operation, batch and weights, which are those of `version`. */
const real *prepared_get(Prepared *prepared, const OpRun *run, unsigned version);

#endif
