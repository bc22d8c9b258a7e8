/* Convolution without bias (the batch norm that follows has one). */
#include "core/op/conv.h"
#include "core/op/conv_direct.h"
#include "core/op/op.h"

static ConvShape shape_of(const Op *op, int batch) {
    return (ConvShape){.n = batch,
                       .h = op->in.h,
                       .w = op->in.w,
                       .c = op->in.c,
                       .k = op->channels,
                       .r = op->kernel_h,
                       .s = op->kernel_w,
                       .stride = op->stride,
                       .pad = op->pad,
                       .oh = op->out.h,
                       .ow = op->out.w};
}

bool op_conv2d_is_direct(const Op *op, int batch) {
    ConvShape shape = shape_of(op, batch);
    return conv_direct_fits(&shape);
}

static bool conv_shape(Op *op, const Shape *x, Error *err) {
    if (op->kernel_h < 1 || op->kernel_w < 1 || op->stride < 1 || op->pad < 0 || op->channels < 1)
        return error_set(err, ERROR_USAGE,
                         "%s: a convolution needs a positive kernel, stride and channel count", op->name);
    if (x[0].h + 2 * op->pad < op->kernel_h || x[0].w + 2 * op->pad < op->kernel_w)
        return error_set(err, ERROR_USAGE,
                         "%s: the %dx%d input with padding %d is smaller than the %dx%d kernel", op->name,
                         x[0].h, x[0].w, op->pad, op->kernel_h, op->kernel_w);
    op->out = (Shape){1, op->channels, op_window_count(x[0].h, op->kernel_h, op->stride, op->pad),
                      op_window_count(x[0].w, op->kernel_w, op->stride, op->pad)};
    return true;
}

static int conv_params(const Op *op, ParamShape params[OP_PARAMS_MAX]) {
    params[0] = (ParamShape){.suffix = "weight",
                             .role = PARAM_CONV_WEIGHT,
                             .rank = 4,
                             .dims = {op->channels, op->in.c, op->kernel_h, op->kernel_w}};
    return 1;
}

static size_t conv_scratch(const Op *op, int batch) {
    ConvShape shape = shape_of(op, batch);
    return conv_scratch_count(&shape);
}

static uint64_t conv_macs(const Op *op) {
    return (uint64_t)shape_count(op->out) * (uint64_t)op->in.c * (uint64_t)(op->kernel_h * op->kernel_w);
}

/* Convolution, forward: y = w * x (cross-correlation, no bias).
 *   x (N,C,H,W) read    w (K,C,R,S) read    y (N,K,OH,OW) overwritten
 *   OH = (H + 2*pad - R)/stride + 1
 * Cost:   N*K*C*R*S*OH*OW multiply-adds.
 * Errors: none; conv_shape has checked the shapes.
 * Source: He et al. 2015, arXiv:1512.03385, section 3.3. */
static void conv_run_forward(const OpRun *run) {
    ConvShape shape = shape_of(run->op, run->batch);
    conv_forward(&shape, run->x[0], run->w[0], run->y, run->scratch);
}

/* Convolution, backward.
 *   dx[n,c,ih,iw] = sum over k, r, s of dy[n,k,oh,ow] * w[k,c,r,s] where ih = oh*stride - pad + r, iw
 * likewise dw[k,c,r,s]   = sum over n, oh, ow of dy[n,k,oh,ow] * x[n,c,oh*stride - pad + r, ow*stride - pad +
 * s] Cost: as forward, once for dx and once for dw. */
static void conv_run_backward(const OpRun *run) {
    ConvShape shape = shape_of(run->op, run->batch);
    if (run->dw[0]) conv_backward_weight(&shape, run->x[0], run->dy, run->dw[0], run->scratch);
    if (run->dx[0])
        conv_backward_input(&shape, run->dy, run->w[0], run->dx[0], run->dx_adds[0], run->scratch);
}

const OpSpec op_conv2d_spec = {
    .name = "conv2d",
    .title = "Convolution",
    .sentence = "Slides small filters over the picture; each filter answers, at every place, how much the "
                "neighbourhood looks like it.",
    .forward_math = "y[k,i,j] = Σc Σr Σs  w[k,c,r,s] · x[c, i·stride−pad+r, j·stride−pad+s]",
    .backward_math =
        "dx = Σk w[k]ᵀ ∗ dy[k]     dw[k,c,r,s] = Σi Σj dy[k,i,j] · x[c, i·stride−pad+r, j·stride−pad+s]",
    .source = "He et al. 2015, arXiv:1512.03385, section 3.3; LeCun et al. 1998, Proc. IEEE 86(11)",
    .shape = conv_shape,
    .params = conv_params,
    .scratch_count = conv_scratch,
    .macs = conv_macs,
    .forward = conv_run_forward,
    .backward = conv_run_backward,
};
