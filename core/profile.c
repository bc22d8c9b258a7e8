#include "core/profile.h"

#include <math.h>
#include <stdlib.h>

enum { PERCENTILES = 5 };

static bool is_finite(real v) {
    return v - v == 0;
}

static void swap(real *a, real *b) {
    real t = *a;
    *a = *b;
    *b = t;
}

static real median_of(real a, real b, real c) {
    if ((a <= b) == (b <= c)) return b;
    return (b <= a) == (a <= c) ? a : c;
}

/* Three ways (Dijkstra 1976, the Dutch flag), because a tensor after a ReLU is mostly one value: x[lo..below)
 * is smaller than the pivot, x[below..above) equal, x[above..hi) larger. */
static void partition(real *x, size_t lo, size_t hi, size_t *below, size_t *above) {
    real pivot = median_of(x[lo], x[lo + (hi - lo) / 2], x[hi - 1]);
    size_t at = lo, end = hi;
    while (at < end) {
        if (x[at] < pivot)
            swap(&x[lo++], &x[at++]);
        else if (x[at] > pivot)
            swap(&x[at], &x[--end]);
        else
            at++;
    }
    *below = lo;
    *above = end;
}

static int ranks_before(const size_t *ranks, int count, size_t limit) {
    int k = 0;
    while (k < count && ranks[k] < limit) k++;
    return k;
}

/* Selection (Hoare 1961) of several places at once: afterwards x[r] is what sorting x[lo..hi) would put
 * there, for each of the rising ranks. Recursion only where the ranks part, so it is at most as deep as they
 * are many. */
static void select_ranks(real *x, size_t lo, size_t hi, const size_t *ranks, int count) {
    while (count > 0 && hi - lo > 1) {
        size_t below, above;
        partition(x, lo, hi, &below, &above);
        int left = ranks_before(ranks, count, below), done = ranks_before(ranks, count, above);
        if (left == count) {
            hi = below;
            continue;
        }
        if (left > 0) select_ranks(x, lo, below, ranks, left);
        ranks += done;
        count -= done;
        lo = above;
    }
}

static size_t nearest_rank(double share, size_t count) {
    size_t rank = (size_t)ceil(share * (double)count);
    return rank < 1 ? 0 : rank - 1;
}

Percentiles values_percentiles(const real *data, size_t count, size_t stride, real *room) {
    static const double shares[PERCENTILES] = {0.01, 0.25, 0.50, 0.75, 0.99};
    size_t finite = 0, ranks[PERCENTILES];
    for (size_t j = 0; j < count; j++)
        if (is_finite(data[j * stride])) room[finite++] = data[j * stride];
    if (finite == 0) return (Percentiles){true, NAN, NAN, NAN, NAN, NAN};
    for (int k = 0; k < PERCENTILES; k++) ranks[k] = nearest_rank(shares[k], finite);
    select_ranks(room, 0, finite, ranks, PERCENTILES);
    return (Percentiles){.known = true,
                         .p1 = (double)room[ranks[0]],
                         .p25 = (double)room[ranks[1]],
                         .p50 = (double)room[ranks[2]],
                         .p75 = (double)room[ranks[3]],
                         .p99 = (double)room[ranks[4]]};
}

double values_reach(const real *data, size_t count, real *room) {
    size_t used = 0;
    for (size_t j = 0; j < count; j++)
        if (is_finite(data[j]) && data[j] != 0) room[used++] = data[j] < 0 ? -data[j] : data[j];
    if (used == 0) return 0;
    size_t rank = nearest_rank(PROFILE_REACH, used);
    select_ranks(room, 0, used, &rank, 1);
    return (double)room[rank];
}

static void add_value(Stats *s, real v) {
    double x = (double)v;
    s->zeros += v == 0;
    s->negative += v < 0;
    s->nan += v != v;
    s->inf += v == v && !is_finite(v);
    if (!is_finite(v)) return;
    s->mean += x;
    s->l2 += x * x;
    if (x < s->min) s->min = x;
    if (x > s->max) s->max = x;
}

/* Until here mean and l2 held the sums of the values and of their squares. */
static void finish_stats(Stats *s, size_t count) {
    size_t finite = count - s->nan - s->inf;
    double sum = s->mean, square = s->l2;
    s->count = count;
    s->known = true;
    if (finite == 0) {
        s->min = s->max = s->mean = s->std = s->l2 = NAN;
        return;
    }
    s->mean = sum / (double)finite;
    s->std = sqrt(fmax(0, square / (double)finite - s->mean * s->mean));
    s->l2 = sqrt(square);
}

static void measure_channels(Profile *profile, Tensor tensor, real *room) {
    size_t channels = (size_t)tensor.shape.c, pixels = shape_count(tensor.shape) / channels;
    for (size_t c = 0; c < channels; c++)
        profile->channels[c].stats = (Stats){.min = INFINITY, .max = -INFINITY};
    for (size_t j = 0; j < pixels; j++)
        for (size_t c = 0; c < channels; c++)
            add_value(&profile->channels[c].stats, tensor.data[j * channels + c]);
    for (size_t c = 0; c < channels; c++) {
        finish_stats(&profile->channels[c].stats, pixels);
        profile->channels[c].percentiles = values_percentiles(tensor.data + c, pixels, channels, room);
    }
}

typedef struct Rank {
    double l2;
    int channel;
} Rank;

static int compare_ranks(const void *a, const void *b) {
    const Rank *p = a, *q = b;
    if (p->l2 != q->l2) return p->l2 > q->l2 ? -1 : 1;
    return p->channel - q->channel;
}

/* A channel without a finite value comes first: it is what should be seen. */
static bool rank_channels(Profile *profile, int count) {
    Rank *ranks = malloc((size_t)count * sizeof *ranks);
    if (!ranks) return false;
    for (int c = 0; c < count; c++) {
        double l2 = profile->channels[c].stats.l2;
        ranks[c] = (Rank){.l2 = isnan(l2) ? INFINITY : l2, .channel = c};
    }
    qsort(ranks, (size_t)count, sizeof *ranks, compare_ranks);
    for (int c = 0; c < count; c++) profile->ranking[c] = ranks[c].channel;
    free(ranks);
    return true;
}

bool profile_compute(Profile *profile, Tensor tensor) {
    size_t count = shape_count(tensor.shape);
    real *room = malloc(count * sizeof *room);
    profile->known = false;
    if (!room) return false;
    profile->percentiles = values_percentiles(tensor.data, count, 1, room);
    profile->reach = values_reach(tensor.data, count, room);
    measure_channels(profile, tensor, room);
    free(room);
    profile->known = rank_channels(profile, tensor.shape.c);
    return profile->known;
}
