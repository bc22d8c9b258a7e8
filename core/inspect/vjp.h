/* Vector-Jacobian products of parts of a network, at what a pass has recorded: how a gradient would come back
 * through a branch, a shortcut or the activation function of a block alone. Masks, batch statistics and the
 * cells that won are those of the pass, so all of it is linear in the gradient. Parameter gradients are left
 * alone.
 *
 * All vectors have the pass's batch and lie channels-last; `g` and `out` never overlap. */
#ifndef CORE_INSPECT_VJP_H
#define CORE_INSPECT_VJP_H

#include "core/pass/pass.h"

typedef struct Vjp Vjp;

/* The pass has been run forward and outlives this. NULL when memory is short. */
Vjp *vjp_new(const Pass *pass, Error *err);
void vjp_free(Vjp *vjp); /* NULL is fine */

/* From the gradient of a block's output to that of its sum F(x) + shortcut(x): the mask of its activation
 * function. */
void vjp_mask(const Vjp *vjp, int block, const real *g, real *out);
/* From the gradient of a block's sum to what reaches x through F alone, and through the shortcut alone. */
void vjp_branch(const Vjp *vjp, int block, const real *g, real *out);
void vjp_shortcut(const Vjp *vjp, int block, const real *g, real *out);
/* From the gradient of op `last`'s output to that of op `first`'s input, where each op reads the one before.
 */
void vjp_chain(const Vjp *vjp, int first, int last, const real *g, real *out);

#endif
