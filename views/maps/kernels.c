#include "views/maps/kernels.h"

#include <stdlib.h>

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

/* Room for the gathered weights, kept from one call to the next. */
static real *room_for(size_t count) {
    static real *room;
    static size_t size;
    if (count <= size) return room;
    real *larger = realloc(room, count * sizeof *room);
    if (!larger) return NULL;
    room = larger;
    size = count;
    return room;
}

static void gather(const Kernels *kernels, int k, real *out) {
    ParamFilter filter = param_filter(kernels->param, k);
    for (size_t j = 0; j < filter.count; j++) out[j] = kernels->data[filter.first + j * filter.stride];
}

/* Filters first .. first+count-1 as (R,S,C), channels-last as tensors are. */
static Tensor gather_filters(const Kernels *kernels, int first, int count) {
    Tensor tensor = {.shape = {.n = 1, .c = kernels->inputs, .h = kernels->rows, .w = kernels->columns}};
    size_t size = shape_count(tensor.shape);
    if (!kernels->data) return tensor;
    tensor.data = room_for((size_t)count * size);
    for (int k = 0; tensor.data && k < count; k++) gather(kernels, first + k, tensor.data + (size_t)k * size);
    return tensor;
}

Tensor kernels_slices(const Kernels *kernels, int k) {
    return gather_filters(kernels, k, 1);
}

Tensor kernels_filters(const Kernels *kernels) {
    return gather_filters(kernels, 0, kernels->outputs);
}

Stats kernels_filter_stats(const Kernels *kernels, int k) {
    Tensor filter = kernels_slices(kernels, k);
    return filter.data ? tensor_stats(filter.data, shape_count(filter.shape)) : (Stats){0};
}

PlotMap kernels_matrix(const Kernels *kernels, int output, int input) {
    bool conv = kernels->param->role == PARAM_CONV_WEIGHT;
    int stride = conv ? kernels->outputs : 1, pitch = conv ? 1 : kernels->inputs;
    size_t first = (size_t)output * (size_t)pitch + (size_t)input * (size_t)stride;
    return (PlotMap){.data = kernels->data ? kernels->data + first : NULL,
                     .width = kernels->inputs - input,
                     .height = kernels->outputs - output,
                     .stride = stride,
                     .pitch = pitch};
}

double kernels_value(const Kernels *kernels, int k, int c, int r, int s) {
    ParamFilter filter = param_filter(kernels->param, k);
    size_t at = ((size_t)r * (size_t)kernels->columns + (size_t)s) * (size_t)kernels->inputs + (size_t)c;
    return (double)kernels->data[filter.first + at * filter.stride];
}

Scene kernels_scene(const Scene *scene) {
    Scene own = *scene;
    setting_set_palette(&own.settings, PALETTE_USE_ACTIVATION,
                        setting_palette(&scene->settings, PALETTE_USE_WEIGHT));
    if (own.settings.pooling == POOLING_AUTO) own.settings.pooling = POOLING_LARGEST;
    return own;
}
