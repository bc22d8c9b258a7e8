/* The backward pass: which gradients are kept, and what becomes of the others; core/pass/back.c. Used by core/pass
 * only. */
#ifndef CORE_PASS_BACK_H
#define CORE_PASS_BACK_H

#include "core/pass/pass.h"

/* Memory that gradients have by turns: of what is read by the next operations only, of what operations with
 * OpSpec.cells leave to others, and of what several read. */
enum { BACK_STORED, BACK_PASSED = BACK_STORED + 2, BACK_SHARED, BACK_PLACES = BACK_SHARED + 2 };

/* Which operations go back cell by cell; reader counts are set. */
void back_choose(Pass *pass);
/* Memory for the gradients; false when it is short. */
bool back_allocate(Pass *pass);

/* Everything that op's backward step does. */
void back_step(Pass *pass, int op);

/* The gradient of an op's output that is complete: in its own memory from now on. Nothing in a pass that keeps no
 * gradients. */
void back_fill(const Pass *pass, int op);
/* The same, to be read before the next call of any of these: wherever it is. */
const real *back_read(const Pass *pass, int op);
/* One part of the gradient of a block's input, complete, of a pass that keeps the routes: in its own memory, or as
 * back_read. */
void back_fill_route(const Pass *pass, int block, Route route);
const real *back_read_route(const Pass *pass, int block, Route route);

#endif
