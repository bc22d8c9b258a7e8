/* Max pooling. */
#include <math.h>

#include "core/op/reference/reference.h"

typedef struct Place {
    int h, w;
} Place;

/* Where the largest x of a window stands: the first of equal ones, row by row; the last NaN, if there is one.
 * Padding is never chosen. */
static Place place_of_largest(const ReferenceRun *run, int n, int c, int oh, int ow) {
    Doubles x = run->x[0];
    Place best = {-1, -1};
    for (int r = 0; r < run->op->kernel_h; r++)
        for (int s = 0; s < run->op->kernel_w; s++) {
            int ih = oh * run->op->stride - run->op->pad + r;
            int iw = ow * run->op->stride - run->op->pad + s;
            if (!is_inside(x, ih, iw)) continue;
            double value = *at(x, n, c, ih, iw);
            bool is_first = best.h < 0;
            if (is_first || value > *at(x, n, c, best.h, best.w) || isnan(value)) {
                best = (Place){ih, iw};
            }
        }
    return best;
}

/* y[n,c,oh,ow] = largest of x[n,c,ih,iw] over r, s
 *   with ih = oh*stride - pad + r and iw = ow*stride - pad + s
 *   x (N,C,H,W)    y (N,C,OH,OW), in units of x
 * Errors: none; OpSpec.shape has checked that every window has an element.
 * Source: He et al. 2015, arXiv:1512.03385, table 1. */
static void max_pool_forward(const ReferenceRun *run) {
    Doubles x = run->x[0], y = run->y;
    for (int n = 0; n < y.shape.n; n++)
        for (int c = 0; c < y.shape.c; c++)
            for (int oh = 0; oh < y.shape.h; oh++)
                for (int ow = 0; ow < y.shape.w; ow++) {
                    Place best = place_of_largest(run, n, c, oh, ow);
                    *at(y, n, c, oh, ow) = *at(x, n, c, best.h, best.w);
                }
}

/* dx = sum of dy over the windows whose largest element it was. dy (N,C,OH,OW), dx (N,C,H,W). */
static void max_pool_backward(const ReferenceRun *run) {
    Doubles dy = run->dy, dx = run->dx[0];
    for (int n = 0; n < dy.shape.n; n++)
        for (int c = 0; c < dy.shape.c; c++)
            for (int oh = 0; oh < dy.shape.h; oh++)
                for (int ow = 0; ow < dy.shape.w; ow++) {
                    Place best = place_of_largest(run, n, c, oh, ow);
                    *at(dx, n, c, best.h, best.w) += *at(dy, n, c, oh, ow);
                }
}

const OpReference op_max_pool_reference = {
    .forward = max_pool_forward,
    .backward = max_pool_backward,
    .lines = {.forward = {{"core/op/reference/max_pool.c", "place_of_largest", "value > "},
                          {"core/op/reference/max_pool.c", "max_pool_forward", "at(y"}},
              .backward = {{"core/op/reference/max_pool.c", "max_pool_backward", "+="}}},
};
