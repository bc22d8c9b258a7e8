/* Random numbers that are the same on every machine: xoshiro256++ seeded through splitmix64
 * (Blackman & Vigna 2021, "Scrambled linear pseudorandom number generators"). */
#ifndef CORE_BASE_RNG_H
#define CORE_BASE_RNG_H

#include <stdint.h>

typedef struct Rng {
    uint64_t state[4];
} Rng;

void rng_init(Rng *rng, uint64_t seed);
uint64_t rng_next(Rng *rng);
/* As after `count` calls of rng_next, in the time of at most a few thousand of them. */
void rng_skip(Rng *rng, uint64_t count);
double rng_uniform(Rng *rng);                 /* [0, 1) */
double rng_normal(Rng *rng);                  /* mean 0, standard deviation 1 (Box-Muller, no hidden state) */
double rng_normal_from(double u, double v);   /* the same, from two uniform numbers drawn in this order */
uint32_t rng_below(Rng *rng, uint32_t bound); /* 0 .. bound-1 without bias */
void rng_shuffle(Rng *rng, int *items, int count); /* Fisher-Yates */

#endif
