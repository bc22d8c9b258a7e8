/* Max pooling. Padding is minus infinity; a tie goes to the first element in row-major order; NaN wins (as in
 * PyTorch). */
#include <math.h>
#include <stdio.h>

#include "core/base/cpu.h"
#include "core/base/parallel.h"
#include "core/op/explanation.h"
#include "core/op/tap.h"

static bool pool_shape(Op *op, const Shape *x, Error *err) {
    if (2 * op->pad > op->kernel_h || 2 * op->pad > op->kernel_w)
        return error_set(err, ERROR_USAGE, "%s: padding %d is more than half the kernel", op->name, op->pad);
    if (x[0].h + 2 * op->pad < op->kernel_h || x[0].w + 2 * op->pad < op->kernel_w)
        return error_set(err, ERROR_USAGE, "%s: the %dx%d input is smaller than the kernel", op->name, x[0].h,
                         x[0].w);
    op->out = (Shape){1, x[0].c, op_window_count(x[0].h, op->kernel_h, op->stride, op->pad),
                      op_window_count(x[0].w, op->kernel_w, op->stride, op->pad)};
    return true;
}

static size_t pool_saved(const Op *op, int batch) {
    return (size_t)batch * shape_count(op->out) * sizeof(int);
}

/* One tap of a window against the best so far, for all channels: x (C) read, best and choice (C) updated. */
CPU_CLONES static void pool_tap(const real *restrict x, int tap, size_t channels, real *restrict best,
                                int *restrict choice) {
    for (size_t c = 0; c < channels; c++) {
        bool wins = (choice[c] < 0) | (x[c] > best[c]) | (x[c] != x[c]);
        best[c] = wins ? x[c] : best[c];
        choice[c] = wins ? tap : choice[c];
    }
}

/* The same where nobody asks which tap won; `first`: best holds nothing yet. */
CPU_CLONES static void pool_value(const real *restrict x, bool first, size_t channels, real *restrict best) {
    for (size_t c = 0; c < channels; c++) {
        bool wins = first | (x[c] > best[c]) | (x[c] != x[c]);
        best[c] = wins ? x[c] : best[c];
    }
}

/* Output rows begin .. end-1, counted through (n, oh). */
static void forward_rows(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    const Op *op = run->op;
    size_t channels = (size_t)op->in.c;
    (void)worker;
    for (int pixel = begin * op->out.w; pixel < end * op->out.w; pixel++) {
        int ow = pixel % op->out.w, oh = pixel / op->out.w % op->out.h, n = pixel / op->out.w / op->out.h;
        real *y = run->y + (size_t)pixel * channels;
        int *choice = run->saved ? (int *)run->saved + (size_t)pixel * channels : NULL;
        bool first = true;
        for (size_t c = 0; c < channels && choice; c++) choice[c] = -1;
        for (int tap = 0; tap < op->kernel_h * op->kernel_w; tap++) {
            int h = oh * op->stride - op->pad + tap / op->kernel_w,
                w = ow * op->stride - op->pad + tap % op->kernel_w;
            if (h < 0 || h >= op->in.h || w < 0 || w >= op->in.w) continue;
            size_t at = ((size_t)n * (size_t)op->in.h + (size_t)h) * (size_t)op->in.w + (size_t)w;
            if (choice)
                pool_tap(run->x[0] + at * channels, tap, channels, y, choice);
            else
                pool_value(run->x[0] + at * channels, first, channels, y);
            first = false;
        }
    }
}

/* y = largest x in each window. x (N,C,H,W), y (N,C,OH,OW); saved, unless NULL: which tap r*S+s won, as y in
 * memory. */
static void pool_run_forward(const OpRun *run) {
    parallel_for(run->batch * run->op->out.h, 2, forward_rows, (void *)(uintptr_t)run);
}

/* Input row (n,h) collects from the windows that reach it: no two workers write the same element.
 *   dx[w,c] += dy[n,oh,ow,c] where saved[n,oh,ow,c] is the tap that stands on (h,w)    dx (W,C) */
