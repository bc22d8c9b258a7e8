/* Which memory a pass reads or writes soon, and has not touched for long: what lies between a convolution and the next
 * one waits for memory much longer than it computes. The convolution before has time to fetch it. Used by core/pass only. */
#ifndef CORE_PASS_FORESEE_H
#define CORE_PASS_FORESEE_H

#include "core/pass/pass.h"

/* Fills Pass.soon for op's step forward or backward, and returns it. */
struct Soon *foresee_forward(Pass *pass, int op);
struct Soon *foresee_backward(Pass *pass, int op);

#endif
