/* Loops the compiler may use wide vectors for: compiled once for each of these processors, chosen when the
 * program starts. Not under sanitizers, whose start-up does not survive the choosing. */
#ifndef CORE_CPU_H
#define CORE_CPU_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define CPU_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define CPU_CLONES
#endif

#endif
