/* Global average pooling: one number a channel. */
#include <math.h>
#include <stdio.h>

#include "core/base/cpu.h"
#include "core/base/parallel.h"
#include "core/op/arithmetic.h"
#include "core/op/explanation.h"

static bool average_shape(Op *op, const Shape *x, Error *err) {
    (void)err;
    op->out = (Shape){1, x[0].c, 1, 1};
    return true;
}

/* Channels side by side whose sums are under way at the same time. */
enum { BLOCK = 64 };

static size_t block_count(const Op *op) {
    return ((size_t)op->in.c + BLOCK - 1) / BLOCK;
}

/* Blocks begin .. end-1 of the channels of all images: y[n,c] = sum over p of x[n,p,c] / (H*W), in double. */
CPU_CLONES static void forward_blocks(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    size_t pixels = (size_t)run->op->in.h * (size_t)run->op->in.w, channels = (size_t)run->op->in.c;
    size_t blocks = block_count(run->op);
    (void)worker;
    for (size_t b = (size_t)begin; b < (size_t)end; b++) {
        size_t n = b / blocks, first = b % blocks * BLOCK;
        size_t count = channels - first < BLOCK ? channels - first : BLOCK;
        const real *x = run->x[0] + n * pixels * channels + first;
        double sum[BLOCK] = {0};
        for (size_t p = 0; p < pixels; p++)
            for (size_t c = 0; c < count; c++) sum[c] += (double)x[p * channels + c];
        for (size_t c = 0; c < count; c++) run->y[n * channels + first + c] = (real)(sum[c] / (double)pixels);
    }
}

/* y[n,c] = mean over h, w of x[n,c,h,w]. x (N,C,H,W), y (N,C,1,1). */
static void average_run_forward(const OpRun *run) {
    int part = OP_CELLS_GRAIN / (BLOCK * run->op->in.h * run->op->in.w) + 1;
    parallel_parts(run->batch * (int)block_count(run->op), part, forward_blocks, (void *)run);
}

/* Pixels begin .. end-1 of all images. */
CPU_CLONES static void backward_pixels(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    const size_t pixels = (size_t)run->op->in.h * (size_t)run->op->in.w, channels = (size_t)run->op->in.c;
    const real share = 1 / (real)pixels;
    (void)worker;
    for (size_t p = (size_t)begin; p < (size_t)end; p++) {
        const real *restrict dy = run->dy + p / pixels * channels;
        real *restrict dx = run->dx[0] + p * channels;
        if (run->dx_adds[0])
            for (size_t c = 0; c < channels; c++) dx[c] += dy[c] * share;
        else
            for (size_t c = 0; c < channels; c++) dx[c] = dy[c] * share;
    }
}

/* dx[n,c,h,w] = dy[n,c] / (H*W). dy (N,C,1,1) read, dx (N,C,H,W) overwritten or added to. */
static void average_run_backward(const OpRun *run) {
    const Shape *in = &run->op->in;
    if (!run->dx[0]) return;
    parallel_parts(run->batch * in->h * in->w, OP_CELLS_GRAIN / in->c + 1, backward_pixels, (void *)run);
}

/* One channel of the map, as a grid when it is small. */
static void fill_map(const OpCell *cell, ArithmeticPart *part) {
    const Op *op = cell->sight->run.op;
    Tensor x = op_sight_x(cell->sight, 0);
    ArithmeticGrid *grid = &part->grid;
    bool fits = op->in.h * op->in.w <= ARITHMETIC_CELLS_MAX;
    if (fits) *grid = (ArithmeticGrid){.rows = op->in.h, .columns = op->in.w, .winner = -1, .self = -1};
    grid->value_name = "map x";
    for (int place = 0; place < op->in.h * op->in.w; place++) {
        int row = place / op->in.w, column = place % op->in.w;
        double value = op_element(x, cell->n, cell->channel, row, column);
        arithmetic_add_term(part, place, value);
        part->magnitude += fabs(value);
        if (!fits) continue;
        grid->source_row[place] = row;
        grid->source_column[place] = column;
        grid->value[place] = value;
    }
}

