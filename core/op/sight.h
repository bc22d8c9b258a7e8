/* What an operator may look at to speak of one of its runs: the tensors, what has been measured of them, and
 * what the words need besides. */
#ifndef CORE_OP_SIGHT_H
#define CORE_OP_SIGHT_H

#include "core/op/op.h"

/* The two terms of a block's addition, as they stand in memory, whatever its gates let through. */
typedef struct AdditionTerms {
    bool known;                /* both have been computed, and the block has an addition */
    double branch_l2, skip_l2; /* |F(x)| and |shortcut(x)| over the whole tensor */
    double ratio;              /* |F(x)| / |shortcut(x)| */
    double cosine;             /* between the two; NaN when one of them is zero */
} AdditionTerms;

typedef struct OpSight {
    OpRun run;                      /* run forward; dy is the gradient of y, NULL while not computed */
    Stats x, y;                     /* of run.x[0] and run.y */
    SkipMode skip;                  /* of the pass */
    bool is_lesioned;               /* SKIP_LESION: its block is one of those chosen */
    bool is_identity;               /* an addition: its shortcut brings x itself */
    AdditionTerms terms;            /* of an addition */
    const float *mean, *std;        /* of the three colours of a picture; NULL: not known */
    const char *const *class_names; /* NULL: numbers */
} OpSight;

/* One element, of the output, or of the gradient of input number `input`. */
typedef struct OpCell {
    const OpSight *sight;
    bool backward;
    int input;
    int n, channel, row, column;
    int wanted; /* the term to take apart; -1: the largest */
} OpCell;

/* Input k (N,C,H,W), output (N,K,OH,OW) and its gradient. */
static inline Tensor op_sight_x(const OpSight *sight, int k) {
    Shape shape = sight->run.op->in;
    shape.n = sight->run.batch;
    return (Tensor){shape, (real *)sight->run.x[k]};
}

static inline Tensor op_sight_y(const OpSight *sight) {
    return (Tensor){op_output_shape(sight->run.op, sight->run.batch), sight->run.y};
}

static inline Tensor op_sight_dy(const OpSight *sight) {
    return (Tensor){op_output_shape(sight->run.op, sight->run.batch), (real *)sight->run.dy};
}

/* The largest number of the first image's output, and where it lies. */
typedef struct OpPeak {
    double value;
    int channel, row, column;
} OpPeak;

OpPeak op_sight_peak(const OpSight *sight);

/* "cat", or "class 3" in `buffer` where there are no names. */
const char *op_sight_class(const OpSight *sight, int k, char buffer[32]);

static inline double op_element(Tensor tensor, int n, int c, int h, int w) {
    return (double)tensor.data[shape_index(tensor.shape, n, c, h, w)];
}

/* The element of the tensor at the cell's own place. */
static inline double op_element_here(Tensor tensor, const OpCell *cell) {
    return op_element(tensor, cell->n, cell->channel, cell->row, cell->column);
}

#endif
