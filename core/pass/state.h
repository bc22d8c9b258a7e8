/* What a Pass holds; shared by the files of core/pass, core/inspect/vjp and core/inspect/gradcheck only. */
#ifndef CORE_PASS_STATE_H
#define CORE_PASS_STATE_H

#include "core/base/arena.h"
#include "core/base/soon.h"
#include "core/pass/back.h"
#include "core/pass/chain.h"
#include "core/pass/open.h"
#include "core/pass/pass.h"
#include "core/pass/plan.h"

typedef struct Node {
    real *act, *grad; /* own memory; grad NULL where none is kept */
    void *saved;
    Stats act_stats, grad_stats;
    Profile act_profile, grad_profile;
    bool open;          /* not kept: see core/pass/open */
    real *value;        /* where the activation is: act, or one of Pass.passing; NULL: nowhere yet */
    real *grad_value;   /* where the gradient is: grad, or one of Pass.back_places; NULL: nowhere */
    bool passed_over;   /* on the way back: see core/pass/back */
    int links, buffers; /* of what is open: what a chain to it comes to at most */
    int reader_count;   /* ops that read act */
    int first_consumer; /* lowest op that reads act; its backward completes grad. -1 for the loss */
    int last_consumer;  /* highest */
    int block;          /* block whose input this is, or -1 */
    Prepared prepared;
} Node;

/* What a block keeps of its two routes: the gradient of its input in two parts with their measure, and the
 * measure of the two terms of its addition. */
typedef struct RouteParts {
    real *skip, *branch;
    bool skip_is_there;
    Profile skip_profile, branch_profile;
    Junction junction;
    AdditionTerms terms;
} RouteParts;

/* Memory that gradients have by turns. */
typedef struct BackPlace {
    real *memory;
    int op;    /* whose gradient lies there */
    bool turn; /* of the first of two: which was taken last */
} BackPlace;

struct Pass {
    const Network *network;
    Arena *arena;
    PassConfig config;
    bool *lesioned;
    real *branch_scales;           /* one a block; see pass_set_branch_scales */
    int *targets, *wanted_targets; /* as used, as asked */
    Node *nodes;
    RouteParts *routes;
    real *param_grads, *scratch;
    Plan *plan;             /* of a fast pass; NULL: op by op */
    Passing *passing;       /* OPEN_PLACES of them */
    BackPlace *back_places; /* BACK_PLACES of them */
    real *stretches;        /* buffers of chains: (PARALLEL_THREADS_MAX, CHAIN_BUFFERS, stretch_size) */
    size_t stretch_size;
    Soon soon;          /* see core/pass/foresee */
    struct Link *links; /* of the chain that is being built or run */
    bool turn;          /* which of two places was taken last */
    int forward_done, backward_done;
    int learns_from; /* the lowest op that runs backward */
};

/* Elements of op's activation for the whole batch. */
static inline size_t pass_act_count(const Pass *pass, int op) {
    return shape_count(op_output_shape(&pass->network->ops[op], pass->config.batch));
}

/* Are the two parts of a block's gradient kept apart? */
static inline bool pass_keeps_routes(const Pass *pass) {
    return !pass->config.forward_only && !pass->config.no_inspection;
}

/* What op i reads and writes in this pass; the gradients for its inputs are not set. */
OpRun pass_run_of(const Pass *pass, int op);
/* The same for its backward pass: what that reads of the activations is there, the others are NULL. */
OpRun pass_backward_run_of(const Pass *pass, int op);

#endif
