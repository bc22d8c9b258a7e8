#include "core/conv/few_channels.h"

#include <string.h>

#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/conv/window.h"
#include "core/kernel/kernel.h"

/* Output channels lie side by side in a vector of LANES; TILE output pixels of one row are computed together,
 * so that each weight vector is used TILE times from a register (twice as often when there is only one). */
enum { LANES = 16, TILE = 8, SUMS = 16, WEIGHTS_MAX = 1 << 16 };

/* gcc has to be told to use the full width; clang uses it for vectors that are declared so wide. */
#if defined(__x86_64__) && defined(__clang__)
#define VECTOR_CODE __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw")))
#elif defined(__x86_64__)
#define VECTOR_CODE __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,prefer-vector-width=512")))
#else
#define VECTOR_CODE
#endif
#define INLINE_VECTOR_CODE static inline __attribute__((always_inline)) VECTOR_CODE

typedef real Lanes __attribute__((vector_size(LANES * sizeof(real)), aligned(sizeof(real))));

/* Vectors of this width are those of the chosen set, so that the processor has them. */
static bool set_fits(void) {
    return kernels() && kernels()->lanes == LANES;
}

bool few_channels_fits(const ConvShape *q) {
    return set_fits() && q->stride == 1 && q->r == q->s && q->pad == q->r / 2 && q->r % 2 == 1 && q->r > 1 &&
           q->c % LANES == 0 && q->k % LANES == 0 && q->ow % TILE == 0 && q->n * q->oh * q->ow >= 1024 &&
           q->k * q->c * q->r * q->s <= WEIGHTS_MAX;
}

/* The work is cut into bands of rows of one image: a whole image each when there are enough of them. */
static int band_rows(const ConvShape *q) {
    int threads = parallel_threads();
    return q->n >= threads ? q->h : integer_divide_up(q->h, threads);
}

static int bands_per_image(const ConvShape *q) {
    return integer_divide_up(q->h, band_rows(q));
}

/* A band of the input with its neighbours above and below and a margin of zeros: no tap of any window falls
 * outside. */
static size_t padded_count(const ConvShape *q, int channels) {
    return (size_t)(band_rows(q) + 2 * q->pad) * (size_t)(q->w + 2 * q->pad) * (size_t)channels;
}

static size_t weight_count(const ConvShape *q) {
    return (size_t)q->k * (size_t)q->c * (size_t)(q->r * q->s);
}

size_t few_channels_scratch_count(const ConvShape *q) {
    size_t workers = (size_t)parallel_threads();
    return workers * padded_count(q, q->k) + weight_count(q);
}

/* One call, as the workers see it. With stride 1 and half a kernel of padding, output and input have the same
 * H and W. */
typedef struct FewChannelsJob {
    const ConvShape *shape;
    int from, to;   /* channels read and written: C and K, or the other way round for the input gradient */
    const real *x;  /* (N,H,W,from) */
    const real *w;  /* (R,S,from,to) */
    real *y;        /* (N,H,W,to) */
    real *scratch;  /* a padded band for each worker */
    bool add;       /* y += instead of y = */
} FewChannelsJob;

typedef struct Band {
    int image, row, rows;
} Band;

static Band band_of(const ConvShape *q, int index) {
    int per_image = bands_per_image(q), rows = band_rows(q);
    Band band = {.image = index / per_image, .row = index % per_image * rows, .rows = rows};
    if (band.row + band.rows > q->h) band.rows = q->h - band.row;
    return band;
}

/* x (N,H,W,channels) to padded (rows + 2*pad, W + 2*pad, channels): the band's rows of one image, 0 around
 * it. */
static void pad_band(const ConvShape *q, const Band *band, const real *x, int channels, real *padded) {
    size_t c = (size_t)channels, margin = (size_t)q->pad * c, row_size = (size_t)q->w * c;
    for (int h = band->row - q->pad; h < band->row + band->rows + q->pad; h++) {
        if (h < 0 || h >= q->h) {
            memset(padded, 0, (row_size + 2 * margin) * sizeof *padded);
        } else {
            memset(padded, 0, margin * sizeof *padded);
            memcpy(padded + margin, x + ((size_t)band->image * (size_t)q->h + (size_t)h) * row_size,
                   row_size * sizeof *padded);
            memset(padded + margin + row_size, 0, margin * sizeof *padded);
        }
        padded += row_size + 2 * margin;
    }
}

/* `vectors` (1 or 2) times LANES output channels k of `pixels` neighbouring pixels p:
 *   y[p,k] = (or +=) sum over r < rows, t < taps_in_row of x[r*x_row + t + p*from] * w[r*taps_in_row + t, k]
 * A tap t is a column and a channel of the window's row: S*from of them. w (R, S*from, to), y (pixels, to). */
