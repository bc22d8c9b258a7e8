#include "core/base/half.h"

#include <string.h>

static float float_from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float half_from_f16(uint16_t bits) {
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
    if (exponent == 31) return float_from_bits(sign | 0x7F800000 | fraction << 13);
    if (exponent > 0) return float_from_bits(sign | (exponent + 112) << 23 | fraction << 13);
    float magnitude = (float)fraction * 0x1p-24f; /* subnormal or zero: exact in float32 */
    return sign ? -magnitude : magnitude;
}

float half_from_bf16(uint16_t bits) {
    return float_from_bits((uint32_t)bits << 16);
}

uint16_t half_to_f16(float value) {
    enum {
        INFINITE = 0x7F800000, /* float32: everything above it is a NaN */
        OVERFLOWS = 0x477FF000 /* 65520, half way to the number after the largest one */,
        NORMAL = 0x38800000, /* 2^-14 */
        SHIFT = 13,          /* fraction bits that are lost */
        BIAS = (127 - 15) << 10,
    };
    uint32_t bits, rounded;
    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7FFFFFFF;
    if (magnitude > INFINITE) return (uint16_t)(sign | 0x7E00);
    if (magnitude >= OVERFLOWS) return (uint16_t)(sign | 0x7C00);
    if (magnitude >= NORMAL) {
        uint32_t odd = magnitude >> SHIFT & 1;
        return (uint16_t)(sign | (((magnitude + 0xFFF + odd) >> SHIFT) - BIAS));
    }
    /* Subnormal: a multiple of 2^-24, which is what a float32 next to 0.5 is rounded to. */
    const float half = 0.5F;
    uint32_t half_bits;
    memcpy(&value, &magnitude, sizeof value);
    value += half;
    memcpy(&rounded, &value, sizeof rounded);
    memcpy(&half_bits, &half, sizeof half_bits);
    return (uint16_t)(sign | (rounded - half_bits));
}
