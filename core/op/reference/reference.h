/* What every operator computes, as plain loops in double: the formula, and nothing that makes it fast. The
 * kernels are judged by them, and level 2 of an explanation shows them first. One file an operator,
 * core/op/reference/<file>.c, defines op_<file>_reference. */
#ifndef CORE_OP_REFERENCE_REFERENCE_H
#define CORE_OP_REFERENCE_REFERENCE_H

#include "core/op/op.h"

/* Numbers that lie channels-last as in core/tensor. Parameters: weights of a convolution (K,C,R,S), of a
 * linear layer (K,C,1,1); one number a channel (1,C,1,1). */
typedef struct Doubles {
    Shape shape;
    double *data;
} Doubles;

static inline double *at(Doubles of, int n, int c, int h, int w) {
    return of.data + shape_index(of.shape, n, c, h, w);
}

/* Is there such a row and column? Where not, a window stands on padding. */
static inline bool is_inside(Doubles of, int h, int w) {
    return h >= 0 && h < of.shape.h && w >= 0 && w < of.shape.w;
}

/* Channel c of pixel p, which counts through (n,h,w). */
static inline double *at_pixel(Doubles of, size_t p, int c) {
    return of.data + p * (size_t)of.shape.c + (size_t)c;
}

/* The number of channel c of a parameter (1,C,1,1). */
static inline double *at_channel(Doubles of, int c) {
    return of.data + c;
}

/* One run of one operator; x, w, dy are read. */
typedef struct ReferenceRun {
    const Op *op; /* stride, pad */
    bool batch_statistics;
    AddGates gates;
    const int *targets; /* of cross-entropy: the class of each image */
    Doubles x[OP_INPUTS_MAX], w[OP_PARAMS_MAX], y;
    Doubles dy, dx[OP_INPUTS_MAX], dw[OP_PARAMS_MAX];
} ReferenceRun;

typedef struct OpReference {
    void (*forward)(const ReferenceRun *run);  /* overwrites y */
    void (*backward)(const ReferenceRun *run); /* adds to dx, and to dw of what learns */
    OpExcerpts lines;                          /* what an explanation shows of them */
} OpReference;

#endif
