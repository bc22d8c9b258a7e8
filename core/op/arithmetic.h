/* How one element came about in one operator, as plain data: a formula, its numbers, and a sum of terms
 * (input channels, output channels, cells, classes) ranked by magnitude, of which one is taken apart into its
 * products. Each operator fills a part of its own formula; core/inspect/arithmetic puts the parts together.
 */
#ifndef CORE_OP_ARITHMETIC_H
#define CORE_OP_ARITHMETIC_H

#include "core/op/sight.h"

enum {
    ARITHMETIC_TERMS_MAX = 256, /* the largest ones, kept one by one */
    ARITHMETIC_NUMBERS_MAX = 10,
    ARITHMETIC_CELLS_MAX = 64, /* 7x7 kernels and 8x8 maps */
    ARITHMETIC_TEXT_MAX = 160,
};

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

/* Adds a term in its place in the ranking, and to total. */
void arithmetic_add_term(ArithmeticPart *part, int index, double value);
void arithmetic_add_number(ArithmeticPart *part, ArithmeticNumber number);
/* The gradient of the loss at the operator's output, as a number of the formula. */
void arithmetic_add_dy(const OpCell *cell, ArithmeticPart *part, double dy);
/* A part that is one plain value. */
void arithmetic_set_value(ArithmeticPart *part, double value);
/* Finds the wanted term, or else the largest, and returns its index; -1 when there are no terms. */
int arithmetic_choose(ArithmeticPart *part, int wanted);
void arithmetic_write(char text[ARITHMETIC_TEXT_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* For "a - b" whatever the sign of b: `%c %.4g` with these two. */
char arithmetic_plus(double value);
char arithmetic_minus(double value);

#endif
