/* A Pass: everything that one input causes in one network, one op at a time, forward and then backward.
 *
 * Time runs from 0 to 2*op_count: step t < op_count is op t forward, the rest is op (2*op_count-1-t)
 * backward. Two watermarks say how far the pass has come; looking at an earlier op moves no watermark and
 * undoes nothing. A forward pass never writes the network. Stepping and running through are the same code, so
 * they agree bit for bit. Batch norm, activation functions and additions are computed when somebody looks at them,
 * or while what reads them runs, by the same code as well, and so are their gradients (core/pass/open, core/pass/back).
 */
#ifndef CORE_PASS_PASS_H
#define CORE_PASS_PASS_H

#include "core/network/network.h"
#include "core/op/sight.h"
#include "core/tensor/profile.h"

typedef struct Pass Pass;

const char *skip_mode_name(SkipMode mode); /* "none", "plain", "cut", "lesion" */

typedef struct PassConfig {
    int batch;             /* images; 0 means 1 */
    bool batch_statistics; /* batch norm uses this batch's statistics (training) */
    SkipMode skip;
    const bool *lesioned;    /* SKIP_LESION: one flag a block, copied */
    bool others_plain;       /* SKIP_LESION: the blocks that keep their branch have no skip, as in a plain
                               network that has lost a block */
    bool forward_only;       /* no memory for gradients */
    bool no_input_gradient;  /* training: the gradient of the image itself is not needed */
    bool no_param_gradients; /* only gradients of activations are wanted */
    bool no_inspection; /* training: no statistics, and of all gradients only those of the image and of the
                               parameters are kept; these may round more, see ConvShape.fast */
    bool fast;          /* only the answer is wanted: forward_only and no_inspection, and of all
                               activations only the input, the logits and what these are made of, and the loss
                               are kept. The same answer but for rounding, see core/pass/plan.h. With
                               batch_statistics to the bit the answer of any other pass, unless it
                               rounds_more */
    bool rounds_more;   /* training and its figures, and fast with batch_statistics: the strategies that round
                               more where that saves time, see ConvShape.fast */
    double label_smoothing; /* training: of the loss, 0 to 1; see OpRun.label_smoothing */
    int keep_every;         /* fast: of every so many blocks, from the first on, the input is kept as well, so
                               that a pass can begin again there: see pass_restart_at. 0: of none */
} PassConfig;

Pass *pass_new(const Network *network, const PassConfig *config, Error *err);
void pass_free(Pass *pass); /* NULL is fine */

const Network *pass_network(const Pass *pass);
int pass_batch(const Pass *pass);
SkipMode pass_skip_mode(const Pass *pass);
bool pass_batch_statistics(const Pass *pass);
bool pass_is_forward_only(const Pass *pass);
bool pass_block_is_lesioned(const Pass *pass, int block);
/* What of an addition this pass lets through; all true for every other op. */
AddGates pass_add_gates(const Pass *pass, int op);

/* The input image buffer (N,3,H,W) to fill, channels-last. Call pass_restart after writing it. */
real *pass_input(Pass *pass);
/* Another way of being without skips, in the same memory. `lesioned` as in PassConfig. Call pass_restart
 * after it. */
void pass_set_skip(Pass *pass, SkipMode skip, const bool *lesioned);
/* The other kind of statistics, in the same memory, of a pass that is not fast and was made with those of the batch.
 * Call pass_restart after it. */
void pass_set_batch_statistics(Pass *pass, bool batch_statistics);
/* Stochastic depth: what the branch of each block is multiplied by, 0 where it is dropped, 1 where it counts as built;
 * copied; NULL: 1 everywhere. Dropped branches are computed nonetheless, for the statistics of their batch norms.
 * Not in a fast pass; blocks without an addition are left alone. Call pass_restart after it. */
void pass_set_branch_scales(Pass *pass, const real *scales);
/* Sets both watermarks back to 0 and the targets; NULL or -1: the predicted class of each image. */
void pass_restart(Pass *pass, const int *targets);
/* The same, and of a pass that keeps inputs of blocks what comes before `block` is left as the last run has found it:
 * since then nothing of that has changed, neither images nor weights nor the skips of the blocks before. */
void pass_restart_at(Pass *pass, int block, const int *targets);
int pass_target(const Pass *pass,
                int image); /* -1 until the loss has been computed when the target is the prediction */

