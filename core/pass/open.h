/* Activations that a pass does not keep; core/pass/open.c says which, and what becomes of them. Used by core/pass
 * only. */
#ifndef CORE_PASS_OPEN_H
#define CORE_PASS_OPEN_H

#include "core/pass/pass.h"

/* Where an activation lies that has no memory of its own yet. */
typedef struct Passing {
    real *memory;
    int op;
} Passing;

/* One for what a single op reads, and two by turns for what several do. */
enum { OPEN_PLACES = 3 };

/* Which activations of a pass stay open; reader counts are set. */
void open_choose(Pass *pass);
/* The memory that they have in common; false when it is short. */
bool open_allocate(Pass *pass);

/* The forward step of an op with OpSpec.cells, after its `begin`. */
void open_forward(Pass *pass, int op);
/* The activation of an op that has been run: in its own memory from now on. */
void open_fill(const Pass *pass, int op);
/* The same, to be read before the next call of any of these: wherever it is. */
real *open_read(const Pass *pass, int op);

#endif
