/* Unrolling windows into matrix rows and folding them back; used by core/conv only. */
#ifndef CORE_CONV_WINDOW_H
#define CORE_CONV_WINDOW_H

#include "core/conv/conv.h"

/* Row p-begin of `rows` (stride R*S*C) becomes the window of output pixel p, for p in begin..end-1; pixels
 * count through (n, oh, ow). Taps outside the image are 0. */
void window_unroll(const ConvShape *shape, const real *x, int begin, int end, real *rows);

/* Input rows begin..end-1, counted through (n, h) from image `first_image`: dx = (or +=) sum of the entries
 * of `rows` that the forward pass took from each element. `rows` holds the windows of all output pixels of
 * the images from first_image on. */
typedef struct WindowFold {
    const ConvShape *shape;
    const real *rows;
    real *dx;
    int first_image;
    bool add;
} WindowFold;
void window_fold(const WindowFold *fold, int begin, int end);

/* The weights by which dx, with stride 1, is a convolution of dy: w (R,S,C,K) turned by half, C and K exchanged.
 *   turned[r,s,k,c] = w[R-1-r,S-1-s,c,k]      turned (R,S,K,C) */
void window_turn(const ConvShape *shape, const real *w, real *turned);

#endif
