/* The gradient by depth as figures: one row for the stem, one for each block, one for the head. A row holds
 * the gradient of the loss with respect to the row's input; where it has two ways to come, both parts. */
#ifndef CORE_INSPECT_GRADIENT_FLOW_H
#define CORE_INSPECT_GRADIENT_FLOW_H

#include "core/pass/pass.h"

typedef struct FlowRow {
    int block;  /* -1: stem or head */
    int op;     /* the op whose output is the row's input: 0 for the stem */
    bool known; /* the gradient has been computed */
    bool has_skip;
    double total;                /* l2 of the gradient; NaN while not known, as the rest */
    double skip, branch, cosine; /* has_skip: the parts that came through the shortcut and through F */
} FlowRow;

/* The rows of a network, from the image to the loss: 0 is the stem, 1 + b block b, the last one the head. */
int flow_row_count(const Network *network);
FlowRow flow_row(const Pass *pass, int row);
const char *flow_row_name(const Network *network, int row); /* "stem", "layer1.0", "head" */
int flow_row_of(const Network *network, int op);            /* the row that op belongs to */
int flow_row_select(const Network *network, int row); /* the op that stands for the row when it is selected */

/* What the rows of the blocks come to. On its way back through `blocks` blocks the gradient's norm goes from
 * that at the head to that at the first block's input. */
typedef struct FlowSummary {
    bool known; /* all rows from the first block to the head are there */
    int blocks;
    double overall;        /* norm at the first block / norm at the head; NaN when the latter is 0 */
    double per_block;      /* its blocks-th root: the geometric mean of the factors of the blocks */
    int largest, smallest; /* rows of blocks */
    int opposing;          /* blocks where the cosine of the two parts is negative */
} FlowSummary;

FlowSummary flow_summary(const Pass *pass);

/* Widens range, smallest positive and largest norm so far, by the rows of the pass and their parts, and by
 * the gradients of all ops. Starts as {INFINITY, 0}. */
void flow_widen_by_rows(const Pass *pass, double range[2]);
void flow_widen_by_ops(const Pass *pass, double range[2]);

/* True when every batch norm still has the running mean 0 and the running variance 1 it was born with:
 * evaluation then hardly normalises at all. */
bool flow_norms_untrained(const Network *network);

#endif
