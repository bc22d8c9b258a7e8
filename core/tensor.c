#include "core/tensor.h"

#include <math.h>

#include "core/parallel.h"

void tensor_from_nchw(real *nhwc, const float *nchw, Shape s) {
    for (int n = 0; n < s.n; n++)
        for (int c = 0; c < s.c; c++)
            for (int h = 0; h < s.h; h++)
                for (int w = 0; w < s.w; w++) nhwc[shape_index(s, n, c, h, w)] = (real)*nchw++;
}

void tensor_to_nchw(float *nchw, const real *nhwc, Shape s) {
    for (int n = 0; n < s.n; n++)
        for (int c = 0; c < s.c; c++)
            for (int h = 0; h < s.h; h++)
                for (int w = 0; w < s.w; w++) *nchw++ = (float)nhwc[shape_index(s, n, c, h, w)];
}

enum { LANES = 16 / sizeof(real), ROUNDS = 64, STATS_GRAIN = 1 << 14, STATS_PARTS = 32 };

/* Sums over a chunk in LANES independent columns, so that the compiler can keep them in vector registers. A
 * column adds at most ROUNDS numbers in `real` before it goes into the double: the mean of a million floats
 * is then as exact as its inputs. */
typedef struct Sums {
    double sum, square;
    real min, max;
    size_t zeros, negative, nan, inf;
} Sums;

/* LANES numbers side by side, and the results of comparing them: all bits set, or none. 16 bytes is what
 * every 64-bit processor compares in one instruction. */
typedef real Lanes __attribute__((vector_size(LANES * sizeof(real)), aligned(sizeof(real))));
typedef __typeof__((Lanes){0} < (Lanes){0}) Mask;

typedef struct Columns {
    Lanes sum, square, min, max;
    Mask zeros, negative, nan, broken;
} Columns;

/* `count` is a multiple of LANES. Comparisons with NaN are false, v - v is 0 for finite numbers only, and a
 * true comparison counts as -1. */
static void sum_columns(Columns *columns, const real *x, size_t count) {
    Columns t = *columns;
    Mask least = (Mask)t.min, most = (Mask)t.max;
    for (size_t j = 0; j < count; j += LANES) {
        Lanes v = *(const Lanes *)(x + j);
        Mask finite = v - v == 0;
        Lanes f = (Lanes)((Mask)v & finite);
        t.nan -= v != v;
        t.broken -= ~finite;
        t.zeros -= v == 0;
        t.negative -= v < 0;
        t.sum += f;
        t.square += f * f;
        Mask lower = (v < (Lanes)least) & finite, higher = (v > (Lanes)most) & finite;
        least = ((Mask)v & lower) | (least & ~lower);
        most = ((Mask)v & higher) | (most & ~higher);
    }
    t.min = (Lanes)least, t.max = (Lanes)most;
    *columns = t;
}

static void add_columns(Sums *s, const Columns *t) {
    for (int k = 0; k < LANES; k++) {
        s->sum += (double)t->sum[k], s->square += (double)t->square[k];
        s->min = t->min[k] < s->min ? t->min[k] : s->min;
        s->max = t->max[k] > s->max ? t->max[k] : s->max;
        s->zeros += (size_t)t->zeros[k], s->negative += (size_t)t->negative[k];
        s->nan += (size_t)t->nan[k], s->inf += (size_t)(t->broken[k] - t->nan[k]);
    }
}

/* The last elements, fewer than LANES, are filled up with a value that is then taken off again. */
static Sums sums_of_range(const real *x, size_t count) {
    Sums s = {.min = (real)INFINITY, .max = (real)-INFINITY};
    for (size_t j = 0; j < count; j += LANES * ROUNDS) {
        Columns t = {0};
        for (int k = 0; k < LANES; k++) t.min[k] = (real)INFINITY, t.max[k] = (real)-INFINITY;
        size_t left = count - j < LANES * ROUNDS ? count - j : LANES * ROUNDS, whole = left / LANES * LANES;
        sum_columns(&t, x + j, whole);
        if (whole < left) {
            real tail[LANES];
            for (size_t k = 0; k < LANES; k++) tail[k] = whole + k < left ? x[j + whole + k] : (real)NAN;
            sum_columns(&t, tail, LANES);
            s.nan -= LANES - (left - whole);
        }
        add_columns(&s, &t);
    }
    return s;
}

typedef struct StatsJob {
    const real *data;
    size_t count, chunk;
    Sums part[STATS_PARTS];
} StatsJob;

static void stats_work(void *context, int begin, int end, int worker) {
    StatsJob *job = context;
    (void)worker;
    for (int k = begin; k < end; k++) {
        size_t from = (size_t)k * job->chunk,
               to = from + job->chunk < job->count ? from + job->chunk : job->count;
        job->part[k] = sums_of_range(job->data + from, from < to ? to - from : 0);
    }
}

static Stats stats_from(const Sums *t, size_t count) {
    Stats s = {.count = count,
               .zeros = t->zeros,
               .negative = t->negative,
               .nan = t->nan,
               .inf = t->inf,
               .known = true};
    size_t finite = count - s.nan - s.inf;
    if (finite == 0) {
        s.min = s.max = s.mean = s.std = s.l2 = NAN;
        return s;
    }
    s.min = (double)t->min, s.max = (double)t->max;
    s.mean = t->sum / (double)finite;
    s.std = sqrt(fmax(0, t->square / (double)finite - s.mean * s.mean));
    s.l2 = sqrt(t->square);
    return s;
}

/* The squares of smaller or larger numbers leave the range of a float: a gradient of 1e-25 would be measured
 * as none at all. */
static bool squares_fit(const Sums *t) {
    double largest = fmax(-(double)t->min, (double)t->max);
    return largest <= 0 || (largest > 1e-12 && largest < 1e15);
}

static double sum_of_squares(const real *data, size_t count) {
    double sum = 0;
    for (size_t j = 0; j < count; j++)
        if (data[j] - data[j] == 0) sum += (double)data[j] * (double)data[j];
    return sum;
}

Stats tensor_stats(const real *data, size_t count) {
    StatsJob job = {.data = data, .count = count};
    /* A fixed number of chunks, so that the sums do not depend on the number of threads. */
    int parts = count <= STATS_GRAIN ? 1 : STATS_PARTS;
    job.chunk = (count + (size_t)parts - 1) / (size_t)parts;
    parallel_for(parts, 1, stats_work, &job);
    Sums total = job.part[0];
    for (int k = 1; k < parts; k++) {
        const Sums *p = &job.part[k];
        total.sum += p->sum, total.square += p->square;
        total.min = p->min < total.min ? p->min : total.min,
        total.max = p->max > total.max ? p->max : total.max;
        total.zeros += p->zeros, total.negative += p->negative, total.nan += p->nan, total.inf += p->inf;
    }
    if (!squares_fit(&total)) total.square = sum_of_squares(data, count);
    return stats_from(&total, count);
}

double tensor_dot(const real *a, const real *b, size_t count) {
    double sum[LANES] = {0}, total = 0;
    size_t whole = count / LANES * LANES;
    for (size_t j = 0; j < whole; j += LANES)
        for (int k = 0; k < LANES; k++) sum[k] += (double)a[j + (size_t)k] * (double)b[j + (size_t)k];
    for (size_t j = whole; j < count; j++) total += (double)a[j] * (double)b[j];
    for (int k = 0; k < LANES; k++) total += sum[k];
    return total;
}
