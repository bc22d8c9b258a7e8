#include "core/tensor/profile.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PERCENTILES = 5, SPREAD_QUARTERS = 3 };

static bool is_finite(real v) {
    return v - v == 0;
}

static void swap_values(real *a, real *b) {
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
            swap_values(&x[lo++], &x[at++]);
        else if (x[at] > pivot)
            swap_values(&x[at], &x[--end]);
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

/* Values to rank: the finite ones, or the magnitudes of those that are not zero. */
typedef struct Source {
    const real *data;
    size_t count, stride;
    bool magnitudes;
} Source;

static inline bool take_value(const Source *source, size_t j, real *value) {
    *value = source->data[j * source->stride];
    if (!is_finite(*value) || (source->magnitudes && *value == 0)) return false;
    if (source->magnitudes && *value < 0) *value = -*value;
    return true;
}

enum { BUCKET_BITS = 12, BUCKETS = 1 << BUCKET_BITS };

/* Sign, exponent and the first bits of the mantissa, in the order of the numbers: eight buckets an octave.
 * Rounding to float keeps the order, so doubles fall into buckets in order as well. */
static inline unsigned bucket_of(real value) {
    float narrow = (float)value;
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    bits ^= bits >> 31 ? 0xFFFFFFFFu : 0x80000000u;
    return bits >> (32 - BUCKET_BITS);
}

/* A bucket that holds ranks: where its values are gathered in the room. */
typedef struct Gathering {
    size_t before; /* values in lower buckets */
    size_t begin, end;
} Gathering;

/* Fills gatherings and returns how many; which[bucket] is the number of its gathering plus one. Every bucket
 * that holds one of the rising ranks is gathered. */
static int plan_gatherings(const size_t *sizes, const size_t *ranks, int count, Gathering *gatherings,
                           uint8_t *which) {
    size_t before = 0, room = 0;
    int made = 0, rank = 0;
    for (unsigned b = 0; b < BUCKETS && rank < count; before += sizes[b++]) {
        if (ranks[rank] >= before + sizes[b]) continue;
        gatherings[made++] = (Gathering){.before = before, .begin = room, .end = room};
        which[b] = (uint8_t)made;
        room += sizes[b];
        while (rank < count && ranks[rank] < before + sizes[b]) rank++;
    }
    return made;
}

/* The values that sorting would put at the places `ranks`, which rise. Two readings find and gather the
 * buckets that hold them; only those are searched. */
static void values_at_ranks(const Source *source, const size_t *sizes, const size_t *ranks, int count,
                            real *room, real *values) {
    Gathering gatherings[PERCENTILES];
    uint8_t which[BUCKETS] = {0};
    int made = plan_gatherings(sizes, ranks, count, gatherings, which);
    real value;
    for (size_t j = 0; j < source->count; j++) {
        if (!take_value(source, j, &value)) continue;
        unsigned found = which[bucket_of(value)];
        if (found) room[gatherings[found - 1].end++] = value;
    }
    for (int g = 0, rank = 0; g < made; g++) {
        const Gathering *in = &gatherings[g];
        size_t places[PERCENTILES];
        int first = rank;
        for (; rank < count && ranks[rank] - in->before < in->end - in->begin; rank++)
            places[rank - first] = in->begin + ranks[rank] - in->before;
        select_ranks(room, in->begin, in->end, places, rank - first);
        for (int k = first; k < rank; k++) values[k] = room[places[k - first]];
    }
}

/* Returns how many values there are; `sizes` gets how many lie in each bucket. */
static size_t count_buckets(const Source *source, size_t sizes[BUCKETS]) {
    size_t total = 0;
    real value;
    for (size_t j = 0; j < source->count; j++) {
        if (!take_value(source, j, &value)) continue;
        sizes[bucket_of(value)]++;
        total++;
    }
    return total;
}

Percentiles values_percentiles(const real *data, size_t count, size_t stride, real *room) {
    static const double shares[PERCENTILES] = {0.01, 0.25, 0.50, 0.75, 0.99};
    Source source = {.data = data, .count = count, .stride = stride};
    size_t sizes[BUCKETS] = {0}, ranks[PERCENTILES];
    size_t finite = count_buckets(&source, sizes);
    real values[PERCENTILES];
    if (finite == 0) return (Percentiles){true, NAN, NAN, NAN, NAN, NAN};
    for (int k = 0; k < PERCENTILES; k++) ranks[k] = nearest_rank(shares[k], finite);
    values_at_ranks(&source, sizes, ranks, PERCENTILES, room, values);
    return (Percentiles){.known = true,
                         .p1 = (double)values[0],
                         .p25 = (double)values[1],
                         .p50 = (double)values[2],
                         .p75 = (double)values[3],
                         .p99 = (double)values[4]};
}

/* How many finite magnitudes exceed the reach. */
static size_t count_outside(const Source *source, double reach) {
    size_t outside = 0;
    real value;
    for (size_t j = 0; j < source->count; j++)
        outside += take_value(source, j, &value) && (double)value > reach;
    return outside;
}

Spread values_spread(Percentiles percentiles, const real *data, size_t count, size_t stride, real *room) {
    static const double shares[SPREAD_QUARTERS] = {0.25, 0.50, 0.75};
    Source source = {.data = data, .count = count, .stride = stride, .magnitudes = true};
    size_t sizes[BUCKETS] = {0}, ranks[SPREAD_QUARTERS + 1];
    size_t used = count_buckets(&source, sizes);
    real values[SPREAD_QUARTERS + 1];
    if (used == 0) return (Spread){.known = false};
    for (int k = 0; k < SPREAD_QUARTERS; k++) ranks[k] = nearest_rank(shares[k], used);
    ranks[SPREAD_QUARTERS] = used - 1;
    values_at_ranks(&source, sizes, ranks, SPREAD_QUARTERS + 1, room, values);
    Spread spread = {.known = true,
                     .reach = fmax(fabs(percentiles.p1), fabs(percentiles.p99)),
                     .most = (double)values[SPREAD_QUARTERS],
                     .count = count};
    if (spread.reach == 0) spread.reach = spread.most;
    for (int k = 0; k < SPREAD_QUARTERS; k++) spread.quarter[k] = (double)values[k];
    spread.outside = count_outside(&source, spread.reach);
    return spread;
}

double values_reach(const real *data, size_t count, real *room) {
    Source source = {.data = data, .count = count, .stride = 1, .magnitudes = true};
    size_t sizes[BUCKETS] = {0};
    size_t used = count_buckets(&source, sizes);
    real value;
    if (used == 0) return 0;
    size_t rank = nearest_rank(PROFILE_REACH, used);
    values_at_ranks(&source, sizes, &rank, 1, room, &value);
    return (double)value;
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

static void measure_channels(Profile *profile, Tensor tensor) {
    size_t channels = (size_t)tensor.shape.c, pixels = shape_count(tensor.shape) / channels;
    for (size_t c = 0; c < channels; c++)
        profile->channels[c].stats = (Stats){.min = INFINITY, .max = -INFINITY};
    for (size_t j = 0; j < pixels; j++)
        for (size_t c = 0; c < channels; c++)
            add_value(&profile->channels[c].stats, tensor.data[j * channels + c]);
    for (size_t c = 0; c < channels; c++) {
        finish_stats(&profile->channels[c].stats, pixels);
        profile->channels[c].percentiles.known = profile->channels[c].spread.known = false;
    }
}

static double magnitude(real value) {
    return is_finite(value) ? fabs((double)value) : INFINITY;
}

static bool find_peaks(Profile *profile, Tensor tensor) {
    size_t channels = (size_t)tensor.shape.c, pixels = (size_t)tensor.shape.h * (size_t)tensor.shape.w;
    double *most = malloc(channels * sizeof *most);
    if (!most) return false;
    for (size_t c = 0; c < channels; c++) most[c] = -1;
    for (size_t j = 0; j < pixels; j++)
        for (size_t c = 0; c < channels; c++) {
            double here = magnitude(tensor.data[j * channels + c]);
            if (here <= most[c]) continue;
            most[c] = here;
            profile->channels[c].peak = j;
        }
    free(most);
    return true;
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
    profile->spread = values_spread(profile->percentiles, tensor.data, count, 1, room);
    profile->reach = values_reach(tensor.data, count, room);
    free(room);
    measure_channels(profile, tensor);
    profile->known = find_peaks(profile, tensor) && rank_channels(profile, tensor.shape.c);
    return profile->known;
}

bool profile_channel(Profile *profile, Tensor tensor, int channel) {
    size_t channels = (size_t)tensor.shape.c, pixels = shape_count(tensor.shape) / channels;
    Percentiles *percentiles = &profile->channels[channel].percentiles;
    if (percentiles->known) return true;
    real *room = malloc(pixels * sizeof *room);
    if (!room) return false;
    *percentiles = values_percentiles(tensor.data + channel, pixels, channels, room);
    profile->channels[channel].spread =
        values_spread(*percentiles, tensor.data + channel, pixels, channels, room);
    free(room);
    return true;
}

Spread channel_spread(Tensor tensor, int channel) {
    size_t channels = (size_t)tensor.shape.c, pixels = shape_count(tensor.shape) / channels;
    real *room = malloc(pixels * sizeof *room);
    if (!room) return (Spread){.known = false};
    Percentiles percentiles = values_percentiles(tensor.data + channel, pixels, channels, room);
    Spread spread = values_spread(percentiles, tensor.data + channel, pixels, channels, room);
    free(room);
    return spread;
}
