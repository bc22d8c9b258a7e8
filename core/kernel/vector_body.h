/* Vectors of VECTOR_BYTES, in the compiler's own notation: a * b + c stands for all lanes at once, and a
 * number beside a vector for a vector of it. */
#include <stddef.h>
#include <string.h>

#include "core/tensor/tensor.h"

typedef real Vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));
enum { LANES = VECTOR_BYTES / sizeof(real) };

#define INLINE static inline __attribute__((always_inline))
INLINE Vector vector_load(const real *from) {
    return *(const Vector *)from;
}

INLINE void vector_store(real *to, Vector value) {
    *(Vector *)to = value;
}

/* Past the caches, where the compiler can say so: for much that will not be read soon, whose lines need not be fetched
 * before they are written. `to` is aligned to 64 bytes or follows what is. Others see it after vector_stream_end. */
INLINE void vector_stream(real *to, Vector value) {
#if defined(__x86_64__) && !defined(__clang__)
    typedef float Floats __attribute__((vector_size(VECTOR_BYTES)));
#if VECTOR_BYTES == 64
    __builtin_ia32_movntps512((float *)to, (Floats)value);
#elif VECTOR_BYTES == 32
    __builtin_ia32_movntps256((float *)to, (Floats)value);
#else
    __builtin_ia32_movntps((float *)to, (Floats)value);
#endif
#else
    vector_store(to, value);
#endif
}

INLINE void vector_stream_end(void) {
#if defined(__x86_64__) && !defined(__clang__)
    __builtin_ia32_sfence();
#endif
}

/* 0 in the place of what is negative; NaN and -0 stay. */
INLINE Vector vector_relu(Vector value) {
    __typeof__(value < 0) negative = value < 0;
    return (Vector)((__typeof__(negative))value & ~negative);
}
