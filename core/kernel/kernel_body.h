/* All loops of one instruction set: what is included below, compiled for VECTOR_BYTES and VECTORS. */
#include "core/kernel/sets.h"

#include "core/kernel/vector_body.h"

#include "core/kernel/product_body.h"

#include "core/kernel/probe_body.h"

#include "core/kernel/normals_body.h"

const Kernels KERNELS = {
    .name = KERNELS_NAME,
    .lanes = LANES,
    .columns = VECTORS * LANES,
    .pixels = PRODUCT_PIXELS,
    .many_pixels = PRODUCT_MANY,
    .product = product,
    .panel = panel,
    .probe = probe,
    .normals = normals,
};
