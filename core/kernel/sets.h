/* The sets of loops that there are; used by core/kernel only. */
#ifndef CORE_KERNEL_SETS_H
#define CORE_KERNEL_SETS_H

#include "core/kernel/kernel.h"

extern const Kernels kernels_generic;
#if defined(__x86_64__)
extern const Kernels kernels_avx2, kernels_avx512;
#endif

#endif
