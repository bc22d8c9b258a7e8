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

/* Elements of a cell by cell computation that are worth waking a thread for. */
enum { OP_CELLS_GRAIN = 1 << 14 };

/* What a parameter is for: decides its initial values, and whether the optimiser touches it. */
typedef enum ParamRole {
    PARAM_CONV_WEIGHT,   /* file (K,C,R,S), memory (R,S,C,K) */
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

/* The three things people mean by "without skip connections", never mixed:
 *   PLAIN   the skip is gone in both directions: y = F(x), the same weights
 *   CUT     forward unchanged, the skip's term dropped in the backward pass only
 *   LESION  chosen blocks lose their branch and keep their skip: y = x (Veit et al. 2016, arXiv:1605.06431)
 */
typedef enum SkipMode { SKIP_NONE_REMOVED, SKIP_PLAIN, SKIP_CUT, SKIP_LESION } SkipMode;

/* Which of an add's two inputs count, in each direction. All true is the residual network; see SkipMode. */
typedef struct AddGates {
    bool branch_forward, skip_forward, branch_backward, skip_backward;
    real
        branch_scale; /* stochastic depth: an open branch counts so many times, in both directions; 0: once */
} AddGates;

struct ConvEpilogue;

/* Everything one run of one operator may touch. */
typedef struct OpRun {
    const Op *op;
    int batch;
    bool batch_statistics; /* batch norm: this batch's statistics (training) or the running ones (evaluation)
                            */
    AddGates gates;
    int *targets; /* cross-entropy: class of each image; -1 is replaced by the predicted class in forward */
    double label_smoothing; /* cross-entropy: the share of the target that all classes have alike, 0 to 1 */

    const real *x[OP_INPUTS_MAX];
    const real *w[OP_PARAMS_MAX];
    real *y;
    void *saved;   /* written by forward, read by backward; OpSpec.saved_bytes. NULL in a pass that only runs
                      forward and keeps nothing: where OpSpec.chooses */
    void *scratch; /* aligned; contents never outlive the call; OpSpec.scratch_count */

    /* Where OpSpec.fuses: what becomes of each number before it is stored; NULL: nothing. */
    const struct ConvEpilogue *epilogue;
    bool fast;         /* may round more where that saves time: ConvShape.fast */
    struct Soon *soon; /* what will be read after this: fetched where there is time for it; NULL: nothing */
    const real *prepared; /* what OpSpec.prepare has made of w; NULL where it makes nothing */

    const real *dy;
    real *dx[OP_INPUTS_MAX];     /* NULL: nobody needs it */
    bool dx_adds[OP_INPUTS_MAX]; /* add to dx instead of overwriting it */
    real *dw[OP_PARAMS_MAX];     /* overwritten; NULL for buffers, or when nobody needs them */
} OpRun;

/* Which elements of its input one element of the output is made of. */
typedef enum OpReads {
    OP_READS_NOTHING, /* the input of the network */
    OP_READS_CELL,    /* the one at its own place, in its own channel */
    OP_READS_WINDOW,  /* kernel_h x kernel_w of them, moved by stride, over a padded input */
    OP_READS_PICK,    /* one of every stride-th row and column */
    OP_READS_ALL,     /* all places */
} OpReads;

/* What Step shows between what an operator reads and what it writes; views/step draws it. */
typedef enum OpMiddle {
    OP_MIDDLE_NOTHING,
    OP_MIDDLE_KERNEL,  /* filters that slide over the input */
    OP_MIDDLE_LINE,    /* y against x, a straight line for each channel */
    OP_MIDDLE_CURVE,   /* y against x: OpActivation.value */
    OP_MIDDLE_LARGEST, /* a window, of which the largest number is kept */
    OP_MIDDLE_SUM,     /* two inputs, added */
    OP_MIDDLE_PICK,    /* the places that are kept, and zeros */
    OP_MIDDLE_MEAN,    /* a whole map becomes one number */
    OP_MIDDLE_MATRIX,  /* every output weighs every input */
    OP_MIDDLE_SOFTMAX, /* scores become probabilities */
    OP_MIDDLE_CHOICE,  /* one of the numbers, which the target names */
} OpMiddle;

/* What an operator computes. */
typedef enum OpWork {
    OP_WORK_FORWARD,
    OP_WORK_INPUT_GRADIENT,
    OP_WORK_WEIGHT_GRADIENT,
    OP_WORK_COUNT
} OpWork;

/* An activation function: every number is mapped by itself, y = f(x). The derivatives stand in the backward
 * pass as a diagonal matrix D, the mask of what passes. */
typedef struct OpActivation {
    double (*value)(double x); /* f */
    double (*slope)(double x); /* f', the entries of D */
    /* f' is 0 or 1: each number passes as it is or not at all, so that D is a mask in the strict sense, f has
     * a kink where it changes, and a unit that is 0 is closed. Otherwise f' is smooth. */
    bool has_gates;
    bool rectifies;          /* f(x) = max(x, 0): a kernel can do it in passing */
    const char *diagonal[2]; /* an entry of D, before and after what f is taken of: "[", " > 0]" */
    double second_moment;    /* mean of f(x)^2 for a standard normal x; initialisation by He assumes 1/2 */
} OpActivation;

enum { OP_EXCERPTS_MAX = 2 };

/* A function worth reading, and a piece of the line in it that does the work. */
typedef struct OpExcerpt {
    const char *path, *function, *now;
} OpExcerpt;

typedef struct OpExcerpts {
    OpExcerpt forward[OP_EXCERPTS_MAX], backward[OP_EXCERPTS_MAX];
} OpExcerpts;

/* How an operator speaks of one of its runs; see core/op/sight.h, core/op/arithmetic.h and
 * core/op/explanation.h. */
struct OpSight;
struct OpCell;
struct ArithmeticPart;
struct Explanation;
struct OpReference;

#define OP_DECLARE_REFERENCE(KIND, file) extern const struct OpReference op_##file##_reference;
OP_LIST(OP_DECLARE_REFERENCE)
#undef OP_DECLARE_REFERENCE

/* Everything that depends on the kind of an operator. Outside of core/op nobody asks for the kind. */
typedef struct OpSpec {
    const char *name;          /* "conv2d"; of an activation also the function's: "relu" */
    const char *title;         /* "Convolution" */
    const char *word;          /* "conv", where there is little room */
    const char *brief;         /* what it does, in at most 48 columns, beside its name */
    const char *sentence;      /* for anyone */
    const char *forward_math;  /* one line of Unicode */
    const char *backward_math; /* one line of Unicode */
    const char *source;        /* paper and section */

    OpReads reads;
    OpMiddle middle;
    bool mixes_channels;                     /* an output is made of all channels of the input */
    bool chooses;                            /* saved: which tap r*S+s won, one int for each element of y */
    bool one_for_batch;                      /* the output is one number whatever the batch */
    bool backward_reads_x, backward_reads_y; /* besides dy, w and saved */
    const OpActivation *activation;          /* NULL: it is none */

    /* Sets op->out from the shapes of the inputs (n = 1), or says what does not fit. */
    bool (*shape)(Op *op, const Shape *x, Error *err);
    /* Fills `params`, returns how many; NULL for none. */
    int (*params)(const Op *op, ParamShape params[OP_PARAMS_MAX]);
    size_t (*saved_bytes)(const Op *op, int batch);   /* NULL for none */
    size_t (*scratch_count)(const Op *op, int batch); /* elements for all workers together; NULL for none */
    uint64_t (*macs)(const Op *op);                   /* multiply-adds for one image; NULL for none */
    /* Operators whose every output needs the same cell of each input and nothing else: forward in two parts, so that
     * any stretch of y can be computed by itself, when it is needed. `begin` writes saved (NULL: nothing to write),
     * reading x in training only; `cells` computes `pixels` pixels of all channels from where x and y point,
     * reading saved and not w. y is none of the inputs. Both NULL for all others. */
    void (*begin)(const OpRun *run);
    void (*cells)(const OpRun *run, size_t pixels);
    /* Their backward pass in three parts. `backward_gather` adds what these pixels of dy and x give to `sums`, as many
     * as `gathered_count` says; both NULL where nothing is summed over pixels. `backward_begin` writes dw, where it is
     * wanted, and to saved what backward_cells reads of the whole sums in training; NULL: neither. `sums` may be NULL
     * in evaluation where no dw is wanted. `backward_cells` writes, or adds, dx of these pixels: from dy, from x or y
     * as the backward_reads below say, and from saved. In evaluation it may run before the sums are whole. */
    size_t (*gathered_count)(const Op *op);
    void (*backward_gather)(const OpRun *run, size_t pixels, double *sums);
    void (*backward_begin)(const OpRun *run, const double *sums);
    void (*backward_cells)(const OpRun *run, size_t pixels);
    void (*forward)(const OpRun *run); /* overwrites y and saved */
    /* Writes dx and dw, reads dy, x, y, w, saved; writes saved as backward_begin does. */
    void (*backward)(const OpRun *run);
    /* Elements of the form of w that forward multiplies by, where that is not w itself, for this batch (NULL or
     * 0: none), and the function that brings w into it. It holds until w changes. */
    size_t (*prepared_count)(const Op *op, int batch);
    void (*prepare)(const OpRun *run, real *prepared);
    bool fuses; /* forward heeds OpRun.epilogue */
    /* In evaluation y = scale * x + shift in each channel, both (K): what these are. NULL: it is no such line. */
    void (*fold)(const OpRun *run, real *scale, real *shift);
    /* How this work is done for this shape on this processor, in a word, `fast` as in OpRun; NULL: by loops of
     * its own. */
    const char *(*strategy)(const Op *op, int batch, bool fast, OpWork work);
    const struct OpReference *reference; /* the same as plain loops; core/op/reference */

    /* How one element came about: of the output, or of what is passed down to an input. `part` is empty; all
     * that the formula reads has been computed. */
    void (*arithmetic)(const struct OpCell *cell, struct ArithmeticPart *part);
    void (*arithmetic_backward)(const struct OpCell *cell, struct ArithmeticPart *part);

    /* For anyone: what it has done in this run; what it does to a gradient on its way back; what one element
     * of the output is (NULL: the terms of the arithmetic say it). */
    void (*say)(const struct OpSight *sight, struct Explanation *out);
    void (*say_backward)(const struct OpSight *sight, struct Explanation *out);
    void (*say_element)(const struct OpCell *cell, const struct ArithmeticPart *part,
                        struct Explanation *out);

    /* For readers of code: PyTorch's line for the same, with this operation's arguments; the loop bounds
     * (NULL: how many numbers), and the lines that do the work; where these depend on shape and processor, a
     * function that says which (or NULL). In PyTorch's line the output is y, a parameter has its
     * suffix for a name and the input is x; of an addition the inputs are f and x. */
    void (*say_torch)(const struct OpSight *sight, struct Explanation *out);
    void (*say_bounds)(const Op *op, struct Explanation *out);
    OpExcerpts excerpts;
    OpExcerpts (*excerpts_of)(const Op *op, int batch);

    /* "3x3 conv, 16, /2" as in figure 3 of He et al. 2015; NULL: op_format_summary. */
    void (*label)(const Op *op, char *out, size_t size);
    const char *remark; /* what a table says of it besides its window; NULL: nothing */
} OpSpec;

const OpSpec *op_spec(OpKind kind);

/* The activation function of a network whose name says nothing of it: the first in the list. */
OpKind op_default_activation(void);
/* The kind of the activation function of that name, "relu"; -1 when there is none. */
int op_find_activation(const char *name);

/* "3x3 /2", the window and the stride; "/2" where it only picks; "" for the others. */
void op_format_window(const Op *op, char *out, size_t size);
/* "conv 3x3 /2", "ReLU" */
void op_format_summary(const Op *op, char *out, size_t size);

/* OpSpec.cells for all pixels, shared among the threads. */
void op_run_cells(const OpRun *run);

/* Work that goes over all pixels of an output cell by cell comes in parts, and a part in stretches. All sizes follow
 * from the shape alone, so that sums over stretches, and then over parts in their order, do not depend on the threads.
 * A stretch and what is computed of it fit into a first-level cache, and it has some pixels for each number that is
 * added to a sum. */
typedef struct OpParts {
    size_t pixels;        /* of the whole output, all images */
    size_t part, stretch; /* pixels of each but perhaps the last one */
    int count;            /* of parts */
} OpParts;

OpParts op_parts(const Op *op, int batch);
/* Elements of scratch for the sums of all parts of an op, aligned as scratch is; 0 where none are gathered. */
size_t op_gather_scratch(const Op *op, int batch);
/* Are the sums of the backward pass wanted? */
bool op_gathers(const OpRun *run);
/* Adds the sums of parts 1 .. to those of part 0. */
void op_add_parts(const Op *op, const OpParts *parts, double *sums);

/* OpSpec.backward of operators with `cells`: its parts one after the other. */
void op_run_backward_cells(const OpRun *run);

/* The shape of op's output for a batch; the loss is one number whatever the batch. */
Shape op_output_shape(const Op *op, int batch);

/* Output rows or columns of a window of `kernel` moved by `stride` over `size` padded by `pad` on both sides.
 */
static inline int op_window_count(int size, int kernel, int stride, int pad) {
    return (size + 2 * pad - kernel) / stride + 1;
}

#endif
