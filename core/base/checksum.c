#include "core/base/checksum.h"

#include <zlib.h>

static uint32_t by_table(uint32_t crc, const uint8_t *bytes, size_t count) {
    return (uint32_t)crc32_z(crc, bytes, count);
}

#if defined(__x86_64__)

#include <immintrin.h>

enum { FOLD_BYTES = 64, FOLD_WORD = 16 };

/* x^n modulo the polynomial of CRC-32, bits reversed, for the n by which a fold moves each half of a word: over four words,
 * 4 * 128 + 32 and 4 * 128 - 32; over one, 128 + 32 and 128 - 32. Source: Gopal et al., "Fast CRC Computation for Generic
 * Polynomials Using PCLMULQDQ Instruction", Intel, 2009. */
#define FOUR_LOW  0x0154442bd4
#define FOUR_HIGH 0x01c6e41596
#define ONE_LOW   0x01751997d0
#define ONE_HIGH  0x00ccaa009e

/* The word, moved over what the factors say, and added to what lies there. */
__attribute__((target("pclmul"))) static inline __m128i fold(__m128i word, __m128i factors, __m128i there) {
    __m128i low = _mm_clmulepi64_si128(word, factors, 0x00), high = _mm_clmulepi64_si128(word, factors, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), there);
}

static inline __m128i load(const uint8_t *bytes) {
    return _mm_loadu_si128((const __m128i *)bytes);
}

/* At least FOLD_BYTES, and a multiple of them: folded until one word is left, which has the same remainder as all. */
__attribute__((target("pclmul"))) static uint32_t by_folding(uint32_t crc, const uint8_t *bytes,
                                                             size_t count) {
    __m128i four = _mm_set_epi64x(FOUR_HIGH, FOUR_LOW), one = _mm_set_epi64x(ONE_HIGH, ONE_LOW);
    __m128i a = _mm_xor_si128(load(bytes), _mm_cvtsi32_si128((int)~crc));
    __m128i b = load(bytes + FOLD_WORD), c = load(bytes + 2 * FOLD_WORD), d = load(bytes + 3 * FOLD_WORD);
    for (size_t at = FOLD_BYTES; at < count; at += FOLD_BYTES) {
        a = fold(a, four, load(bytes + at));
        b = fold(b, four, load(bytes + at + FOLD_WORD));
        c = fold(c, four, load(bytes + at + 2 * FOLD_WORD));
        d = fold(d, four, load(bytes + at + 3 * FOLD_WORD));
    }
    uint8_t word[FOLD_WORD];
    _mm_storeu_si128((__m128i *)word, fold(fold(fold(a, one, b), one, c), one, d));
    return by_table(UINT32_MAX, word, sizeof word); /* from a register of 0: the word has what was before */
}

uint32_t checksum_crc32(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *at = bytes;
    size_t folded = count / FOLD_BYTES * FOLD_BYTES;
    if (folded == 0 || !__builtin_cpu_supports("pclmul")) return by_table(crc, at, count);
    crc = by_folding(crc, at, folded);
    return count > folded ? by_table(crc, at + folded, count - folded) : crc;
}

#else

uint32_t checksum_crc32(uint32_t crc, const void *bytes, size_t count) {
    return by_table(crc, bytes, count);
}

#endif
