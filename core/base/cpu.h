/* Loops the compiler may use wide vectors for: compiled once for each of these processors, chosen when the
 * program starts. That needs gcc and glibc's loader. Not under sanitizers, whose start-up does not survive
 * the choosing. */
#ifndef CORE_BASE_CPU_H
#define CORE_BASE_CPU_H

#include <limits.h> /* any header of the C library says whether it is glibc */

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&    \
    !defined(__SANITIZE_THREAD__)
#define CPU_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define CPU_CLONES
#endif

/* What such a function calls in its loops: a part of each of its versions. */
#define CPU_INLINE static inline __attribute__((always_inline))

#endif
