/* Building one part of an Arithmetic; used by the files arithmetic_*.c only. */
#ifndef CORE_INSPECT_ARITHMETIC_PART_H
#define CORE_INSPECT_ARITHMETIC_PART_H

#include "core/inspect/arithmetic.h"

/* The element itself: `element` is an element of the output of `op` in the forward direction, of the input
 * number `input` of `op` backward. */
typedef struct ArithmeticSite {
    const ArithmeticQuery *query;
    const Pass *pass;
    const Network *network;
    const Op *op; /* whose formula is applied */
    int input;    /* backward: which of its inputs the element belongs to */
    int wanted;   /* term to take apart; -1: the largest */
} ArithmeticSite;

double arithmetic_element(Tensor tensor, int n, int c, int h, int w);
/* The parameter number k of the op, in memory order. */
const real *arithmetic_param(const ArithmeticSite *site, int k);

/* Adds a term in its place in the ranking and to total and magnitude. */
void arithmetic_add_term(ArithmeticPart *part, int index, double value);
void arithmetic_add_number(ArithmeticPart *part, ArithmeticNumber number);
/* A part that is one plain value. */
void arithmetic_set_value(ArithmeticPart *part, double value);
/* Finds the wanted term, or else the largest, and returns its index; -1 when there are no terms. */
int arithmetic_choose(ArithmeticPart *part, int wanted);
void arithmetic_write(char text[ARITHMETIC_TEXT_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* For "a - b" whatever the sign of b: `%c %.4g` with these two. */
char arithmetic_plus(double value);
char arithmetic_minus(double value);

/* The formulas. They expect that everything they read has been computed. */
void arithmetic_forward(const ArithmeticSite *site, ArithmeticPart *part);
void arithmetic_backward(const ArithmeticSite *site, ArithmeticPart *part);
void arithmetic_conv_forward(const ArithmeticSite *site, ArithmeticPart *part);
void arithmetic_conv_backward(const ArithmeticSite *site, ArithmeticPart *part);
void arithmetic_pool_forward(const ArithmeticSite *site, ArithmeticPart *part);
void arithmetic_pool_backward(const ArithmeticSite *site, ArithmeticPart *part);

#endif
