#include <pthread.h>
#include <string.h>

#include "core/base/rng.h"

/* A step of the generator only moves and adds bits modulo 2, so a step is a 256 x 256 matrix T over the field of
 * two elements, and `count` steps are T^count: the product of T^(2^i) over the bits i of count. Kept are
 * those up to 2^31, more steps than any network's values take; what is beyond goes in several jumps. */
enum { STATE_BITS = 256, POWERS = 32 };

/* Column j is what becomes of a state whose only bit is j. */
typedef struct Transition {
    uint64_t column[STATE_BITS][4];
} Transition;

static Transition powers[POWERS]; /* [i] makes 2^i steps */

/* The sum of the columns whose bits are set, without branches: the bits are random. */
static void apply(const Transition *transition, const uint64_t from[4], uint64_t to[4]) {
    uint64_t sum[4] = {0};
    for (int bit = 0; bit < STATE_BITS; bit++) {
        uint64_t mask = -(from[bit / 64] >> bit % 64 & 1);
        for (int word = 0; word < 4; word++) sum[word] ^= transition->column[bit][word] & mask;
    }
    memcpy(to, sum, sizeof sum);
}

static void make_powers(void) {
    for (int bit = 0; bit < STATE_BITS; bit++) {
        Rng rng = {.state = {0}};
        rng.state[bit / 64] = UINT64_C(1) << bit % 64;
        rng_next(&rng);
        memcpy(powers[0].column[bit], rng.state, sizeof rng.state);
    }
    for (int i = 1; i < POWERS; i++)
        for (int bit = 0; bit < STATE_BITS; bit++)
            apply(&powers[i - 1], powers[i - 1].column[bit], powers[i].column[bit]);
}

void rng_skip(Rng *rng, uint64_t count) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    /* A jump costs as much as a few hundred steps. */
    if (count < STATE_BITS) {
        for (; count > 0; count--) rng_next(rng);
        return;
    }
    pthread_once(&once, make_powers);
    for (; count >> POWERS != 0; count -= UINT64_C(1) << (POWERS - 1))
        apply(&powers[POWERS - 1], rng->state, rng->state);
    for (int i = 0; i < POWERS; i++)
        if (count >> i & 1) apply(&powers[i], rng->state, rng->state);
}
