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
#include "core/op/arithmetic.h"
#include "core/pass/pass.h"

enum {
    ARITHMETIC_PARTS_MAX = 4,
    ARITHMETIC_LINKS_MAX = 4,
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

/* What becomes of an activation at its own cell: the batch norm, addition and activation function that
 * follow, as far as they have been computed. */
typedef struct ArithmeticLink {
    int op;
    double value;
    char worked[ARITHMETIC_TEXT_MAX];
} ArithmeticLink;

/* Returns how many links; 0 backward, and after an op with several consumers. */
int arithmetic_chain(const ArithmeticQuery *query, ArithmeticLink links[ARITHMETIC_LINKS_MAX]);

#endif
