/* Option A: the shortcut across a change of size, without parameters. Every stride-th row and column is
 * taken, and the new channels are zeros, half of them before and half after the old ones. */
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/parallel.h"
#include "core/op/arithmetic.h"
#include "core/op/explanation.h"

enum { PART_ROWS = 16 };

static bool shortcut_shape(Op *op, const Shape *x, Error *err) {
    if (op->channels < x[0].c || (op->channels - x[0].c) % 2 != 0)
        return error_set(err, ERROR_USAGE, "%s: option A cannot pad %d channels to %d", op->name, x[0].c,
                         op->channels);
    op->out = (Shape){1, op->channels, op_window_count(x[0].h, 1, op->stride, 0),
                      op_window_count(x[0].w, 1, op->stride, 0)};
    return true;
}

static int zeros_before(const Op *op) {
    return (op->out.c - op->in.c) / 2;
}

/* Rows are counted through (n, oh). */
static void forward_rows(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    const Op *op = run->op;
    size_t c = (size_t)op->in.c, k = (size_t)op->out.c;
    (void)worker;
    for (int row = begin; row < end; row++) {
        int n = row / op->out.h, oh = row % op->out.h;
        const real *x =
            run->x[0] + ((size_t)n * (size_t)op->in.h + (size_t)(oh * op->stride)) * (size_t)op->in.w * c;
        real *y = run->y + (size_t)row * (size_t)op->out.w * k;
        memset(y, 0, (size_t)op->out.w * k * sizeof *y);
        for (int ow = 0; ow < op->out.w; ow++)
            memcpy(y + (size_t)ow * k + zeros_before(op), x + (size_t)(ow * op->stride) * c, c * sizeof *y);
    }
}

/* y[n, z+c, i, j] = x[n, c, i*stride, j*stride] with z = (K-C)/2; the other channels are 0. x (N,C,H,W), y
 * (N,K,OH,OW). */
static void shortcut_run_forward(const OpRun *run) {
    parallel_parts(run->batch * run->op->out.h, PART_ROWS, forward_rows, (void *)run);
}

/* Rows are counted through (n, h) of the input. */
CPU_CLONES static void backward_rows(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    const Op *op = run->op;
    size_t c_count = (size_t)op->in.c, k = (size_t)op->out.c;
    (void)worker;
    for (int row = begin; row < end; row++) {
        int n = row / op->in.h, h = row % op->in.h;
        real *dx = run->dx[0] + (size_t)row * (size_t)op->in.w * c_count;
        if (!run->dx_adds[0]) memset(dx, 0, (size_t)op->in.w * c_count * sizeof *dx);
        if (h % op->stride != 0) continue;
        const real *dy =
            run->dy + ((size_t)n * (size_t)op->out.h + (size_t)(h / op->stride)) * (size_t)op->out.w * k;
        for (int ow = 0; ow < op->out.w; ow++) {
            real *to = dx + (size_t)(ow * op->stride) * c_count;
            const real *from = dy + (size_t)ow * k + zeros_before(op);
            for (size_t c = 0; c < c_count; c++) to[c] += from[c];
        }
    }
}

/* dx[n, c, i*stride, j*stride] = dy[n, z+c, i, j]; 0 where nothing was taken. dy (N,K,OH,OW) read, dx
 * (N,C,H,W) overwritten or added to. */
static void shortcut_run_backward(const OpRun *run) {
    if (run->dx[0]) parallel_parts(run->batch * run->op->in.h, PART_ROWS, backward_rows, (void *)run);
}

static void shortcut_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    const Op *op = cell->sight->run.op;
    int c = cell->channel - zeros_before(op);
    part->formula = "y = x where the channel exists, else 0";
    if (c < 0 || c >= op->in.c) {
        arithmetic_write(part->worked, "channel %d is one of the %d new ones: 0", cell->channel,
                         op->out.c - op->in.c);
        return;
    }
    int row = cell->row * op->stride, column = cell->column * op->stride;
    double x = op_element(op_sight_x(cell->sight, 0), cell->n, c, row, column);
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "x", .meaning = "picked", .value = x, .op = op->inputs[0]});
    arithmetic_write(part->worked, "x of channel %d at row %d, column %d = %+.4g", c, row, column, x);
    arithmetic_set_value(part, x);
}

