/* The fast pass: how a Pass runs forward that keeps nothing but its answer.
 *
 * The operations become steps. A step is one operation; or a convolution with what follows it element by
 * element, the batch norm as a factor and a constant for each channel, the addition of the shortcut and ReLU,
 * all done to a sum before it is stored. With batch_statistics the batch norm waits for the whole batch: a
 * convolution is stored as it is, and then become batch norm, addition and activation function one step, which takes
 * its place stretch by stretch, by the code of any other pass and to the same bits. What no step reads is not
 * computed: a branch that a lesion takes out costs nothing. Results lie in a few slots that are used again as soon as nobody reads them any more; an
 * addition is done in the slot of the shortcut. A batch goes through all steps in groups of a few images, so
 * that the slots stay small. Where the maps are small each thread takes groups of its own through the network;
 * elsewhere all threads share the work of a step; and with batch_statistics the batch is one group. The sizes of the groups depend on network and batch alone,
 * never on the number of threads, and so do all results.
 *
 * Used by core/pass only. */
#ifndef CORE_PASS_PLAN_H
#define CORE_PASS_PLAN_H

#include "core/pass/pass.h"
#include "core/pass/prepared.h"

/* The longest row of cells: batch norm, addition, activation function. */
enum { PLAN_SLOTS = 3, PLAN_SIZES = 2, PLAN_CELLS = 3 };

typedef struct PlanStep {
    int op;     /* that computes: its window, its weights, its inputs */
    int last;   /* whose result is stored: op, or the last of those that were fused into it */
    int norm;   /* the batch norm among these; -1: none */
    int addend; /* the operation whose result is added; -1: none */
    bool relu;
    int cells[PLAN_CELLS],
        cell_count; /* without a convolution, op by OpSpec.cells: op .. last; none: op alone */
} PlanStep;

/* What it knows of an operation. */
typedef struct PlanOp {
    int value; /* whose result its result is: another's where an addition lets one input pass, else its own */
    int readers;                   /* how many operations read its result; none: it is not computed */
    int reader;                    /* one of them */
    int slot;                      /* where its result lies; -1: in Node.act, for the whole batch */
    bool fused;                    /* into the step of an operation before it */
    real *scale, *shift;           /* of the batch norm that is folded into it (K) */
    Prepared prepared[PLAN_SIZES]; /* for groups of the usual size, and for a smaller last one */
} PlanOp;

typedef struct Plan {
    PlanOp *ops;
    PlanStep *steps;
    int step_count, body_count; /* the first body_count steps run group by group, the others once for all */
    int group, groups;          /* images in a group but perhaps the last one; groups */
    int groups_at_once; /* how many go through the network in one call of plan_step; 0: step by step */
    int areas;          /* of slots and scratch: threads that can take groups of their own, or 1 */
    size_t slot_count, scratch_count; /* elements of one slot, of one area's scratch */
    real *slots;                      /* (areas, PLAN_SLOTS, slot_count) */
    real *scratch;                    /* (areas, scratch_count) */
    int body_first;                   /* the step that a group begins with: see pass_restart_at */
    int group_done, step_done; /* groups behind it; the next step of the next group, then of those for all */
    bool exact;                /* too deep for the strategies that round more: OpRun.fast */
    int prepared; /* steps whose scale, shift and weights are those of `version` of the network's values */
    unsigned version;
} Plan;

/* Takes the memory for a plan, the pass's network and batch, from its arena; NULL when memory is short. */
Plan *plan_new(const Pass *pass);
/* The steps of the pass's network as its skips are now. */
void plan_compile(Pass *pass);
/* Does the operation keep its result for the whole batch? */
bool plan_keeps(const Pass *pass, int op);

void plan_restart(Pass *pass);
/* From the last kept input of a block that is not behind `block`. */
void plan_restart_at(Pass *pass, int block);
/* See pass_next; there is something left. */
PassNext plan_next(const Pass *pass);
/* One step, or some groups through all of them; there is something left. Moves forward_done. */
void plan_step(Pass *pass);

#endif
