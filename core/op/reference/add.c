/* The addition of a residual block. */
#include "core/op/reference/reference.h"

enum { BRANCH, SKIP };

/* y = F(x) + x; a closed gate takes its term away.
 *   F(x), x, y (N,C,H,W), all in one unit
 * Source: He et al. 2015, arXiv:1512.03385, equation 1. */
static void add_forward(const ReferenceRun *run) {
    const double *branch = run->x[BRANCH].data, *skip = run->x[SKIP].data;
    for (size_t j = 0; j < shape_count(run->y.shape); j++) {
        double from_branch = run->gates.branch_forward ? branch[j] : 0;
        double from_skip = run->gates.skip_forward ? skip[j] : 0;
        run->y.data[j] = from_branch + from_skip;
    }
}

/* dF = dy and dx = dy; a closed gate lets none of it through. dy, dF, dx (N,C,H,W). */
static void add_backward(const ReferenceRun *run) {
    const double *dy = run->dy.data;
    for (size_t j = 0; j < shape_count(run->y.shape); j++) {
        if (run->gates.branch_backward) run->dx[BRANCH].data[j] += dy[j];
        if (run->gates.skip_backward) run->dx[SKIP].data[j] += dy[j];
    }
}

const OpReference op_add_reference = {
    .forward = add_forward,
    .backward = add_backward,
    .lines = {.forward = {{"core/op/reference/add.c", "add_forward", "from_branch + from_skip"}},
              .backward = {{"core/op/reference/add.c", "add_backward", "dx[SKIP]"}}},
};
