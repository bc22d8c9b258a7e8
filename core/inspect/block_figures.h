/* A residual block in figures: y = f(F(x) + shortcut(x)) forward, with f the activation function, and the way
 * of the gradient back from y to x. Norms are l2 over the whole tensor; NaN while not known. */
#ifndef CORE_INSPECT_BLOCK_FIGURES_H
#define CORE_INSPECT_BLOCK_FIGURES_H

#include "core/pass/pass.h"

/* The block of an op, or the nearest one for an op outside. */
int block_of_op(const Network *network, int op);

/* Which of the two ways is closed; see SkipMode in core/pass/pass.h. */
typedef struct BlockGates {
    bool skip_closed, branch_closed;
} BlockGates;

BlockGates block_gates(const Pass *pass, int block, bool backward);

typedef struct BlockForward {
    bool known; /* the block has been run; x alone may be there before */
    double x, shortcut, branch, sum, y;
    double ratio;  /* |F| / |shortcut|; NaN without a shortcut */
    double cosine; /* between F(x) and shortcut(x); NaN when one of them is 0 */
    double kept;   /* mean of the mask D of the activation at the end; see activation_density */
} BlockForward;

BlockForward block_forward(const Pass *pass, int block);

/* The gradient at y, past the activation (at the sum), and at x in its two parts. */
typedef struct BlockBackward {
    bool known; /* all the way to x */
    double y, sum, skip, branch, x;
    double cosine; /* between the two parts at x */
    double kept;   /* as forward */
} BlockBackward;

BlockBackward block_backward(const Pass *pass, int block);

/* The channel of x that stands for channel `c` of y: under option A the one that lands there; otherwise the
 * same number. The nearest there is. */
int block_input_channel(const Network *network, int block, int c);

#endif
