/* The innermost loops of the engine, in vectors as wide as the processor has them. One source, the *_body.h
 * of this room, is compiled once for each instruction set (generic.c, avx2.c, avx512.c) and chosen here when
 * the program runs. What the loops are used for is decided elsewhere, see core/conv. */
#ifndef CORE_KERNEL_KERNEL_H
#define CORE_KERNEL_KERNEL_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/kernel/winograd.h"
#include "core/tensor/tensor.h"

/* Columns of a matrix brought together: to (rows, columns rounded up to a multiple of `lanes`), zeros behind the
 * last column. */
typedef struct Panel {
    const real *from; /* rows are from_step elements apart */
    size_t from_step;
    real *to;
    int rows, columns;
    bool turned; /* then columns are from_step elements apart, and the elements of a column side by side */
} Panel;

/* A product of some pixels with a panel of weights, `columns` output channels wide:
 *   sum[p,k] = begin[p,k] + sum over t < taps, c < channels of x[t,p][c] * w[t*channels + c, k]
 *   y[p,k]   = relu(sum[p,k] * scale[k] + shift[k] + addend[p,k])    where of each only what is asked for
 * Every element is one chain of sums in the order of t and c, to which `begin` is added at the end: a long
 * reduction in parts is the more exact for it. It does not matter what pixels and columns are around it. */
typedef struct Product {
    const real *const *x; /* x[t*x_step + p] points to the channels of pixel p under tap t */
    size_t x_step;
    size_t x_first; /* the channel of x that counts as 0 */
    const real *w;  /* rows are w_step elements apart, and readable to a multiple of `lanes` elements */
    size_t w_step;
    const real *begin; /* pixels are begin_step elements apart; NULL: 0. May be y itself */
    size_t begin_step;
    real *y; /* pixels are y_step elements apart, those of addend too */
    size_t y_step;
    const real *scale, *shift; /* both or neither */
    const real *addend;        /* may be y itself, unless begin is */
    bool relu;
    int taps, channels;
    /* 0, or after how many channels of a tap a new sum is begun; these sums are then added up, since sums of short
     * sums round less. The addend may not be y then. */
    int chain;
    int pixels;  /* any number, at least 1; a multiple of kernel_pixels() takes the least time for each */
    int columns; /* 1 .. Kernels.columns */
    /* A hint: what will be needed soon. From here on one cache line is fetched for each of the taps*channels
     * rows that are added up, `ahead_step` bytes further each; once for every tile of pixels, each of which
     * begins 64 bytes after the one before, until `ahead_lines` of them are done. Where `ahead_rows` is not 0, a tile
     * fetches several such lines: after so many rows of a tap it begins with the next. */
    const void *ahead;
    size_t ahead_step;
    int ahead_lines, ahead_rows;
    /* Another hint: from here on taps*channels*later_lines cache lines that lie one behind the other, which the tiles
     * after those fetch, one for each row; none while a panel is carried. */
    const void *later;
    int later_lines;
    /* NULL, or a panel, not a turned one, to bring together meanwhile, a line of each row with each tile: the
     * processor multiplies while it waits for memory. Complete when the product is. */
    const Panel *next;
} Product;

/* Where the pixels lie that Outer adds up: elements of x and dy from image to image, from row to row, from pixel to
 * pixel. */
typedef struct OuterPixels {
    int images, rows, pixels; /* pixels of a row; all at least 1 */
    size_t x_image, x_row, x_pixel;
    size_t dy_image, dy_row, dy_pixel;
} OuterPixels;

/* A product that adds up over pixels:
 *   sums[c,k] = sum over all pixels p of x[p][c] * dy[p][k]    or is added to, by `add`
 * Every element is one chain of sums in the order of the pixels, begun at 0. It does not matter what channels and
 * columns are around it. */
typedef struct Outer {
    OuterPixels at;
    const real *x;  /* of the first pixel, first channel */
    const real *dy; /* of the first pixel, first column; readable to a multiple of `lanes` elements */
    real *sums;     /* channels are `step` elements apart */
    size_t step;
    int channels; /* any number, at least 1 */
    int columns;  /* 1 .. Kernels.columns */
    bool add;     /* sums += instead of sums = */
    /* Sums are written past the caches: where they are many, and not needed soon. Each row of them is then aligned to
     * 64 bytes. */
    bool stream;
} Outer;

/* Generators of random numbers (core/base/rng) that go on side by side. */
enum { NORMAL_ROWS = 16 };

/* The loops of one instruction set. */
typedef struct Kernels {
    const char *name;
    int lanes;   /* elements of a vector */
    int columns; /* the widest panel, a multiple of lanes */
    int pixels;  /* a tile of pixels; under panels of at most half as many columns it is many_pixels */
    int many_pixels;
    void (*product)(const Product *);
    void (*panel)(const Panel *);
    void (*outer)(const Outer *);
    void (*winograd_input)(const WinogradInput *);
    void (*winograd_weights)(const WinogradWeights *);
    void (*winograd_output)(const WinogradOutput *);
    void (*winograd_dy)(const WinogradDy *);
    void (*winograd_dw)(const WinogradDw *);
    /* So many turns of nothing but multiply-adds, for measuring what the processor can do at most: writes a
     * number that depends on all of them and returns how many floating-point operations they were. */
    double (*probe)(long turns, real *out);
    /* y (count,NORMAL_ROWS): (real)(scale * rng_normal) of each generator, to the bit, `count` times; state (word,
     * generator) goes on by as much. */
    void (*normals)(uint64_t state[4][NORMAL_ROWS], double scale, int count, real *y);
} Kernels;

/* Pixels that are multiplied together where a panel has this many columns. */
int kernel_pixels(const Kernels *kernels, int columns);

/* The chosen set: by kernel_choose, else by the environment variable SKIPSCOPE_KERNEL, else the widest that
 * this processor has. NULL where OpenBLAS is to compute everything: when that was chosen, and in a build whose
 * `real` is double. */
const Kernels *kernels(void);

/* What `kernels` stands for: "openblas", "generic", "avx2" or "avx512". */
const char *kernel_name(void);

/* Chooses by name; NULL stands for what the environment or the processor says. False, with a sentence of kind
 * ERROR_USAGE and nothing changed, when there is no such name or the processor lacks it. Not while anything is
 * computed. */
bool kernel_choose(const char *name, Error *err);

/* Room for the names of all sets. */
enum { KERNEL_CHOICES_MAX = 64 };

/* What this processor can run: "openblas, generic, avx2". */
void kernel_choices(char text[KERNEL_CHOICES_MAX]);

/* Each set that this processor can run, from the narrowest on; NULL after the last. */
const Kernels *kernel_available(int index);

#endif
