#include "core/inspect/contribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One filter, its weights gathered as (R,S,C), at work on one image. */
typedef struct Filter {
    const Op *op;
    const real *weight;
    const real *values; /* x, or dy */
    int channel;        /* of dy */
    int inputs;         /* channels of x */
} Filter;

static const real *tap(const Filter *filter, int r, int s) {
    return filter->weight + (size_t)(r * filter->op->kernel_w + s) * (size_t)filter->inputs;
}

static void add_scaled(real *sum, const real *a, real factor, int count) {
    for (int c = 0; c < count; c++) sum[c] += a[c] * factor;
}

static void add_products(real *sum, const real *a, const real *b, int count) {
    for (int c = 0; c < count; c++) sum[c] += a[c] * b[c];
}

/* What each input channel contributes to output place (i,j). */
static void gather_forward(const Filter *filter, int i, int j, real *sum) {
    const Op *op = filter->op;
    for (int r = 0; r < op->kernel_h; r++) {
        int y = i * op->stride - op->pad + r;
        if (y < 0 || y >= op->in.h) continue;
        for (int s = 0; s < op->kernel_w; s++) {
            int x = j * op->stride - op->pad + s;
            if (x < 0 || x >= op->in.w) continue;
            add_products(sum, tap(filter, r, s), filter->values + shape_index(op->in, 0, 0, y, x),
                         filter->inputs);
        }
    }
}

/* What input place (y,x) of each channel receives: from all output places whose window it lies in. */
static void gather_backward(const Filter *filter, int y, int x, real *sum) {
    const Op *op = filter->op;
    for (int r = 0; r < op->kernel_h; r++) {
        int i = y + op->pad - r;
        if (i < 0 || i % op->stride != 0 || i / op->stride >= op->out.h) continue;
        for (int s = 0; s < op->kernel_w; s++) {
            int j = x + op->pad - s;
            if (j < 0 || j % op->stride != 0 || j / op->stride >= op->out.w) continue;
            size_t at = shape_index(op->out, 0, filter->channel, i / op->stride, j / op->stride);
            add_scaled(sum, tap(filter, r, s), filter->values[at], filter->inputs);
        }
    }
}

static bool sum_up(const Filter *filter, bool backward, double *out) {
    Shape places = backward ? filter->op->in : filter->op->out;
    size_t count = (size_t)filter->inputs;
    real *sum = malloc(count * sizeof *sum);
    if (!sum) return false;
    memset(out, 0, count * sizeof *out);
    for (int y = 0; y < places.h; y++)
        for (int x = 0; x < places.w; x++) {
            memset(sum, 0, count * sizeof *sum);
            if (backward)
                gather_backward(filter, y, x, sum);
            else
                gather_forward(filter, y, x, sum);
            for (size_t c = 0; c < count; c++) out[c] += (double)sum[c] * (double)sum[c];
        }
    for (size_t c = 0; c < count; c++) out[c] = sqrt(out[c]);
    free(sum);
    return true;
}

bool contribution_of_channels(const Pass *pass, int op, bool backward, int channel, double *out) {
    const Network *network = pass_network(pass);
    const Op *o = &network->ops[op];
    const Param *weight = network_op_param(network, op, PARAM_CONV_WEIGHT);
    if (!weight) return false;
    Tensor values = backward ? pass_grad(pass, op) : pass_act(pass, o->inputs[0]);
    if (!values.data) return false;
    ParamFilter place = param_filter(weight, channel);
    real *own = malloc(place.count * sizeof *own);
    if (!own) return false;
    for (size_t j = 0; j < place.count; j++)
        own[j] = network_const_values(network, weight)[place.first + j * place.stride];
    Filter filter = {.op = o, .weight = own, .values = values.data, .channel = channel, .inputs = o->in.c};
    bool ok = sum_up(&filter, backward, out);
    free(own);
    return ok;
}
