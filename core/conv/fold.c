/* With so few channels a vector has room for several places of a window, and all places are computed side by side: for
 * each pixel of dy a product gives what it hands down to every number that its window has read,
 *   square[oh,ow][r,s,c] = sum over k of dy[oh,ow,k] * w[r,s,c,k]
 * and where windows overlap squares are added up:
 *   dx[ih,iw,c] = sum over oh, ow, r, s that meet there of square[oh,ow][r,s,c]
 * That is done for a band of rows of dy at a time, whose squares stay in the cache meanwhile. Which rows make a band hangs
 * on the shape alone, and so does the order of each sum. */
#include "core/conv/fold.h"

#include <string.h>

#include "core/base/cpu.h"
#include "core/base/integer.h"
#include "core/base/share.h"
#include "core/conv/direct.h"
#include "core/conv/strategy.h"
#include "core/kernel/kernel.h"

enum {
    FEW_CHANNELS = 4,
    BAND_ELEMENTS = 1 << 18 /* 1 MiB: the second-level caches of two threads hold it */
};

bool fold_fits(const ConvShape *q) {
    return q->c <= FEW_CHANNELS && q->r * q->s > 1;
}

/* Numbers of a square, and zeros up to whole vectors. */
static int columns_of(const ConvShape *q) {
    const int lanes = kernels()->lanes;
    return integer_divide_up(q->r * q->s * q->c, lanes) * lanes;
}

/* Rows of dy, counted through (n, oh), of a band. */
static int band_rows(const ConvShape *q) {
    return integer_clamp(BAND_ELEMENTS / (q->ow * columns_of(q)), 1, q->n * q->oh);
}

/* The convolution by 1x1 whose output channels are the numbers of a square. */
static ConvShape squares_of(const ConvShape *q, int rows) {
    return (ConvShape){.n = 1,
                       .h = rows,
                       .w = q->ow,
                       .c = q->k,
                       .k = columns_of(q),
                       .r = 1,
                       .s = 1,
                       .stride = 1,
                       .oh = rows,
                       .ow = q->ow};
}

/* w lies as the columns of that convolution side by side. */
static ConvTurned turned_of(const ConvShape *q) {
    return (ConvTurned){.step = (size_t)q->k};
}

static size_t direct_scratch_count(const ConvShape *q, int rows) {
    const ConvShape squares = squares_of(q, rows);
    const ConvTurned turned = turned_of(q);
    return conv_direct_turned_scratch_count(&squares, &turned);
}

static size_t weight_count(const ConvShape *q) {
    return tensor_round_up((size_t)columns_of(q) * (size_t)q->k);
}

static size_t square_count(const ConvShape *q) {
    return tensor_round_up((size_t)band_rows(q) * (size_t)q->ow * (size_t)columns_of(q));
}

size_t fold_scratch_count(const ConvShape *q) {
    const int rows = band_rows(q), rest = q->n * q->oh % rows;
    const size_t last = rest > 0 ? direct_scratch_count(q, rest) : 0;
    return weight_count(q) + square_count(q) + integer_max_size(direct_scratch_count(q, rows), last);
}

/* A band and its squares. */
typedef struct Band {
    const ConvInputRun *run;
    const real *squares;
    int begin, end; /* rows of dy, counted through (n, oh) */
    int first;      /* row of dx, counted through (n, ih): the first that the band hands something down to */
} Band;

enum { LANES = 64 / sizeof(real), HALF = LANES / 2 };
typedef real Lanes __attribute__((vector_size(64), aligned(sizeof(real)), may_alias));
typedef real HalfLanes __attribute__((vector_size(32), aligned(sizeof(real)), may_alias));

/* to[k] += from[k]. The last vector begins as far before the end as it is long: what it shares with those before it
 * comes to the same numbers. */
