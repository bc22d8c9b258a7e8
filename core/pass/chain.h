/* Chains: operations that compute cell by cell, one after the other, a stretch of pixels at a time. What lies between
 * two of them stays in a buffer of one stretch, in the cache, and is never written to memory. Forward links run
 * OpSpec.cells, backward links OpSpec.backward_cells or OpSpec.backward_gather, and all work on the same pixels.
 * Used by core/pass only. */
#ifndef CORE_PASS_CHAIN_H
#define CORE_PASS_CHAIN_H

#include "core/pass/pass.h"

/* Buffers of one stretch that a chain may need at a time. */
enum { CHAIN_BUFFERS = 8 };

/* Where a link reads or writes: a whole activation or gradient, or a buffer. */
typedef struct ChainPlace {
    real *memory; /* NULL: a buffer */
    int buffer;   /* -1 and no memory: nothing */
} ChainPlace;

#define CHAIN_NOWHERE ((ChainPlace){.memory = NULL, .buffer = -1})

typedef enum LinkKind { LINK_FORWARD, LINK_BACKWARD, LINK_GATHER, LINK_SUM, LINK_COPY } LinkKind;

typedef struct Link {
    LinkKind kind;
    OpRun run;                          /* but for what the places say */
    ChainPlace x[OP_INPUTS_MAX], y, dy; /* LINK_SUM: y = x[0] + x[1]; LINK_COPY: y = x[0] */
    ChainPlace dx;                      /* for input `input` */
    int input;
} Link;

typedef struct Chain {
    const Pass *pass;
    OpParts parts; /* of the output of any of the operations: they all have the same shape */
    size_t channels;
    Link *links; /* the pass's */
    int count;
    bool looks; /* made for somebody who looks: what several ops read goes to its own memory on the way */
    bool taken[CHAIN_BUFFERS];
    double *sums; /* LINK_GATHER: (parts, gathered) */
    size_t gathered;
} Chain;

/* A whole activation or gradient. */
static inline ChainPlace chain_memory(real *memory) {
    return (ChainPlace){.memory = memory, .buffer = -1};
}

/* Memory for the links and buffers of a pass; false when it is short. */
bool chain_allocate(Pass *pass);

/* An empty chain over the pixels of op's output. */
Chain chain_of(const Pass *pass, int op);

/* A buffer that nothing uses yet. */
ChainPlace chain_take(Chain *chain);
/* Appends it; the buffers that it reads may be used again after it. */
void chain_append(Chain *chain, Link link);
/* Appends op, and what it reads that is not there, unless its activation is there already. `y`: where to, or NULL for a
 * buffer. */
ChainPlace chain_append_act(Chain *chain, int op, real *y);

/* The input with the longer way to it: computed first, it leaves most buffers free for the other one. */
int chain_first_input(const Pass *pass, const Op *op);

/* All links over all pixels, shared among the threads. */
void chain_run(Chain *chain);

#endif
