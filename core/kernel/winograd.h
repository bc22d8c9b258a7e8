/* Winograd's convolution by 3x3 with stride 1, F(m x m, 3x3): what one set of loops does for it; see
 * core/conv/winograd.h for the whole. A map is cut into tiles of m x m outputs, m = 2 or 4, each of which reads
 * n x n inputs, n = m + 2. Brought into another basis, tiles and weights have n*n components each, and every
 * component of the output is a plain product over the channels of that component alone:
 *   Y = At (sum over c of (G g Gt) * (Bt d B)) A        * component by component
 * The matrices are those of interpolation at n - 1 points and infinity. With m = 2 the points are 0, 1, -1; with
 * m = 4 they are 0, 5/8, -5/8, 3/2, -3/2, whose rounding errors are a third of those at 0, 1, -1, 2, -2, which
 * literature takes for its small whole numbers; all constants of Bt and At are exact in float. Component
 * (i,j) is number i*n + j; i and j count the points as above, infinity last. */
#ifndef CORE_KERNEL_WINOGRAD_H
#define CORE_KERNEL_WINOGRAD_H

#include "core/tensor/tensor.h"

/* How the maps of a batch are cut. Tiles count through (n, row, column). */
typedef struct WinogradMap {
    int size;         /* m: 2 or 4 */
    int h, w, c, pad; /* x (N,H,W,C), surrounded by zeros */
    int oh, ow, k;    /* y (N,OH,OW,K) */
    int across, down; /* tiles of an image */
} WinogradMap;

/* Tiles begin .. end-1, all channels: x to components. */
typedef struct WinogradInput {
    const WinogradMap *map; /* c: a multiple of the set's lanes */
    const real *x;
    const real *zeros; /* n*c of them: what lies above and below the maps */
    real *v;           /* of tile `begin` */
    size_t plane;      /* elements of v from component to component */
    size_t step;       /* and from tile to tile */
    int begin, end;
} WinogradInput;

/* Some weights to components, in panels of output channels: u[k / panel, i*n + j, c, k % panel]. */
typedef struct WinogradWeights {
    int size;
    int channels, columns, panel; /* columns and panel: multiples of the set's lanes */
    const real *w;                /* of tap (0,0), first channel, first column */
    ptrdiff_t w_tap;              /* elements of w from tap to tap */
    size_t w_step;                /* from channel to channel; columns lie side by side */
    bool
        turned; /* then w_step is from column to column, channels, a multiple of the lanes, lie side by side */
    real *u;
    size_t panel_step, plane; /* elements of u from panel to panel, from component to component */
} WinogradWeights;

/* Tiles begin .. end-1, some channels: components of sums to y. */
typedef struct WinogradOutput {
    const WinogradMap *map;
    const real *m; /* of tile `begin`, first channel */
    size_t plane, step;
    real *y;                   /* of image 0, row 0, column 0, first channel */
    const real *scale, *shift; /* of the first channel; both or neither: y = sum * scale + shift */
    const real *addend;        /* as y lies, or NULL: added after that; may be y itself */
    bool relu;                 /* then negative values become 0; NaN stays NaN */
    int begin, end;
    int columns; /* a multiple of the set's lanes */
} WinogradOutput;

/* The gradient of the weights is Winograd's convolution, too, F(3x3, m x m), with the same points and the same components
 * of x:
 *   dW = A3t (sum over tiles of (Gm dY Gmt) * (Bt d B)) A3        * component by component
 * Gm and A3 are G and A for weights of m x m and outputs of 3x3. */

/* Tiles begin .. end-1, all output channels: dy to components. Pixels of a tile that lie outside of y count as 0. */
typedef struct WinogradDy {
    const WinogradMap *map; /* k: a multiple of the set's lanes */
    const real *dy;         /* (N,OH,OW,K) */
    real *u;                /* of tile `begin` */
    size_t plane, step;     /* elements of u from component to component, from tile to tile */
    int begin, end;
} WinogradDy;

/* Components of sums to dw, some channels by some columns. */
typedef struct WinogradDw {
    int size;
    int channels, columns; /* columns: a multiple of the set's lanes */
    const real *u;
    size_t plane, step;   /* elements of u from component to component, from channel to channel */
    real *w;              /* of tap (0,0), first channel, first column */
    size_t w_tap, w_step; /* elements of w from tap to tap, from channel to channel */
    bool add;             /* w += instead of w = */
    bool stream;          /* written past the caches, as Outer.stream */
} WinogradDw;

#endif
