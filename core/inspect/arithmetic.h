/* How one number came about: the arithmetic of one element of an activation, or of a gradient, with the very
 * numbers of this pass. Plain data that any view can draw.
 *
 * Forward, act[i] has one part: the formula of op i. Backward, grad[i] is the sum of what the ops that read
 * act[i] pass down, so there is one part for each of them, with the formula of that op's backward. A part is
 * a sum of terms (input channels, output channels, cells, classes), ranked by magnitude; one term can be
 * taken apart into its products.
 *
 * Everything is computed anew in double from the tensors of the pass, so `sum` differs from the element in
 * memory by the rounding of the engine's own sums only. */
#ifndef CORE_INSPECT_ARITHMETIC_H
#define CORE_INSPECT_ARITHMETIC_H

#include "core/image/normalise.h"
#include "core/pass/pass.h"

enum {
    ARITHMETIC_PARTS_MAX = 4,
    ARITHMETIC_TERMS_MAX = 256, /* the largest ones, kept one by one */
    ARITHMETIC_NUMBERS_MAX = 10,
    ARITHMETIC_CELLS_MAX = 64, /* 7x7 kernels and 8x8 maps */
    ARITHMETIC_LINKS_MAX = 4,
    ARITHMETIC_TEXT_MAX = 160,
};

typedef struct ArithmeticQuery {
    const Pass *pass;
    const Normalise *normalise; /* to follow the input back to a pixel; NULL: not known */
    int op;
    bool backward;               /* grad[op] instead of act[op] */
    int n, channel, row, column; /* inside the op's output */
    int part,
        term; /* which term of which part to take apart; term -1: the largest. Other parts: the largest */
} ArithmeticQuery;

/* What the terms of a part are counted by. */
typedef enum ArithmeticAxis {
    ARITHMETIC_NO_TERMS,
    ARITHMETIC_IN_CHANNEL,
    ARITHMETIC_OUT_CHANNEL,
    ARITHMETIC_CELL,   /* row * axis_width + column of the input map */
    ARITHMETIC_WINDOW, /* row * axis_width + column of the output map: the window that belongs to it */
    ARITHMETIC_CLASS,
    ARITHMETIC_ROUTE, /* 0 the branch F(x), 1 the skip x */
    ARITHMETIC_NORM,  /* batch norm in training: 0 dy itself, 1 through the mean, 2 through the variance */
} ArithmeticAxis;

typedef struct ArithmeticTerm {
    int index;
    double value;
} ArithmeticTerm;

/* A number that stands in the formula. */
typedef struct ArithmeticNumber {
    const char *name;    /* "gamma" */
    const char *meaning; /* "scale, learned" */
    double value;
    int op;       /* the op whose activation or gradient it was read from; -1: none */
    bool dropped; /* it would count, but skips have been taken away here */
} ArithmeticNumber;

typedef enum ArithmeticCellState {
    ARITHMETIC_INSIDE,
    ARITHMETIC_OUTSIDE, /* padding: 0 for a convolution, never chosen by max pooling */
    ARITHMETIC_BETWEEN, /* backward through a stride: no output cell read the input with this tap */
} ArithmeticCellState;

/* A window of values, perhaps each times a weight. Cell (r,s) is entry r * columns + s. */
typedef struct ArithmeticGrid {
    int rows, columns;                                   /* 0: there is none */
    const char *value_name, *weight_name, *product_name; /* weight_name NULL: values only */
    int source_row[ARITHMETIC_CELLS_MAX], source_column[ARITHMETIC_CELLS_MAX]; /* where the value lies */
    ArithmeticCellState state[ARITHMETIC_CELLS_MAX];
    double value[ARITHMETIC_CELLS_MAX], weight[ARITHMETIC_CELLS_MAX], product[ARITHMETIC_CELLS_MAX];
    int winner; /* max pooling: the cell that won; -1: none */
    int self;   /* backward: the cell in question; -1: none */
} ArithmeticGrid;

typedef enum ArithmeticRoute { ARITHMETIC_WHOLE, ARITHMETIC_BRANCH, ARITHMETIC_SKIP } ArithmeticRoute;

typedef struct ArithmeticPart {
    int op;                           /* whose formula it is */
    ArithmeticRoute route;            /* of a block's input, backward: through which route this part came */
    bool closed;                      /* a skip or branch that was taken away: the value is 0 */
    const char *formula;              /* in general */
    const char *note;                 /* what is special about this pass; "" for nothing */
    char worked[ARITHMETIC_TEXT_MAX]; /* with this cell's numbers; "" where the terms say it all */

    ArithmeticNumber numbers[ARITHMETIC_NUMBERS_MAX];
    int number_count;

    ArithmeticAxis axis;
    int axis_width;                             /* columns, for cells and windows */
    int term_total, term_count;                 /* terms there are, terms kept */
    ArithmeticTerm terms[ARITHMETIC_TERMS_MAX]; /* ranked by magnitude; NaN first */
    double tail;                                /* sum of the terms not kept */
    double constant;                            /* the bias of a linear layer */
    double total;                               /* all terms and the constant */
    int chosen;                                 /* place in `terms` of the term taken apart; -1: none */
    ArithmeticGrid grid;                        /* its products */

    double value;     /* what this part comes to */
    double magnitude; /* sum of the magnitudes of everything added up: the yardstick of rounding */
} ArithmeticPart;

typedef struct Arithmetic {
    double element; /* as it lies in the tensor */
    double sum;     /* of the parts, in double */
    double magnitude;
    int part_count;
    ArithmeticPart parts[ARITHMETIC_PARTS_MAX];
} Arithmetic;

/* False while the element has not been computed; `out` is then unspecified. */
bool arithmetic_find(const ArithmeticQuery *query, Arithmetic *out);

/* Sum of all terms but the `shown` largest. */
double arithmetic_other(const ArithmeticPart *part, int shown);

/* "in ch 3", "out ch 12", "(4,7)", "class 3", "skip", ... into buffer; returns buffer. */
const char *arithmetic_term_name(const ArithmeticPart *part, int index, char *buffer, size_t size);

/* What becomes of an activation at its own cell: the batch norm, addition and ReLU that follow, as far as
 * they have been computed. */
typedef struct ArithmeticLink {
    int op;
    double value;
    char worked[ARITHMETIC_TEXT_MAX];
} ArithmeticLink;

/* Returns how many links; 0 backward, and behind an op with several readers. */
int arithmetic_chain(const ArithmeticQuery *query, ArithmeticLink links[ARITHMETIC_LINKS_MAX]);

#endif
