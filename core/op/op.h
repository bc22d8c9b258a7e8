/* Operators: what one step of a network is, and how one is run forward and backward.
 *
 * An operator is one file op_<name>.c that defines one const OpSpec; an Op is one occurrence of it in a
 * network. Op i, its output act[i], its gradient grad[i], row i of the architecture table: one index
 * everywhere. */
#ifndef CORE_OP_OP_H
#define CORE_OP_OP_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/op/op_list.h"
#include "core/tensor/tensor.h"

enum { OP_NAME_MAX = 32, OP_INPUTS_MAX = 2, OP_PARAMS_MAX = 4, PARAM_RANK_MAX = 4 };

#define OP_ENUM(KIND, file) OP_##KIND,
typedef enum OpKind { OP_LIST(OP_ENUM) OP_KIND_COUNT } OpKind;
#undef OP_ENUM

/* Batch norm: PyTorch's and the paper authors' epsilon, inside the square root. */
#define OP_NORM_EPSILON 1e-5

/* What a parameter is for: decides its initial values, and whether the optimiser touches it. */
typedef enum ParamRole {
    PARAM_CONV_WEIGHT,   /* file (K,C,R,S), memory (K,R,S,C) */
    PARAM_LINEAR_WEIGHT, /* (K,C) */
    PARAM_LINEAR_BIAS,   /* (K) */
    PARAM_NORM_WEIGHT,   /* gamma (C) */
    PARAM_NORM_BIAS,     /* beta (C) */
    PARAM_NORM_MEAN,     /* running mean (C): a buffer, no gradient */
    PARAM_NORM_VAR,      /* running variance (C): a buffer, no gradient */
} ParamRole;

typedef struct ParamShape {
    const char *suffix; /* PyTorch's: "weight", "bias", "running_mean", "running_var" */
    ParamRole role;
    int rank, dims[PARAM_RANK_MAX]; /* in file order */
} ParamShape;

static inline bool param_role_learns(ParamRole role) {
    return role != PARAM_NORM_MEAN && role != PARAM_NORM_VAR;
}

/* One node of a network. */
typedef struct Op {
    OpKind kind;
    char name[OP_NAME_MAX]; /* PyTorch's: "layer2.0.conv1" */
    int index;
    int inputs[OP_INPUTS_MAX],
        input_count;                     /* producing ops; an add has the branch first, the shortcut second */
    int block;                           /* index into Network.blocks, or -1 */
    int param_first, param_count;        /* slice of Network.params */
    int kernel_h, kernel_w, stride, pad; /* conv2d and pooling */
    int channels;                        /* channels out of conv2d, linear and shortcut_a */
    Shape in, out;                       /* of the first input and of the output, for a batch of one */
} Op;

/* Which of an add's two inputs count, in each direction. All true is the residual network; see SkipMode. */
typedef struct AddGates {
    bool branch_forward, skip_forward, branch_backward, skip_backward;
} AddGates;

/* Everything one run of one operator may touch. */
typedef struct OpRun {
    const Op *op;
    int batch;
    bool batch_statistics; /* batch norm: this batch's statistics (training) or the running ones (evaluation)
                            */
    AddGates gates;
    int *targets; /* cross-entropy: class of each image; -1 is replaced by the predicted class in forward */

    const real *x[OP_INPUTS_MAX];
    const real *w[OP_PARAMS_MAX];
    real *y;
    void *saved;   /* written by forward, read by backward; OpSpec.saved_bytes */
    void *scratch; /* aligned; contents never outlive the call; OpSpec.scratch_count */

    const real *dy;
    real *dx[OP_INPUTS_MAX];     /* NULL: nobody needs it */
    bool dx_adds[OP_INPUTS_MAX]; /* add to dx instead of overwriting it */
    real *dw[OP_PARAMS_MAX];     /* overwritten; NULL for buffers, or when nobody needs them */
} OpRun;

typedef struct OpSpec {
    const char *name;          /* "conv2d" */
    const char *title;         /* "Convolution" */
    const char *sentence;      /* for anyone */
    const char *forward_math;  /* one line of Unicode */
    const char *backward_math; /* one line of Unicode */
    const char *source;        /* paper and section */

    /* Sets op->out from the shapes of the inputs (n = 1), or says what does not fit. */
    bool (*shape)(Op *op, const Shape *x, Error *err);
    /* Fills `params`, returns how many; NULL for none. */
    int (*params)(const Op *op, ParamShape params[OP_PARAMS_MAX]);
    size_t (*saved_bytes)(const Op *op, int batch);   /* NULL for none */
    size_t (*scratch_count)(const Op *op, int batch); /* elements for all workers together; NULL for none */
    uint64_t (*macs)(const Op *op);                   /* multiply-adds for one image; NULL for none */
    void (*forward)(const OpRun *run);                /* overwrites y and saved */
    void (*backward)(const OpRun *run);               /* writes dx and dw, reads dy, x, y, w, saved */
} OpSpec;

const OpSpec *op_spec(OpKind kind);
/* Whether a conv2d of this shape is run without unrolling its windows (core/op/conv_direct) on this
 * processor. */
bool op_conv2d_is_direct(const Op *op, int batch);

/* The shape of op's output for a batch; the loss is one number whatever the batch. */
Shape op_output_shape(const Op *op, int batch);

/* Output rows or columns of a window of `kernel` moved by `stride` over `size` padded by `pad` on both sides.
 */
static inline int op_window_count(int size, int kernel, int stride, int pad) {
    return (size + 2 * pad - kernel) / stride + 1;
}

#endif
