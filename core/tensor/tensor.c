#include "core/tensor/tensor.h"

#include <math.h>

#include "core/base/cpu.h"
#include "core/base/parallel.h"

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

enum { LANES = 32 / sizeof(real), BLOCK = 64 * LANES, STATS_GRAIN = 1 << 14, STATS_PARTS = 32 };

typedef struct Sums {
    double sum, square, min, max;
    size_t zeros, negative, nan, inf;
} Sums;

static const Sums no_sums = {.min = INFINITY, .max = -INFINITY};

/* LANES numbers side by side, and the results of comparing them: all bits set, or none. 32 bytes are one
 * register with AVX2 and two without. */
typedef real Lanes __attribute__((vector_size(LANES * sizeof(real)), aligned(sizeof(real))));
typedef __typeof__((Lanes){0} < (Lanes){0}) Mask;

typedef struct Columns {
    Lanes sum, square, min, max;
    Mask zeros, negative;
} Columns;

#define CHOOSE(which, yes, no) ((Lanes)(((Mask)(yes) & (which)) | ((Mask)(no) & ~(which))))

/* A whole block as if all its numbers were finite. At most 64 numbers are added in `real` before they go into
 * a double: the mean of a million floats is then as exact as its inputs. A true comparison counts as -1. */
CPU_CLONES static void sum_columns(const real *x, Columns *out) {
    Columns t = {.min = *(const Lanes *)x, .max = *(const Lanes *)x};
    for (size_t j = 0; j < BLOCK; j += LANES) {
        Lanes v = *(const Lanes *)(x + j);
        t.sum += v;
        t.square += v * v;
        t.zeros -= v == 0;
        t.negative -= v < 0;
        t.min = CHOOSE(v < t.min, v, t.min);
        t.max = CHOOSE(v > t.max, v, t.max);
    }
    *out = t;
}

static void add_one(Sums *s, real v) {
    s->nan += v != v;
    s->inf += v == v && v - v != 0;
    s->zeros += v == 0;
    s->negative += v < 0;
    if (v - v != 0) return;
    s->sum += (double)v;
    s->square += (double)v * (double)v;
    s->min = fmin(s->min, (double)v);
    s->max = fmax(s->max, (double)v);
}

static void add_sums(Sums *s, const Sums *t) {
    s->sum += t->sum;
    s->square += t->square;
    s->min = fmin(s->min, t->min);
    s->max = fmax(s->max, t->max);
    s->zeros += t->zeros;
    s->negative += t->negative;
    s->nan += t->nan;
    s->inf += t->inf;
}

static Sums sums_of_columns(const Columns *t) {
    Sums s = no_sums;
    for (int k = 0; k < LANES; k++) {
        s.sum += (double)t->sum[k];
        s.square += (double)t->square[k];
        s.min = fmin(s.min, (double)t->min[k]);
        s.max = fmax(s.max, (double)t->max[k]);
        s.zeros += (size_t)t->zeros[k];
        s.negative += (size_t)t->negative[k];
    }
    return s;
}

/* Were the block's numbers finite, and their squares within the range of a float? A NaN or infinity shows in
 * the sum; a gradient of 1e-25 would otherwise be measured as none at all. */
static bool sums_hold(const Sums *s) {
    double largest = fmax(-s->min, s->max);
    return s->sum - s->sum == 0 && s->square - s->square == 0 && (largest == 0 || largest > 1e-12);
}

static Sums sums_of_range(const real *x, size_t count) {
    Sums total = no_sums;
    size_t whole = count / BLOCK * BLOCK;
    for (size_t j = 0; j < whole; j += BLOCK) {
        Columns columns;
        sum_columns(x + j, &columns);
        Sums block = sums_of_columns(&columns);
        if (!sums_hold(&block)) {
            block = no_sums;
            for (size_t k = 0; k < BLOCK; k++) add_one(&block, x[j + k]);
        }
        add_sums(&total, &block);
    }
    for (size_t j = whole; j < count; j++) add_one(&total, x[j]);
    return total;
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
    s.min = t->min;
    s.max = t->max;
    s.mean = t->sum / (double)finite;
    s.std = sqrt(fmax(0, t->square / (double)finite - s.mean * s.mean));
    s.l2 = sqrt(t->square);
    return s;
}

Stats tensor_stats(const real *data, size_t count) {
    StatsJob job = {.data = data, .count = count};
    /* A fixed number of chunks, so that the sums do not depend on the number of threads. */
    int parts = count <= STATS_GRAIN ? 1 : STATS_PARTS;
    job.chunk = (count + (size_t)parts - 1) / (size_t)parts;
    parallel_for(parts, 1, stats_work, &job);
    Sums total = job.part[0];
    for (int k = 1; k < parts; k++) add_sums(&total, &job.part[k]);
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
