#include "views/maps/kernels.h"

static const Param *weight_of(const Network *network, int op) {
    const Op *o = &network->ops[op];
    for (int k = o->param_first; k < o->param_first + o->param_count; k++) {
        ParamRole role = network->params[k].role;
        if (role == PARAM_CONV_WEIGHT || role == PARAM_LINEAR_WEIGHT) return &network->params[k];
    }
    return NULL;
}

static KernelKind kernel_kind(const Kernels *kernels) {
    if (kernels->rows == 1 && kernels->columns == 1) return KERNELS_MATRIX;
    return kernels->inputs == 3 ? KERNELS_COLOR : KERNELS_SLICES;
}

Kernels kernels_of(const Scene *scene, int op, Phase phase) {
    Kernels kernels = {.param = weight_of(scene->network, op), .gradient = phase == PHASE_BACKWARD};
    const Param *param = kernels.param;
    if (!param) return kernels;
    bool conv = param->role == PARAM_CONV_WEIGHT;
    kernels.outputs = param->dims[0];
    kernels.inputs = param->dims[1];
    kernels.rows = conv ? param->dims[2] : 1;
    kernels.columns = conv ? param->dims[3] : 1;
    kernels.data =
        kernels.gradient ? pass_param_grad(scene->pass, param) : network_const_values(scene->network, param);
    kernels.kind = kernel_kind(&kernels);
    return kernels;
}

int kernels_neighbour(const Network *network, int op, int direction) {
    for (op += direction; op >= 0 && op < network->op_count; op += direction)
        if (weight_of(network, op)) return op;
    return -1;
}

int kernels_nearest(const Network *network, int op) {
    int before = kernels_neighbour(network, op, -1), after = kernels_neighbour(network, op, 1);
    if (before < 0 || after < 0) return before < 0 ? after : before;
    return after - op < op - before ? after : before;
}

size_t kernels_filter_count(const Kernels *kernels) {
    return (size_t)kernels->inputs * (size_t)kernels->rows * (size_t)kernels->columns;
}

const real *kernels_filter(const Kernels *kernels, int k) {
    return kernels->data ? kernels->data + (size_t)k * kernels_filter_count(kernels) : NULL;
}

/* Weights lie channels-last as tensors do. A Tensor's data is not const, but is only read here. */
Tensor kernels_slices(const Kernels *kernels, int k) {
    return (Tensor){.shape = {.n = 1, .c = kernels->inputs, .h = kernels->rows, .w = kernels->columns},
                    .data = (real *)kernels_filter(kernels, k)};
}

double kernels_value(const Kernels *kernels, int k, int c, int r, int s) {
    size_t at = ((size_t)r * (size_t)kernels->columns + (size_t)s) * (size_t)kernels->inputs + (size_t)c;
    return (double)kernels_filter(kernels, k)[at];
}

Scene kernels_scene(const Scene *scene) {
    Scene own = *scene;
    setting_set_palette(&own.settings, PALETTE_USE_ACTIVATION,
                        setting_palette(&scene->settings, PALETTE_USE_WEIGHT));
    if (own.settings.pooling == POOLING_AUTO) own.settings.pooling = POOLING_LARGEST;
    return own;
}
