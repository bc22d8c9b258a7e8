/* The smaller and the larger of two integers, and the nearest one in a range. */
#ifndef CORE_BASE_INTEGER_H
#define CORE_BASE_INTEGER_H

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

#endif
