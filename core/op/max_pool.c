/* Max pooling. Padding is minus infinity; a tie goes to the first element in row-major order; NaN wins (as in
 * PyTorch). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/op/explanation.h"
#include "core/op/tap.h"

/* Elements of a part of the work. */
enum { PART_ELEMENTS = 1 << 14 };

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
static inline void pool_tap(const real *restrict x, int tap, size_t channels, real *restrict best,
                            int *restrict choice) {
    for (size_t c = 0; c < channels; c++) {
        bool wins = (choice[c] < 0) | (x[c] > best[c]) | (x[c] != x[c]);
        best[c] = wins ? x[c] : best[c];
        choice[c] = wins ? tap : choice[c];
    }
}

/* The same where nobody asks which tap won; `first`: best holds nothing yet. */
static inline void pool_value(const real *restrict x, bool first, size_t channels, real *restrict best) {
    for (size_t c = 0; c < channels; c++) {
        bool wins = first | (x[c] > best[c]) | (x[c] != x[c]);
        best[c] = wins ? x[c] : best[c];
    }
}

/* Output rows begin .. end-1, counted through (n, oh). */
CPU_CLONES static void forward_rows(void *context, int begin, int end, int worker) {
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

/* Rows of all images that make a part: enough elements to be worth claiming. */
static int rows_of_part(int row_elements) {
    return integer_divide_up(PART_ELEMENTS, row_elements);
}

/* y = largest x in each window. x (N,C,H,W), y (N,C,OH,OW); saved, unless NULL: which tap r*S+s won, as y in
 * memory. */
static void pool_run_forward(const OpRun *run) {
    const Op *op = run->op;
    parallel_parts(run->batch * op->out.h, rows_of_part(op->out.w * op->out.c), forward_rows, (void *)run);
}

/* Windows first .. end-1. */
typedef struct Span {
    int first, end;
} Span;

/* The windows, of `count`, that reach row or column `at`. */
static Span windows_over(int at, int kernel, const Op *op, int count) {
    int last = at + op->pad, beyond = last - kernel + 1;
    return (Span){beyond > 0 ? integer_divide_up(beyond, op->stride) : 0,
                  integer_min(last / op->stride + 1, count)};
}

/* What an element of the input, on which tap `tap` of a window stands, gets from that, for all channels:
 * dx[c] += dy[c] where choice[c] is this tap. All (C). */
static inline void collect_tap(const real *restrict dy, const int *restrict choice, int tap, size_t count,
                               real *restrict dx) {
    for (size_t c = 0; c < count; c++) dx[c] += choice[c] == tap ? dy[c] : 0;
}

/* From all windows that reach (h,w) of image n, the one whose uppermost tap stands there first. dx (C). */
static inline void collect_pixel(const OpRun *run, int n, int h, int w, real *dx) {
    const Op *op = run->op;
    size_t channels = (size_t)op->in.c;
    Span rows = windows_over(h, op->kernel_h, op, op->out.h),
         columns = windows_over(w, op->kernel_w, op, op->out.w);
    for (int oh = rows.end - 1; oh >= rows.first; oh--)
        for (int ow = columns.first; ow < columns.end; ow++) {
            int r = h + op->pad - oh * op->stride, s = w + op->pad - ow * op->stride;
            size_t at =
                (((size_t)n * (size_t)op->out.h + (size_t)oh) * (size_t)op->out.w + (size_t)ow) * channels;
            collect_tap(run->dy + at, (const int *)run->saved + at, r * op->kernel_w + s, channels, dx);
        }
}

/* Input rows begin .. end-1, counted through (n, h): each element collects from the windows that reach it, so that no
 * two workers write the same one. */
CPU_CLONES static void backward_rows(void *context, int begin, int end, int worker) {
    const OpRun *run = context;
    const Op *op = run->op;
    size_t channels = (size_t)op->in.c;
    (void)worker;
    for (int pixel = begin * op->in.w; pixel < end * op->in.w; pixel++) {
        int w = pixel % op->in.w, h = pixel / op->in.w % op->in.h, n = pixel / op->in.w / op->in.h;
        real *dx = run->dx[0] + (size_t)pixel * channels;
        if (!run->dx_adds[0]) memset(dx, 0, channels * sizeof *dx);
        collect_pixel(run, n, h, w, dx);
    }
}

/* Each dy goes to the element that won its window. dy (N,C,OH,OW) read, dx (N,C,H,W) overwritten or added to.
 */
static void pool_run_backward(const OpRun *run) {
    const Op *op = run->op;
    if (!run->dx[0]) return;
    parallel_parts(run->batch * op->in.h, rows_of_part(op->in.w * op->in.c), backward_rows, (void *)run);
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
                 .backward = {{"core/op/max_pool.c", "collect_pixel", "collect_tap("}}},
    .label = pool_label,
};
