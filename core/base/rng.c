#include "core/base/rng.h"

#include <math.h>

static uint64_t rotate_left(uint64_t x, int k) {
    return x << k | x >> (64 - k);
}

static uint64_t splitmix64(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void rng_init(Rng *rng, uint64_t seed) {
    for (int i = 0; i < 4; i++) rng->state[i] = splitmix64(&seed);
}

uint64_t rng_next(Rng *rng) {
    uint64_t *s = rng->state;
    uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double rng_uniform(Rng *rng) {
    return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

double rng_normal_from(double u, double v) {
    return sqrt(-2.0 * log(1.0 - u)) * cos(6.283185307179586477 * v);
}

double rng_normal(Rng *rng) {
    double u = rng_uniform(rng);
    return rng_normal_from(u, rng_uniform(rng));
}

uint32_t rng_below(Rng *rng, uint32_t bound) {
    /* Values past the last whole multiple of bound would favour small results. */
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound, value;
    do value = rng_next(rng);
    while (value >= limit);
    return (uint32_t)(value % bound);
}

void rng_shuffle(Rng *rng, int *items, int count) {
    for (int i = count - 1; i > 0; i--) {
        int j = (int)rng_below(rng, (uint32_t)i + 1), item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}
