/* What is worth knowing about a tensor while somebody looks at it: percentiles, and figures for every
 * channel. Costs a few passes over the data, so it is computed once and kept; see pass_profile_update. */
#ifndef CORE_TENSOR_PROFILE_H
#define CORE_TENSOR_PROFILE_H

#include "core/tensor/tensor.h"

/* Share of the non-zero magnitudes that a robust colour scale covers; the rest is clipped. */
#define PROFILE_REACH 0.995

/* By nearest rank: percentile p of n finite values is the value that sorting puts at place ceil(p/100 * n),
 * so each one occurs in the data, exactly. All NaN when no value is finite. */
typedef struct Percentiles {
    bool known;
    double p1, p25, p50, p75, p99;
} Percentiles;

/* Every `stride`-th of the values, `count` in all. `room` holds `count` numbers and is overwritten. */
Percentiles values_percentiles(const real *data, size_t count, size_t stride, real *room);
/* The smallest |x| that PROFILE_REACH of the finite non-zero values do not exceed; 0 when there are none. */
double values_reach(const real *data, size_t count, real *room);

/* How values spread, for a colour scale to look at: the ends of the middle 98 % and how the rest lies between. */
typedef struct Spread {
    bool known;
    double reach;      /* the larger of |p1| and |p99|, or `most` where both are 0 */
    double quarter[3]; /* 25, 50 and 75 % of the |x| that are not 0 do not exceed it; by nearest rank */
    double most;       /* the largest |x| */
    size_t count;      /* values, finite or not */
    size_t outside;    /* finite values of a magnitude above reach */
} Spread;

/* `percentiles` are those of the same values. Not known when no finite value differs from 0. */
Spread values_spread(Percentiles percentiles, const real *data, size_t count, size_t stride, real *room);

typedef struct ProfileChannel {
    Stats stats;
    size_t
        peak; /* where in the first image its largest |x| is: row * W + column, the first of equal ones; of a
                    channel that has a NaN or an infinity the first of those */
    Percentiles percentiles; /* of those that profile_channel was asked for, as is the spread */
    Spread spread;
} ProfileChannel;

typedef struct Profile {
    bool known;
    Percentiles percentiles;
    Spread spread;
    double reach;
    ProfileChannel *channels; /* shape.c of them, over all images */
    int *ranking;             /* channels by falling l2; equal ones by number */
} Profile;

/* Fills a profile whose `channels` and `ranking` have room for shape.c entries; takes and gives back as much
 * memory as the tensor has. False, and not known, when there is none. */
bool profile_compute(Profile *profile, Tensor tensor);
/* The percentiles and the spread of one channel of a profile that is known. */
bool profile_channel(Profile *profile, Tensor tensor, int channel);
/* The same spread without a profile; not known when memory is short. */
Spread channel_spread(Tensor tensor, int channel);

#endif