/* One op, or in a fast pass a piece of the work. False when there is nothing left in that direction (backward needs the whole forward pass). */
bool pass_step_forward(Pass *pass);
/* What pass_step_forward does next: which op, or of those that a fast pass does in one step the first, and for how
 * many images. The op is -1 where nothing is left, and where it takes images through many of them. */
typedef struct PassNext {
    int op, images;
} PassNext;
PassNext pass_next(const Pass *pass);
bool pass_step_backward(Pass *pass);
void pass_run_forward(Pass *pass);
void pass_run_backward(Pass *pass);

/* Watermarks: ops 0 .. forward_done-1 have been run forward, the last backward_done ops backward. In a fast
 * pass the first one only says what share of the ops the work done so far comes to. */
int pass_forward_done(const Pass *pass);
int pass_backward_done(const Pass *pass);

/* Tensors; data is NULL while not computed. The gradient of op i is ready once all ops that read act[i] have
 * been run backward; with no_inspection only that of op 0 ever is. */
Tensor pass_act(const Pass *pass, int op);
Tensor pass_grad(const Pass *pass, int op);
/* What pass_act has, to be read before the next call of any function of a pass: nothing is kept for it. */
const real *pass_peek(const Pass *pass, int op);
const real *pass_param_grad(const Pass *pass, const Param *param); /* memory order; NULL while not computed */
const real *pass_param_grads(const Pass *pass);                    /* all, laid out as network_all_values */

/* All that op `op` has read and written, with dy where its gradient is complete, and what has been measured.
 * The input's mean and std and the names of the classes are left to the caller. */
OpSight pass_sight(const Pass *pass, int op);

/* Computed at the first call after the op has run, then kept. .known is false while the tensor has not been
 * computed, or with no_inspection. */
Stats pass_act_stats(const Pass *pass, int op);
Stats pass_grad_stats(const Pass *pass, int op);
Stats pass_param_grad_stats(const Pass *pass, const Param *param); /* computed at the call */

/* The terms of a block's addition. Computed at the first call after an op of the block has run, then kept. */
AdditionTerms pass_addition_terms(const Pass *pass, int block);

/* What is worth the time only while somebody looks at an op. Update computes the profiles of its activation
 * and its gradient, and where it is the input of a block of the two parts of that, where these are there and
 * the profile is not, with the percentiles of one channel (-1: of none); false when memory is short. Running
 * the op again forgets them, so that what is found is never stale. NULL while there is none. */
bool pass_profile_update(Pass *pass, int op, int channel);
const Profile *pass_act_profile(const Pass *pass, int op);
const Profile *pass_grad_profile(const Pass *pass, int op);

double pass_loss(const Pass *pass); /* NaN while not computed */

/* Saved by operators in forward. NULL while not computed. */
const real *pass_norm_mean(const Pass *pass, int op);    /* batch norm: the mean used, (C) */
const real *pass_norm_inv_std(const Pass *pass, int op); /* batch norm: 1/sqrt(var + eps) used, (C) */
const real *pass_norm_var(const Pass *pass, int op);     /* batch norm: biased variance used, (C) */
const int *pass_max_pool_choice(const Pass *pass,
                                int op); /* max pool: window position r*S+s that won, as y in memory */
/* (N, network_answers) */
const double *pass_probabilities(const Pass *pass);

/* Where a block's gradient came from. g_in is the gradient of the loss with respect to the block's input x,
 * and g_in = g_skip + g_branch exactly: the part that came through the shortcut and the part that came
 * through F. */
typedef enum Route { ROUTE_SKIP, ROUTE_BRANCH } Route;

typedef struct Junction {
    bool known;
    double in_l2, skip_l2, branch_l2; /* of the gradient of x: total and its two parts */
    double cosine;                    /* between the two parts; NaN when one of them is zero */
    double out_l2;                    /* of the gradient of the block's output y */
} Junction;

/* Computed at the first call after the gradient of the block's input is complete, then kept. */
Junction pass_junction(const Pass *pass, int block);
/* One part of the gradient of the block's input; data is NULL while not computed. All zero where the route is
 * closed. */
Tensor pass_route_grad(const Pass *pass, int block, Route route);

const Profile *pass_route_profile(const Pass *pass, int block, Route route); /* see pass_profile_update */

#endif
