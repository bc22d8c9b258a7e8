/* Where the taps of a window lie: of the input for an element of the output, and the other way round. For the
 * arithmetic of the operators that read windows. */
#ifndef CORE_OP_TAP_H
#define CORE_OP_TAP_H

#include "core/op/arithmetic.h"

/* The element that a tap stands on: of the input forward, of the output backward. */
typedef struct Tap {
    ArithmeticCellState state;
    int row, column;
} Tap;

static inline int tap_count(const Op *op) {
    return op->kernel_h * op->kernel_w;
}

/* The input element that tap r*S+s of the window of output (row,column) reads. */
static inline Tap tap_of_input(const Op *op, int row, int column, int tap) {
    Tap at = {.row = row * op->stride - op->pad + tap / op->kernel_w,
              .column = column * op->stride - op->pad + tap % op->kernel_w};
    bool inside = at.row >= 0 && at.row < op->in.h && at.column >= 0 && at.column < op->in.w;
    at.state = inside ? ARITHMETIC_INSIDE : ARITHMETIC_OUTSIDE;
    return at;
}

/* The output element whose window reads input (row,column) with tap r*S+s. */
static inline Tap tap_of_output(const Op *op, int row, int column, int tap) {
    int top = row + op->pad - tap / op->kernel_w, left = column + op->pad - tap % op->kernel_w;
    if (top % op->stride != 0 || left % op->stride != 0) return (Tap){.state = ARITHMETIC_BETWEEN};
    Tap at = {.row = top / op->stride, .column = left / op->stride};
    bool inside = at.row >= 0 && at.row < op->out.h && at.column >= 0 && at.column < op->out.w;
    at.state = inside ? ARITHMETIC_INSIDE : ARITHMETIC_OUTSIDE;
    return at;
}

#endif
