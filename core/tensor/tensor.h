/* Shapes and views of numbers.
 *
 * Tensors are spoken of as (N,C,H,W), as in PyTorch, and lie channels-last in memory, (n,h,w,c): a 1x1
 * convolution is then one matrix product and a 3x3 window is three contiguous rows. Files keep their own
 * order; the conversion lives where the file is read or written.
 *
 * Letters, everywhere: N batch, C channels in, K channels out, H W input rows and columns, R S kernel rows
 * and columns, OH OW output rows and columns; x y w values, dx dy dw gradients; i is an op index, c a
 * channel. */
#ifndef CORE_TENSOR_TENSOR_H
#define CORE_TENSOR_TENSOR_H

#include <stdbool.h>
#include <stddef.h>

/* The engine's number. The program is built with float; the gradient checks build the same sources with
 * -DSKIPSCOPE_REAL=double, where central differences are exact enough to judge a derivative. */
#ifndef SKIPSCOPE_REAL
#define SKIPSCOPE_REAL float
#endif
typedef SKIPSCOPE_REAL real;

typedef struct Shape {
    int n, c, h, w;
} Shape;

/* A view: never owns `data`. data is NULL while the tensor has not been computed. */
typedef struct Tensor {
    Shape shape;
    real *data;
} Tensor;

/* Elements of a shape. Shapes come from networks whose sizes were checked when they were built. */
static inline size_t shape_count(Shape s) {
    return (size_t)s.n * (size_t)s.c * (size_t)s.h * (size_t)s.w;
}

/* Elements rounded up to whole cache lines of 64 bytes: what follows them in memory then begins on one. */
static inline size_t tensor_round_up(size_t count) {
    const size_t line = 64 / sizeof(real);
    return (count + line - 1) / line * line;
}

static inline bool shape_equal(Shape a, Shape b) {
    return a.n == b.n && a.c == b.c && a.h == b.h && a.w == b.w;
}

/* Where (n,c,h,w) lies in memory. */
static inline size_t shape_index(Shape s, int n, int c, int h, int w) {
    return (((size_t)n * (size_t)s.h + (size_t)h) * (size_t)s.w + (size_t)w) * (size_t)s.c + (size_t)c;
}

/* Between file order (n,c,h,w) and memory order (n,h,w,c). */
void tensor_from_nchw(real *nhwc, const float *nchw, Shape shape);
void tensor_to_nchw(float *nchw, const real *nhwc, Shape shape);

/* What one line below a tensor says about it. NaN and Inf are counted and left out of the other figures. */
typedef struct Stats {
    size_t count, zeros, negative, nan, inf;
    double min, max, mean, std, l2; /* std divides by count; l2 = sqrt(sum of squares) */
    bool known;                     /* false: not computed yet */
} Stats;

Stats tensor_stats(const real *data, size_t count);

/* sum a[j]*b[j] in double; both of `count` elements. */
double tensor_dot(const real *a, const real *b, size_t count);

#endif
