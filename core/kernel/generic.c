/* Vectors of 128 bits, which every processor has: SSE2, NEON, or what the compiler makes of them. */
#define VECTOR_BYTES 16
#define VECTORS      2
#define KERNELS      kernels_generic
#define KERNELS_NAME "generic"
#include "core/kernel/kernel_body.h"