static void collect_row(const OpRun *run, int n, int h, real *dx) {
    const Op *op = run->op;
    size_t channels = (size_t)op->in.c;
    for (int r = 0; r < op->kernel_h; r++) {
        int top = h + op->pad - r;
        if (top < 0 || top % op->stride != 0 || top / op->stride >= op->out.h) continue;
        size_t first = ((size_t)n * (size_t)op->out.h + (size_t)(top / op->stride)) * (size_t)op->out.w;
        for (int ow = 0; ow < op->out.w; ow++) {
            const int *choice = (const int *)run->saved + (first + (size_t)ow) * channels;
            const real *dy = run->dy + (first + (size_t)ow) * channels;
            for (size_t c = 0; c < channels; c++) {
                if (choice[c] / op->kernel_w != r) continue;
                int w = ow * op->stride - op->pad + choice[c] % op->kernel_w;
                dx[(size_t)w * channels + c] += dy[c];
            }
        }
    }
}

/* Input rows begin .. end-1, counted through (n, h). */
static void backward_rows(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    size_t row_size = (size_t)run->op->in.w * (size_t)run->op->in.c;
    (void)worker;
    for (int row = begin; row < end; row++) {
        real *dx = run->dx[0] + (size_t)row * row_size;
        if (!run->dx_adds[0])
            for (size_t j = 0; j < row_size; j++) dx[j] = 0;
        collect_row(run, row / run->op->in.h, row % run->op->in.h, dx);
    }
}

/* Each dy goes to the element that won its window. dy (N,C,OH,OW) read, dx (N,C,H,W) overwritten or added to.
 */
static void pool_run_backward(const OpRun *run) {
    if (run->dx[0]) parallel_for(run->batch * run->op->in.h, 2, backward_rows, (void *)(uintptr_t)run);
}

/* The window of output (row,column) over the cell's channel of x. */
static void fill_window(const OpCell *cell, ArithmeticGrid *grid, int row, int column) {
    const Op *op = cell->sight->run.op;
    Tensor x = op_sight_x(cell->sight, 0);
    if (tap_count(op) > ARITHMETIC_CELLS_MAX) return;
    grid->rows = op->kernel_h;
    grid->columns = op->kernel_w;
    grid->value_name = "window x";
    grid->weight_name = grid->product_name = NULL;
    for (int tap = 0; tap < tap_count(op); tap++) {
        Tap at = tap_of_input(op, row, column, tap);
        bool inside = at.state == ARITHMETIC_INSIDE;
        grid->state[tap] = at.state;
        grid->source_row[tap] = at.row;
        grid->source_column[tap] = at.column;
        grid->value[tap] = inside ? op_element(x, cell->n, cell->channel, at.row, at.column) : 0;
        if (cell->backward && at.row == cell->row && at.column == cell->column) grid->self = tap;
    }
}

/* Which tap of the window of output (row,column) won. */
static int winner_of(const OpCell *cell, int row, int column) {
    const int *choice = cell->sight->run.saved;
    return choice[shape_index(op_sight_y(cell->sight).shape, cell->n, cell->channel, row, column)];
}

static void pool_arithmetic(const OpCell *cell, ArithmeticPart *part) {
    const Op *op = cell->sight->run.op;
    int winner = winner_of(cell, cell->row, cell->column);
    Tap at = tap_of_input(op, cell->row, cell->column, winner);
    double x = op_element(op_sight_x(cell->sight, 0), cell->n, cell->channel, at.row, at.column);
    part->formula = "y = the largest x of the window";
    fill_window(cell, &part->grid, cell->row, cell->column);
    part->grid.winner = winner;
    arithmetic_add_number(
        part,
        (ArithmeticNumber){.name = "x", .meaning = "the cell that won", .value = x, .op = op->inputs[0]});
    arithmetic_write(part->worked, "x at row %d, column %d won with %+.4g", at.row, at.column, x);
    arithmetic_set_value(part, x);
}

/* A term for each window that reads the element: dy where the element won, else 0. */
static void add_windows(const OpCell *cell, ArithmeticPart *part) {
    const Op *op = cell->sight->run.op;
    Tensor dy = op_sight_dy(cell->sight);
    for (int tap = tap_count(op) - 1; tap >= 0; tap--) {
        Tap at = tap_of_output(op, cell->row, cell->column, tap);
        if (at.state != ARITHMETIC_INSIDE) continue;
        bool won = winner_of(cell, at.row, at.column) == tap;
        double value = won ? op_element(dy, cell->n, cell->channel, at.row, at.column) : 0;
        part->magnitude += fabs(value);
        arithmetic_add_term(part, at.row * part->axis_width + at.column, value);
    }
}

static int count_won(const OpCell *cell, const ArithmeticPart *part) {
    int won = 0;
    for (int k = 0; k < part->term_count; k++) {
        int row = part->terms[k].index / part->axis_width, column = part->terms[k].index % part->axis_width;
        Tap at = tap_of_input(cell->sight->run.op, row, column, winner_of(cell, row, column));
        won += at.row == cell->row && at.column == cell->column;
    }
    return won;
}

