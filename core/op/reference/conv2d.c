/* Convolution without bias. */
#include "core/op/reference/reference.h"

/* The window of x under output pixel (oh,ow), multiplied by filter k and added up. */
static double window_sum(const ReferenceRun *run, int n, int k, int oh, int ow) {
    Doubles x = run->x[0], w = run->w[0];
    double sum = 0;
    for (int r = 0; r < w.shape.h; r++)
        for (int s = 0; s < w.shape.w; s++) {
            int ih = oh * run->op->stride - run->op->pad + r;
            int iw = ow * run->op->stride - run->op->pad + s;
            if (!is_inside(x, ih, iw)) continue;
            for (int c = 0; c < w.shape.c; c++) {
                sum += *at(w, k, c, r, s) * *at(x, n, c, ih, iw);
            }
        }
    return sum;
}

/* y[n,k,oh,ow] = sum over c, r, s of w[k,c,r,s] * x[n,c,ih,iw]
 *   with ih = oh*stride - pad + r and iw = ow*stride - pad + s; x counts as 0 outside of its maps
 *   x (N,C,H,W)    w (K,C,R,S)    y (N,K,OH,OW), in units of x times those of w
 * Errors: none; OpSpec.shape has checked the shapes.
 * Source: LeCun et al. 1998, Proc. IEEE 86(11); He et al. 2015, arXiv:1512.03385, section 3.3. */
static void conv2d_forward(const ReferenceRun *run) {
    Doubles y = run->y;
    for (int n = 0; n < y.shape.n; n++)
        for (int k = 0; k < y.shape.c; k++)
            for (int oh = 0; oh < y.shape.h; oh++)
                for (int ow = 0; ow < y.shape.w; ow++) {
                    *at(y, n, k, oh, ow) = window_sum(run, n, k, oh, ow);
                }
}

/* Every product w * x of window_sum passes dy * w down to x, and dy * x to w. */
static void window_spread(const ReferenceRun *run, int n, int k, int oh, int ow) {
    Doubles x = run->x[0], w = run->w[0], dx = run->dx[0], dw = run->dw[0];
    double dy = *at(run->dy, n, k, oh, ow);
    for (int r = 0; r < w.shape.h; r++)
        for (int s = 0; s < w.shape.w; s++) {
            int ih = oh * run->op->stride - run->op->pad + r;
            int iw = ow * run->op->stride - run->op->pad + s;
            if (!is_inside(x, ih, iw)) continue;
            for (int c = 0; c < w.shape.c; c++) {
                *at(dx, n, c, ih, iw) += dy * *at(w, k, c, r, s);
                *at(dw, k, c, r, s) += dy * *at(x, n, c, ih, iw);
            }
        }
}

/* dx[n,c,ih,iw] = sum over k, r, s of dy[n,k,oh,ow] * w[k,c,r,s]
 * dw[k,c,r,s]   = sum over n, oh, ow of dy[n,k,oh,ow] * x[n,c,ih,iw]
 *   dy (N,K,OH,OW)    dx (N,C,H,W), in units of dy times those of w    dw (K,C,R,S), of dy times those of x */
static void conv2d_backward(const ReferenceRun *run) {
    Doubles dy = run->dy;
    for (int n = 0; n < dy.shape.n; n++)
        for (int k = 0; k < dy.shape.c; k++)
            for (int oh = 0; oh < dy.shape.h; oh++)
                for (int ow = 0; ow < dy.shape.w; ow++) {
                    window_spread(run, n, k, oh, ow);
                }
}

const OpReference op_conv2d_reference = {
    .forward = conv2d_forward,
    .backward = conv2d_backward,
    .lines = {.forward = {{"core/op/reference/conv2d.c", "window_sum", "sum +="},
                          {"core/op/reference/conv2d.c", "conv2d_forward", "window_sum("}},
              .backward = {{"core/op/reference/conv2d.c", "window_spread", "at(dx"},
                           {"core/op/reference/conv2d.c", "conv2d_backward", "window_spread("}}},
};
