/* Vectors of 512 bits. */
#if defined(__x86_64__)
#define VECTOR_BYTES 64
#define VECTORS      4
#define KERNELS      kernels_avx512
#define KERNELS_NAME "avx512"
#include "core/kernel/kernel_body.h"
#endif
