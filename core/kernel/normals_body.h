/* Normal random numbers by Box and Muller: sqrt(-2 log(1 - u)) * cos(2 pi v) from two uniform ones. The result is
 * to be the same on every machine, that of rng_normal rounded to `real`, while logarithm and cosine are computed
 * here as series, some 2^-48 off. So each number is rounded from a little below and from a little above: where
 * both give the same, so does everything between them; where they differ, rng_normal_from decides. */
#include <stdint.h>

#include "core/base/rng.h"

typedef double Doubles __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(double)), may_alias));
typedef uint64_t Words __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(uint64_t)), may_alias));
enum { DOUBLES = VECTOR_BYTES / sizeof(double), NORMAL_VECTORS = NORMAL_ROWS / DOUBLES };
typedef real Narrow __attribute__((vector_size(DOUBLES * sizeof(real)), aligned(sizeof(real)), may_alias));

/* How far the series and the rounding on the way may take a number, over its largest possible size for its u.
 * Both series end within 2^-49, the argument 2 pi v and a dozen operations are rounded to 2^-50 or better: the
 * bound is sixteen times what they add up to. */
#define NORMAL_ERROR 0x1p-44
/* Where u is 0, so is the result, and only its sign is left to decide. */
#define NORMAL_LEAST 1e-300

INLINE Words rotate_words(Words x, int k) {
    return x << k | x >> (64 - k);
}

/* rng_next, for all lanes. */
INLINE Words next_words(Words s[4]) {
    Words result = rotate_words(s[0] + s[3], 23) + s[0];
    Words t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_words(s[3], 45);
    return result;
}

/* The upper 53 bits over 2^53: 52 of them as the fraction of a number from 1 to 2, and the last one by itself. */
INLINE Doubles uniform_of(Words x) {
    Doubles upper = (Doubles)(x >> 12 | UINT64_C(0x3FF0000000000000)) - 1.0;
    Words last = -(x >> 11 & 1) & UINT64_C(0x3CA0000000000000); /* 2^-53 */
    return upper + (Doubles)last;
}

/* -2 log(a) for 0 < a <= 1: a = 2^e m with m between sqrt(1/2) and sqrt(2), and
 * log(m) = 2 (s + s^3/3 + s^5/5 + ...) where s = (m - 1)/(m + 1), at most 0.172. */
INLINE Doubles minus_two_log(Doubles a) {
    const uint64_t root_half = UINT64_C(0x3FE6A09E667F3BCD), bias = UINT64_C(64) << 52;
    const double log_2 = 0.69314718055994530942;
    Words shifted = (Words)a - root_half + bias;
    Doubles e = (Doubles)(shifted >> 52 | UINT64_C(0x4330000000000000)) - (0x1p52 + 64);
    Doubles m = (Doubles)((shifted & UINT64_C(0x000FFFFFFFFFFFFF)) + root_half);
    Doubles s = (m - 1.0) / (m + 1.0), z = s * s;
    Doubles series = z * (1.0 / 17) + 1.0 / 15;
    series = series * z + 1.0 / 13;
    series = series * z + 1.0 / 11;
    series = series * z + 1.0 / 9;
    series = series * z + 1.0 / 7;
    series = series * z + 1.0 / 5;
    series = series * z + 1.0 / 3;
    return e * (-2 * log_2) - 4.0 * (s + s * z * series);
}

/* cos(2 pi v) for 0 <= v < 1, which is sin(x) with x = 2 pi (|v - 1/2| - 1/4), at most pi/2 either way. */
INLINE Doubles cosine_of_turns(Doubles v) {
    Doubles away = (Doubles)((Words)(v - 0.5) & UINT64_C(0x7FFFFFFFFFFFFFFF));
    Doubles x = (away - 0.25) * 6.283185307179586477, z = x * x;
    Doubles series = z * (-1.0 / 121645100408832000) + 1.0 / 355687428096000;
    series = series * z - 1.0 / 1307674368000;
    series = series * z + 1.0 / 6227020800;
    series = series * z - 1.0 / 39916800;
    series = series * z + 1.0 / 362880;
    series = series * z - 1.0 / 5040;
    series = series * z + 1.0 / 120;
    series = series * z - 1.0 / 6;
    return x + x * z * series;
}

INLINE Doubles square_root(Doubles x) {
    for (int lane = 0; lane < DOUBLES; lane++) x[lane] = __builtin_sqrt(x[lane]);
    return x;
}

INLINE void decide_each(real *y, Doubles u, Doubles v, double scale) {
    for (int lane = 0; lane < DOUBLES; lane++) y[lane] = (real)(scale * rng_normal_from(u[lane], v[lane]));
}

static void normals(uint64_t state[4][NORMAL_ROWS], double scale, int count, real *y) {
    typedef __typeof__((Narrow){0} == (Narrow){0}) Bits;
    Words s[NORMAL_VECTORS][4];
    for (int k = 0; k < NORMAL_VECTORS; k++)
        for (int word = 0; word < 4; word++) s[k][word] = *(const Words *)&state[word][k * DOUBLES];
    for (int j = 0; j < count; j++) {
        for (int k = 0; k < NORMAL_VECTORS; k++, y += DOUBLES) {
            Doubles u = uniform_of(next_words(s[k])), v = uniform_of(next_words(s[k]));
            Doubles size = square_root(minus_two_log(1.0 - u)) * scale;
            Doubles value = size * cosine_of_turns(v), off = size * NORMAL_ERROR + NORMAL_LEAST;
            Narrow below = __builtin_convertvector(value - off, Narrow);
            Narrow above = __builtin_convertvector(value + off, Narrow);
            Bits differ = (Bits)below ^ (Bits)above;
            uint64_t any[sizeof differ / sizeof(uint64_t)], all = 0;
            memcpy(any, &differ, sizeof any);
            for (size_t part = 0; part < sizeof any / sizeof any[0]; part++) all |= any[part];
            *(Narrow *)y = below;
            if (__builtin_expect(all != 0, 0)) decide_each(y, u, v, scale);
        }
    }
    for (int k = 0; k < NORMAL_VECTORS; k++)
        for (int word = 0; word < 4; word++) *(Words *)&state[word][k * DOUBLES] = s[k][word];
}
