/* 16-bit floating-point numbers. To float32: exact for every bit pattern, subnormals, infinities and NaNs
 * included. */
#ifndef CORE_BASE_HALF_H
#define CORE_BASE_HALF_H

#include <stdint.h>

float half_from_f16(uint16_t bits);  /* IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits */
float half_from_bf16(uint16_t bits); /* the upper half of a float32 */

/* The nearest one, of two as near the one whose last bit is 0; from 65520 on infinity, as IEEE 754 has it. */
uint16_t half_to_f16(float value);

#endif
