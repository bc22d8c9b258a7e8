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

/* 0 in the place of what is negative; NaN and -0 stay. */
INLINE Vector vector_relu(Vector value) {
    __typeof__(value < 0) negative = value < 0;
    return (Vector)((__typeof__(negative))value & ~negative);
}
