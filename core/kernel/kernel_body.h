/* All loops of one instruction set: what is included below, compiled for VECTOR_BYTES and VECTORS. */
#include "core/kernel/sets.h"

#include "core/kernel/vector_body.h"

#include "core/kernel/turn_body.h"

#include "core/kernel/product_body.h"

#include "core/kernel/outer_body.h"

#include "core/kernel/winograd_body.h"

#include "core/kernel/winograd_gradient_body.h"

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
    .outer = outer,
    .winograd_input = winograd_input,
    .winograd_weights = winograd_weights,
    .winograd_output = winograd_output,
    .winograd_dy = winograd_dy,
    .winograd_dw = winograd_dw,
    .probe = probe,
    .normals = normals,
};
