/* Vectors of 256 bits, with fused multiply-adds. */
#if defined(__x86_64__)
#define VECTOR_BYTES 32
#define VECTORS      2
#define KERNELS      kernels_avx2
#define KERNELS_NAME "avx2"
#include "core/kernel/kernel_body.h"
#endif