static inline void add_line(real *to, const real *from, int count) {
    if (count >= LANES) {
        const Lanes last = *(const Lanes *)(to + count - LANES) + *(const Lanes *)(from + count - LANES);
        for (int k = 0; k + LANES <= count; k += LANES) *(Lanes *)(to + k) += *(const Lanes *)(from + k);
        *(Lanes *)(to + count - LANES) = last;
    } else if (count >= HALF) {
        const HalfLanes last =
            *(const HalfLanes *)(to + count - HALF) + *(const HalfLanes *)(from + count - HALF);
        *(HalfLanes *)to += *(const HalfLanes *)from;
        *(HalfLanes *)(to + count - HALF) = last;
    } else {
        for (int k = 0; k < count; k++) to[k] += from[k];
    }
}

/* Row r of the squares of one row of dy, the first of which is `from`, to a row of dx. Squares that do not overlap follow
 * each other: a number that has just been written cannot be read again at once. */
CPU_CLONES static void add_squares(const ConvShape *q, const real *from, real *to) {
    const int apart = integer_divide_up(q->s, q->stride), columns = columns_of(q);
    for (int turn = 0; turn < apart; turn++)
        for (int ow = turn; ow < q->ow; ow += apart) {
            const int iw = ow * q->stride - q->pad, first = integer_max(0, -iw),
                      last = integer_min(q->s, q->w - iw);
            if (first < last)
                add_line(to + (iw + first) * q->c, from + (size_t)ow * (size_t)columns + first * q->c,
                         (last - first) * q->c);
        }
}

/* Row begin, counted from the band's first, of dx. */
static void fold_row(void *context, int begin, int end, int worker) {
    const Band *band = context;
    const ConvShape *q = band->run->shape;
    const int row = band->first + begin, n = row / q->h, top = row % q->h + q->pad;
    const int first = integer_divide_up(integer_max(0, top - q->r + 1), q->stride);
    const int last = integer_min(q->oh - 1, top / q->stride);
    const size_t line = (size_t)q->ow * (size_t)columns_of(q);
    (void)end, (void)worker;
    for (int oh = first; oh <= last; oh++) {
        const int of = n * q->oh + oh, r = top - oh * q->stride;
        if (of < band->begin || of >= band->end) continue;
        add_squares(q, band->squares + (size_t)(of - band->begin) * line + (size_t)(r * q->s * q->c),
                    band->run->dx + (size_t)row * (size_t)(q->w * q->c));
    }
}

static void fold_band(Band *band) {
    const ConvShape *q = band->run->shape;
    const int last = band->end - 1, low = band->begin % q->oh * q->stride - q->pad,
              high = last % q->oh * q->stride - q->pad + q->r;
    band->first = band->begin / q->oh * q->h + integer_clamp(low, 0, q->h);
    const int stop = last / q->oh * q->h + integer_clamp(high, 0, q->h);
    if (stop > band->first) share_items(stop - band->first, fold_row, band);
}

void fold_input_gradient(const ConvInputRun *run) {
    const ConvShape *q = run->shape;
    const size_t numbers = (size_t)(q->r * q->s * q->c) * (size_t)q->k, row = (size_t)q->ow * (size_t)q->k;
    const int rows = q->n * q->oh, most = band_rows(q);
    real *w = run->scratch, *squares = w + weight_count(q);
    const ConvTurned turned = turned_of(q);
    memcpy(w, run->w, numbers * sizeof *w);
    memset(w + numbers, 0, (weight_count(q) - numbers) * sizeof *w);
    if (!run->add) memset(run->dx, 0, (size_t)(q->n * q->h) * (size_t)(q->w * q->c) * sizeof *run->dx);
    for (int begin = 0; begin < rows; begin += most) {
        Band band = {.run = run, .squares = squares, .begin = begin, .end = integer_min(begin + most, rows)};
        const ConvShape shape = squares_of(q, band.end - begin);
        conv_direct_forward(&(ConvRun){.shape = &shape,
                                       .x = run->dy + (size_t)begin * row,
                                       .w = w,
                                       .y = squares,
                                       .scratch = squares + square_count(q),
                                       .turned = &turned,
                                       .soon = run->soon});
        fold_band(&band);
    }
}
