#include "core/train/divergence.h"

#include <math.h>
#include <stdio.h>

#include "core/base/cpu.h"

/* x - x is 0 for a finite x, else NaN. */
CPU_CLONES static bool all_finite(const real *values, size_t count) {
    int strange = 0;
    for (size_t j = 0; j < count; j++) strange |= !(values[j] - values[j] == 0);
    return !strange;
}

static size_t find_strange(const real *values, size_t count) {
    size_t j = 0;
    while (j < count && isfinite((double)values[j])) j++;
    return j;
}

static const char *name_value(double value) {
    if (isnan(value)) return "nan";
    return value > 0 ? "inf" : "-inf";
}

/* The first parameter with such a number at `values`, laid out as network_all_values; NULL: there is none. Without
 * `buffers` only of those that learn. */
static const Param *find_param(const Network *network, const real *values, bool buffers) {
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (!buffers && (!param_role_learns(param->role) || param->frozen)) continue;
        if (!all_finite(values + param->offset, param->count)) return param;
    }
    return NULL;
}

Divergence divergence_of_gradients(const Network *network, const Pass *pass) {
    return find_param(network, pass_param_grads(pass), false) ? DIVERGENCE_GRADIENT : DIVERGENCE_NONE;
}

Divergence divergence_of_values(const Network *network) {
    return find_param(network, network_const_all_values(network), true) ? DIVERGENCE_VALUE : DIVERGENCE_NONE;
}

/* "inf at (3,2,0,5) of (128,32,16,16)"; false when all are finite, or not there. */
static bool tell_place(Tensor tensor, char *out, size_t size) {
    const Shape s = tensor.shape;
    size_t count = shape_count(s), at = tensor.data ? find_strange(tensor.data, count) : count;
    if (at == count) return false;
    size_t c = at % (size_t)s.c, pixel = at / (size_t)s.c;
    size_t column = pixel % (size_t)s.w, row = pixel / (size_t)s.w % (size_t)s.h;
    size_t image = pixel / (size_t)s.w / (size_t)s.h;
    snprintf(out, size, "%s at (%zu,%zu,%zu,%zu) of (%d,%d,%d,%d)", name_value((double)tensor.data[at]),
             image, c, row, column, s.n, s.c, s.h, s.w);
    return true;
}

/* "; the first numbers that are not finite are in ..." of the way forward, or of the way back; nothing where all are finite. */
static void tell_first(const Pass *pass, bool back, char *out, size_t size) {
    const Network *network = pass_network(pass);
    char place[160];
    *out = '\0';
    for (int k = 0; k < network->op_count; k++) {
        int op = back ? network->op_count - 1 - k : k;
        Tensor tensor = back ? pass_grad(pass, op) : pass_act(pass, op);
        if (!tell_place(tensor, place, sizeof place)) continue;
        snprintf(out, size, "; the first numbers that are not finite are in the %s of %s: %s",
                 back ? "gradient of the output" : "output", network->ops[op].name, place);
        return;
    }
}

/* "layer1.0.conv1.weight is nan in 12 of its 2304 numbers" */
static void tell_param(const Param *param, const real *values, char *out, size_t size) {
    size_t strange = 0;
    const real *numbers = values + param->offset;
    for (size_t j = 0; j < param->count; j++) strange += !isfinite((double)numbers[j]);
    snprintf(out, size, "%s is %s in %zu of its %zu numbers", param->name,
             name_value((double)numbers[find_strange(numbers, param->count)]), strange, param->count);
}

void divergence_tell(Divergence divergence, const Pass *pass, const Pass *again,
                     char out[DIVERGENCE_TEXT_MAX]) {
    const Network *network = pass_network(pass);
    const real *gradients = pass_param_grads(pass), *values = network_const_all_values(network);
    char first[320] = "", param[160] = "";
    switch (divergence) {
    case DIVERGENCE_LOSS:
        tell_first(pass, false, first, sizeof first);
        snprintf(out, DIVERGENCE_TEXT_MAX, "the loss is %s%s", name_value(pass_loss(pass)), first);
        break;
    case DIVERGENCE_GRADIENT:
        if (again) tell_first(again, true, first, sizeof first);
        tell_param(find_param(network, gradients, false), gradients, param, sizeof param);
        snprintf(out, DIVERGENCE_TEXT_MAX, "the gradient of %s%s", param, first);
        break;
    case DIVERGENCE_VALUE:
        tell_param(find_param(network, values, true), values, param, sizeof param);
        snprintf(out, DIVERGENCE_TEXT_MAX, "behind the step %s", param);
        break;
    case DIVERGENCE_NONE: *out = '\0'; break;
    }
}