typedef struct Tile {
    const real *x, *w;
    real *y;
    size_t x_row;
    int taps_in_row, rows, from, to;
    bool add;
} Tile;

INLINE_VECTOR_CODE void compute_tile(const Tile *t, const int vectors, const int pixels, const int from) {
    Lanes sum[SUMS];
    for (int j = 0; j < SUMS; j++) sum[j] = (Lanes){0};
    const real *w = t->w;
    for (int r = 0; r < t->rows; r++) {
        const real *x = t->x + (size_t)r * t->x_row;
        for (int tap = 0; tap < t->taps_in_row; tap++, w += t->to) {
            Lanes weight[2];
            for (int v = 0; v < vectors; v++) weight[v] = *(const Lanes *)(w + v * LANES);
#pragma GCC unroll 16
            for (int p = 0; p < pixels; p++)
                for (int v = 0; v < vectors; v++) sum[p * vectors + v] += x[tap + p * from] * weight[v];
        }
    }
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++)
        for (int v = 0; v < vectors; v++) {
            Lanes *y = (Lanes *)(t->y + (size_t)p * (size_t)t->to + (size_t)(v * LANES));
            *y = t->add ? *y + sum[p * vectors + v] : sum[p * vectors + v];
        }
}

static Tile tile_at(const Tile *first, int p, int k) {
    Tile tile = *first;
    tile.x += (size_t)p * (size_t)tile.from;
    tile.y += (size_t)p * (size_t)tile.to + (size_t)k;
    tile.w += k;
    return tile;
}

/* With `from` known to the compiler, the pixels of a tile are constant distances apart and need no address
 * registers. */
INLINE_VECTOR_CODE void compute_row_from(const Tile *first, int pixels, const int from) {
    int k = 0;
    for (; k + 2 * LANES <= first->to; k += 2 * LANES)
        for (int p = 0; p < pixels; p += TILE) {
            Tile tile = tile_at(first, p, k);
            compute_tile(&tile, 2, TILE, from);
        }
    for (int p = 0; k < first->to && p < pixels;) {
        Tile tile = tile_at(first, p, k);
        bool wide = p + 2 * TILE <= pixels;
        if (wide)
            compute_tile(&tile, 1, 2 * TILE, from);
        else
            compute_tile(&tile, 1, TILE, from);
        p += wide ? 2 * TILE : TILE;
    }
}

VECTOR_CODE static void compute_row(const Tile *first, int pixels) {
    switch (first->from) {
    case 16: compute_row_from(first, pixels, 16); break;
    case 32: compute_row_from(first, pixels, 32); break;
    case 64: compute_row_from(first, pixels, 64); break;
    default: compute_row_from(first, pixels, first->from); break;
    }
}

/* Bands begin .. end-1, row by row. */
static void convolve_bands(void *context, int begin, int end, int worker) {
    const FewChannelsJob *job = context;
    const ConvShape *q = job->shape;
    real *padded = job->scratch + (size_t)worker * padded_count(q, job->from);
    size_t x_row = (size_t)(q->w + 2 * q->pad) * (size_t)job->from, y_row = (size_t)q->w * (size_t)job->to;
    for (int index = begin; index < end; index++) {
        Band band = band_of(q, index);
        pad_band(q, &band, job->x, job->from, padded);
        for (int h = 0; h < band.rows; h++) {
            Tile tile = {.x = padded + (size_t)h * x_row,
                         .w = job->w,
                         .x_row = x_row,
                         .rows = q->r,
                         .from = job->from,
                         .to = job->to,
                         .taps_in_row = q->s * job->from,
                         .add = job->add,
                         .y = job->y + ((size_t)band.image * (size_t)q->h + (size_t)(band.row + h)) * y_row};
            compute_row(&tile, q->w);
        }
    }
}

static void convolve(FewChannelsJob *job) {
    parallel_for(job->shape->n * bands_per_image(job->shape), 1, convolve_bands, job);
}

/* dx is the convolution of dy by the weights turned around. */
void few_channels_backward_input(const ConvShape *q, const real *dy, const real *w, real *dx, bool add,
                                 real *scratch) {
    window_turn(q, w, scratch);
    FewChannelsJob job = {.shape = q,
                          .from = q->k,
                          .to = q->c,
                          .x = dy,
                          .w = scratch,
                          .y = dx,
                          .scratch = scratch + weight_count(q),
                          .add = add};
    convolve(&job);
}
