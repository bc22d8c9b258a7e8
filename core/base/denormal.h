/* Denormal numbers, those too small for a full mantissa, cost an x86 processor a hundred times as much as
 * others, and decaying activations are full of them. Between begin and end they count as 0 in the calling
 * thread. Elsewhere they cost little or nothing and stay. */
#ifndef CORE_BASE_DENORMAL_H
#define CORE_BASE_DENORMAL_H

#if defined(__x86_64__)

/* Bits of the control register MXCSR: results that are denormal become 0 (FTZ), operands too (DAZ). */
enum { DENORMAL_RESULTS_ARE_ZERO = 0x8000, DENORMAL_OPERANDS_ARE_ZERO = 0x0040 };

/* Returns what denormal_end wants: how the thread computed before. */
static inline unsigned denormal_begin(void) {
    unsigned before = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(before | DENORMAL_RESULTS_ARE_ZERO | DENORMAL_OPERANDS_ARE_ZERO);
    return before;
}

static inline void denormal_end(unsigned before) {
    __builtin_ia32_ldmxcsr(before);
}

#else

static inline unsigned denormal_begin(void) {
    return 0;
}

static inline void denormal_end(unsigned before) {
    (void)before;
}

#endif

#endif
