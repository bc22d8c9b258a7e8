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