static void pool_arithmetic_backward(const OpCell *cell, ArithmeticPart *part) {
    const Op *op = cell->sight->run.op;
    part->formula = "dx = sum of dy over the windows that this cell won";
    part->axis = ARITHMETIC_WINDOW;
    part->axis_width = op->out.w;
    add_windows(cell, part);
    int window = arithmetic_choose(part, cell->wanted);
    part->value = part->total;
    arithmetic_write(part->worked, "read by %d windows, won %d of them", part->term_total,
                     count_won(cell, part));
    if (window < 0) return;
    int row = window / part->axis_width, column = window % part->axis_width;
    fill_window(cell, &part->grid, row, column);
    part->grid.winner = winner_of(cell, row, column);
    double dy = op_element(op_sight_dy(cell->sight), cell->n, cell->channel, row, column);
    arithmetic_add_number(
        part, (ArithmeticNumber){
                  .name = "dy", .meaning = "gradient of the chosen window", .value = dy, .op = op->index});
}

static void pool_say(const OpSight *sight, Explanation *out) {
    const Op *op = sight->run.op;
    explain_say(out, EXPLAIN_TEXT,
                "Of every %dx%d places only the largest number is kept, one window every %d places: the maps "
                "shrink from %dx%d to %dx%d, and a small shift of the picture matters less. The mean rises "
                "from %.3g to %.3g.",
                op->kernel_h, op->kernel_w, op->stride, op->in.h, op->in.w, op->out.h, op->out.w,
                explain_number(out, "mean_before", sight->x.mean),
                explain_number(out, "mean", sight->y.mean));
}

static void pool_say_backward(const OpSight *sight, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT,
                "It came back through %s: only the largest of each window gets the message, the others "
                "get none.",
                sight->run.op->name);
}

static void pool_say_element(const OpCell *cell, const ArithmeticPart *part, Explanation *out) {
    const Op *op = cell->sight->run.op;
    (void)part;
    explain_say(out, EXPLAIN_TEXT, "It is the largest of a window of %dx%d numbers; the others are dropped.",
                op->kernel_h, op->kernel_w);
}

static void pool_say_bounds(const Op *op, Explanation *out) {
    explain_say(out, EXPLAIN_TEXT, "Here C = %d channels, windows of %dx%d, stride %d, OH x OW = %dx%d",
                op->in.c, op->kernel_h, op->kernel_w, op->stride, op->out.h, op->out.w);
}

static void pool_label(const Op *op, char *out, size_t size) {
    snprintf(out, size, op->stride > 1 ? "pool, /%d" : "pool", op->stride);
}

static void pool_say_torch(const OpSight *sight, Explanation *out) {
    const Op *op = sight->run.op;
    explain_more(out, "y = torch.nn.functional.max_pool2d(x, kernel_size=%d, stride=%d, padding=%d)",
                 op->kernel_h, op->stride, op->pad);
}

const OpSpec op_max_pool_spec = {
    .name = "max_pool",
    .title = "Max pooling",
    .word = "max pool",
    .brief = "only the largest number of each window stays",
    .sentence = "Keeps only the strongest answer in each small window, which makes the picture half as wide "
                "and half as high.",
    .forward_math = "y[c,i,j] = max over r,s of x[c, i·stride−pad+r, j·stride−pad+s]",
    .backward_math = "dx = dy at the place that won the window, 0 elsewhere",
    .source = "He et al. 2015, arXiv:1512.03385, table 1",
    .reads = OP_READS_WINDOW,
    .middle = OP_MIDDLE_LARGEST,
    .chooses = true,
    .shape = pool_shape,
    .saved_bytes = pool_saved,
    .forward = pool_run_forward,
    .backward = pool_run_backward,
    .reference = &op_max_pool_reference,
    .arithmetic = pool_arithmetic,
    .arithmetic_backward = pool_arithmetic_backward,
    .say = pool_say,
    .say_backward = pool_say_backward,
    .say_element = pool_say_element,
    .say_torch = pool_say_torch,
    .say_bounds = pool_say_bounds,
    .excerpts = {.forward = {{"core/op/max_pool.c", "forward_rows", "pool_tap("}},
                 .backward = {{"core/op/max_pool.c", "collect_row", "+="}}},
    .label = pool_label,
};
