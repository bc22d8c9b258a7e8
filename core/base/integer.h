/* Small sums of integers: the smaller, the larger, the nearest in a range, a quotient rounded up. */
#ifndef CORE_BASE_INTEGER_H
#define CORE_BASE_INTEGER_H

#include <stddef.h>

static inline int integer_min(int a, int b) {
    return a < b ? a : b;
}

static inline int integer_max(int a, int b) {
    return a > b ? a : b;
}

/* `value`, or the nearest of low .. high; low where the range is empty. */
static inline int integer_clamp(long value, int low, int high) {
    if (value > high) value = high;
    return value < low ? low : (int)value;
}

/* a / b, rounded up; neither is negative. */
static inline int integer_divide_up(int a, int b) {
    return (a + b - 1) / b;
}

static inline size_t integer_max_size(size_t a, size_t b) {
    return a > b ? a : b;
}

#endif
