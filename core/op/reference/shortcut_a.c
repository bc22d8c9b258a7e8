/* Option A: a shortcut into a smaller map with more channels, without parameters. */
#include "core/op/reference/reference.h"

/* y[n,k,oh,ow] = x[n,k-z,oh*stride,ow*stride] where there is such a channel, else 0, with z = (K-C)/2
 *   x (N,C,H,W)    y (N,K,OH,OW), in units of x
 * Errors: none; OpSpec.shape has checked that K-C is even.
 * Source: He et al. 2015, arXiv:1512.03385, section 3.3. */
static void shortcut_a_forward(const ReferenceRun *run) {
    Doubles x = run->x[0], y = run->y;
    int stride = run->op->stride, zeros = (y.shape.c - x.shape.c) / 2;
    for (int n = 0; n < y.shape.n; n++)
        for (int k = 0; k < y.shape.c; k++)
            for (int oh = 0; oh < y.shape.h; oh++)
                for (int ow = 0; ow < y.shape.w; ow++) {
                    bool is_old = k >= zeros && k < zeros + x.shape.c;
                    *at(y, n, k, oh, ow) = is_old ? *at(x, n, k - zeros, oh * stride, ow * stride) : 0;
                }
}

/* dx[n,c,oh*stride,ow*stride] = dy[n,z+c,oh,ow]; 0 at the places between. dy (N,K,OH,OW), dx (N,C,H,W). */
static void shortcut_a_backward(const ReferenceRun *run) {
    Doubles dy = run->dy, dx = run->dx[0];
    int stride = run->op->stride, zeros = (dy.shape.c - dx.shape.c) / 2;
    for (int n = 0; n < dy.shape.n; n++)
        for (int c = 0; c < dx.shape.c; c++)
            for (int oh = 0; oh < dy.shape.h; oh++)
                for (int ow = 0; ow < dy.shape.w; ow++)
                    *at(dx, n, c, oh * stride, ow * stride) += *at(dy, n, zeros + c, oh, ow);
}

const OpReference op_shortcut_a_reference = {
    .forward = shortcut_a_forward,
    .backward = shortcut_a_backward,
    .lines = {.forward = {{"core/op/reference/shortcut_a.c", "shortcut_a_forward", "is_old ?"}},
              .backward = {{"core/op/reference/shortcut_a.c", "shortcut_a_backward", "+="}}},
};