static void average_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    const Op *op = cell->sight->run.op;
    int cells = op->in.h * op->in.w;
    part->formula = "y = sum of all cells of the channel / their number";
    part->axis = ARITHMETIC_CELL;
    part->axis_width = op->in.w;
    fill_map(cell, part);
    int chosen = arithmetic_choose(part, cell->wanted);
    if (part->grid.rows > 0) part->grid.self = chosen;
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "sum", .meaning = "of the cells", .value = part->total, .op = -1});
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "n", .meaning = "cells, H × W", .value = cells, .op = -1});
    part->value = part->total / cells;
    part->magnitude /= cells;
    arithmetic_write(part->worked, "%+.4g / %d = %+.4g", part->total, cells, part->value);
}

static void average_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    int cells = cell->sight->run.op->in.h * cell->sight->run.op->in.w;
    double dy = op_element(op_sight_dy(cell->sight), cell->n, cell->channel, 0, 0);
    part->formula = "dx = dy / number of cells";
    arithmetic_add_dy(cell, part, dy);
    arithmetic_add_number(
        part, (ArithmeticNumber){.name = "n", .meaning = "cells, H × W", .value = cells, .op = -1});
    arithmetic_write(part->worked, "%+.4g / %d = %+.4g", dy, cells, dy / cells);
    arithmetic_set_value(part, dy / cells);
}

static void average_say(const OpSight *sight, Explanation *out) {
    const Op *op = sight->run.op;
    OpPeak peak = op_sight_peak(sight);
    explain_say(out, EXPLAIN_TEXT,
                "Each of the %d maps of %dx%d becomes one number, its mean: from here on it no longer counts "
                "where something is, only how much of it there is. The largest is %.3g, of map %d.",
                op->out.c, op->in.h, op->in.w, explain_number(out, "max", peak.value), peak.channel);
}

static void average_say_backward(const OpSight *sight, Explanation *out) {
    const Op *op = sight->run.op;
    explain_say(out, EXPLAIN_TEXT,
                "It came back through %s: every place of a map gets the same share, one part in %d.",
                op->name, op->in.h * op->in.w);
}

static void average_say_element(const OpCell *cell, const ArithmeticPart *part, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT, "It is the mean of the %d numbers of map %d; the largest is %.4g.",
                part->term_total, cell->channel, explain_number(out, "largest", part->terms[0].value));
}

static void average_say_bounds(const Op *op, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT, "Here x is %dx%dx%d and y %dx%dx%d (C,H,W)", op->in.c, op->in.h, op->in.w,
                op->out.c, op->out.h, op->out.w);
}

static void average_label(const Op *op, char *out, size_t size) {
    (void)op;
    snprintf(out, size, "avg pool");
}

static void average_say_torch(const OpSight *sight, Explanation *out) {
    (void)sight;
    explain_more(out, "y = torch.nn.functional.adaptive_avg_pool2d(x, 1)");
}

const OpSpec op_avg_pool_spec = {
    .name = "avg_pool",
    .title = "Global average pooling",
    .word = "average pool",
    .brief = "each map becomes one number, its mean",
    .sentence = "Averages each channel over the whole picture: where a feature was no longer matters, only "
                "how strongly it was there.",
    .forward_math = "y[c] = 1/(H·W) · Σi Σj x[c,i,j]",
    .backward_math = "dx[c,i,j] = dy[c] / (H·W)",
    .source = "Lin et al. 2013, arXiv:1312.4400, section 3.2; He et al. 2015, section 3.3",
    .reads = OP_READS_ALL,
    .middle = OP_MIDDLE_MEAN,
    .shape = average_shape,
    .forward = average_run_forward,
    .backward = average_run_backward,
    .reference = &op_avg_pool_reference,
    .arithmetic = average_arithmetic,
    .arithmetic_backward = average_arithmetic_backward,
    .say = average_say,
    .say_backward = average_say_backward,
    .say_element = average_say_element,
    .say_torch = average_say_torch,
    .say_bounds = average_say_bounds,
    .excerpts = {.forward = {{"core/op/avg_pool.c", "forward_blocks", "+="}},
                 .backward = {{"core/op/avg_pool.c", "backward_pixels", "dy"}}},
    .label = average_label,
};