/* What was not picked gets nothing. */
static void shortcut_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    const Op *op = cell->sight->run.op;
    part->formula = "dx = dy where x was picked, else 0";
    if (cell->row % op->stride != 0 || cell->column % op->stride != 0) {
        arithmetic_write(part->worked, "only every row and column number %d was picked: 0", op->stride);
        return;
    }
    int channel = cell->channel + zeros_before(op);
    int row = cell->row / op->stride, column = cell->column / op->stride;
    double dy = op_element(op_sight_dy(cell->sight), cell->n, channel, row, column);
    arithmetic_add_dy(cell, part, dy);
    arithmetic_write(part->worked, "dy of channel %d at row %d, column %d = %+.4g", channel, row, column, dy);
    arithmetic_set_value(part, dy);
}

static void shortcut_say(const OpSight *sight, Explanation *out) {
    const Op *op = sight->run.op;
    explain_say(out, EXPLAIN_TEXT,
                "The shortcut needs x in a new shape: every second row and column is kept, and %d empty maps "
                "are put around the %d old ones. Nothing is learned for that: there are no weights here.",
                op->out.c - op->in.c, op->in.c);
}

static void shortcut_say_backward(const OpSight *sight, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT,
                "Over %s only the places that were kept get a message; the empty maps lead nowhere.",
                sight->run.op->name);
}

static void shortcut_say_element(const OpCell *cell, const ArithmeticPart *part, Explanation *out) {
    const Op *op = cell->sight->run.op;
    int old = cell->channel - zeros_before(op);
    (void)part;
    if (old < 0 || old >= op->in.c)
        explain_say(out, EXPLAIN_TEXT, "Its map is one of the empty ones that fill up the new shape.");
    else
        explain_say(out, EXPLAIN_TEXT, "It is copied from map %d, row %d, column %d of the block's input.",
                    old, cell->row * op->stride, cell->column * op->stride);
}

static void shortcut_say_bounds(const Op *op, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT, "Here x is %dx%dx%d and y %dx%dx%d (C,H,W)", op->in.c, op->in.h, op->in.w,
                op->out.c, op->out.h, op->out.w);
}

static void shortcut_say_torch(const OpSight *sight, Explanation *out) {
    const Op *op = sight->run.op;
    int before = zeros_before(op), after = op->out.c - op->in.c - before;
    explain_more(out, "y = torch.nn.functional.pad(x[:, :, ::%d, ::%d], (0, 0, 0, 0, %d, %d))", op->stride,
                 op->stride, before, after);
}

const OpSpec op_shortcut_a_spec = {
    .name = "shortcut_a",
    .title = "Shortcut, option A",
    .word = "zero-pad",
    .brief = "keeps every second pixel, adds channels of zeros",
    .sentence = "Carries the input past the block although the sizes differ: it keeps every second pixel and "
                "adds empty channels.",
    .forward_math = "y[z+c, i, j] = x[c, i·stride, j·stride],  z = (K−C)/2;  other channels 0",
    .backward_math = "dx[c, i·stride, j·stride] = dy[z+c, i, j];  0 elsewhere",
    .source = "He et al. 2015, arXiv:1512.03385, section 3.3, option A",
    .reads = OP_READS_PICK,
    .middle = OP_MIDDLE_PICK,
    .shape = shortcut_shape,
    .forward = shortcut_run_forward,
    .backward = shortcut_run_backward,
    .reference = &op_shortcut_a_reference,
    .arithmetic = shortcut_arithmetic,
    .arithmetic_backward = shortcut_arithmetic_backward,
    .say = shortcut_say,
    .say_backward = shortcut_say_backward,
    .say_element = shortcut_say_element,
    .say_torch = shortcut_say_torch,
    .say_bounds = shortcut_say_bounds,
    .excerpts = {.forward = {{"core/op/shortcut_a.c", "forward_rows", "memcpy"}},
                 .backward = {{"core/op/shortcut_a.c", "backward_rows", "dy"}}},
    .remark = "zeros for the new channels",
};
