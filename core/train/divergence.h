/* Trainings that run away: which number is the first that is not finite, and where it came from. */
#ifndef CORE_TRAIN_DIVERGENCE_H
#define CORE_TRAIN_DIVERGENCE_H

#include "core/pass/pass.h"

typedef enum Divergence {
    DIVERGENCE_NONE,
    DIVERGENCE_LOSS,     /* the loss of a batch */
    DIVERGENCE_GRADIENT, /* of a parameter */
    DIVERGENCE_VALUE,    /* a parameter or running statistic, behind a step */
} Divergence;

/* NONE, or GRADIENT; NONE, or VALUE. They look at every number. */
Divergence divergence_of_gradients(const Network *network, const Pass *pass);
Divergence divergence_of_values(const Network *network);

/* In words, without a full stop: "the loss is nan; the first numbers that are not finite are in the output of
 * layer2.0.conv1: inf at (3,2,0,5) of (128,32,16,16)". `pass` has run the batch; `again` has, too, forward and backward, and
 * keeps all gradients: of DIVERGENCE_GRADIENT, NULL when there is none. */
enum { DIVERGENCE_TEXT_MAX = 512 };
void divergence_tell(Divergence divergence, const Pass *pass, const Pass *again,
                     char out[DIVERGENCE_TEXT_MAX]);

#endif
