/* The arithmetic of windows: convolution and max pooling. */
#include <math.h>

#include "core/inspect/arithmetic_part.h"

/* Tap (r,s) of a window and the element it stands on: of the input forward, of the output backward. */
typedef struct Tap {
    ArithmeticCellState state;
    int row, column;
} Tap;

/* The input element that tap (r,s) of the window of output (row,column) reads. */
static Tap input_tap(const Op *op, int row, int column, int r, int s) {
    Tap tap = {.row = row * op->stride - op->pad + r, .column = column * op->stride - op->pad + s};
    bool inside = tap.row >= 0 && tap.row < op->in.h && tap.column >= 0 && tap.column < op->in.w;
    tap.state = inside ? ARITHMETIC_INSIDE : ARITHMETIC_OUTSIDE;
    return tap;
}

/* The output element whose window reads input (row,column) with tap (r,s). */
static Tap output_tap(const Op *op, int row, int column, int r, int s) {
    int top = row + op->pad - r, left = column + op->pad - s;
    if (top % op->stride != 0 || left % op->stride != 0) return (Tap){.state = ARITHMETIC_BETWEEN};
    Tap tap = {.row = top / op->stride, .column = left / op->stride};
    bool inside = tap.row >= 0 && tap.row < op->out.h && tap.column >= 0 && tap.column < op->out.w;
    tap.state = inside ? ARITHMETIC_INSIDE : ARITHMETIC_OUTSIDE;
    return tap;
}

/* A convolution seen from one element: forward the patch of x under the kernel, backward the patch of dy
 * under the kernel turned by half. `channel` is the one that is summed over. */
typedef struct Products {
    const ArithmeticSite *site;
    Tensor values; /* x, or dy */
    const real *weights;
    bool backward;
} Products;

static int tap_count(const Op *op) {
    return op->kernel_h * op->kernel_w;
}

/* Cell (r,s) of the patch lies under kernel tap (R-1-r, S-1-s) backward. */
static Tap product_tap(const Products *p, int cell, int *tap) {
    const Op *op = p->site->op;
    const ArithmeticQuery *q = p->site->query;
    *tap = p->backward ? tap_count(op) - 1 - cell : cell;
    int r = *tap / op->kernel_w, s = *tap % op->kernel_w;
    return p->backward ? output_tap(op, q->row, q->column, r, s) : input_tap(op, q->row, q->column, r, s);
}

static double product_weight(const Products *p, int channel, int tap) {
    const Op *op = p->site->op;
    int k = p->backward ? channel : p->site->query->channel;
    int c = p->backward ? p->site->query->channel : channel;
    size_t at = ((size_t)k * (size_t)tap_count(op) + (size_t)tap) * (size_t)op->in.c + (size_t)c;
    return (double)p->weights[at];
}

static double product_value(const Products *p, int channel, Tap at) {
    if (at.state != ARITHMETIC_INSIDE) return 0;
    return arithmetic_element(p->values, p->site->query->n, channel, at.row, at.column);
}

static void add_channel(const Products *p, ArithmeticPart *part, int channel) {
    double sum = 0;
    int tap;
    for (int cell = 0; cell < tap_count(p->site->op); cell++) {
        Tap at = product_tap(p, cell, &tap);
        if (at.state != ARITHMETIC_INSIDE) continue;
        double product = product_value(p, channel, at) * product_weight(p, channel, tap);
        sum += product;
        part->magnitude += fabs(product);
    }
    arithmetic_add_term(part, channel, sum);
}

static void fill_products(const Products *p, ArithmeticGrid *grid, int channel) {
    const Op *op = p->site->op;
    int tap;
    if (tap_count(op) > ARITHMETIC_CELLS_MAX) return;
    grid->rows = op->kernel_h;
    grid->columns = op->kernel_w;
    grid->value_name = p->backward ? "gradient dy" : "patch x";
    grid->weight_name = p->backward ? "w turned" : "kernel w";
    grid->product_name = p->backward ? "dy × w" : "x × w";
    for (int cell = 0; cell < tap_count(op); cell++) {
        Tap at = product_tap(p, cell, &tap);
        grid->state[cell] = at.state;
        grid->source_row[cell] = at.row;
        grid->source_column[cell] = at.column;
        grid->value[cell] = product_value(p, channel, at);
        grid->weight[cell] = product_weight(p, channel, tap);
        grid->product[cell] = grid->value[cell] * grid->weight[cell];
    }
}

static void add_products(const Products *p, ArithmeticPart *part, int channels) {
    for (int channel = 0; channel < channels; channel++) add_channel(p, part, channel);
    fill_products(p, &part->grid, arithmetic_choose(part, p->site->wanted));
    part->value = part->total;
}

void arithmetic_conv_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    Products products = {.site = site,
                         .values = pass_act(site->pass, site->op->inputs[0]),
                         .weights = arithmetic_param(site, 0)};
    part->formula = "y = sum over input channels, taps of x × w";
    part->axis = ARITHMETIC_IN_CHANNEL;
    add_products(&products, part, site->op->in.c);
}

void arithmetic_conv_backward(const ArithmeticSite *site, ArithmeticPart *part) {
    Products products = {.site = site,
                         .values = pass_grad(site->pass, site->op->index),
                         .weights = arithmetic_param(site, 0),
                         .backward = true};
    part->formula = "dx = sum over output channels, taps of dy × w";
    part->axis = ARITHMETIC_OUT_CHANNEL;
    add_products(&products, part, site->op->out.c);
}

/* The window of output (row,column) over one channel of x. */
static void fill_window(const ArithmeticSite *site, ArithmeticGrid *grid, int row, int column) {
    const Op *op = site->op;
    const ArithmeticQuery *q = site->query;
    Tensor x = pass_act(site->pass, op->inputs[0]);
    if (tap_count(op) > ARITHMETIC_CELLS_MAX) return;
    grid->rows = op->kernel_h;
    grid->columns = op->kernel_w;
    grid->value_name = "window x";
    grid->weight_name = grid->product_name = NULL;
    for (int cell = 0; cell < tap_count(op); cell++) {
        Tap at = input_tap(op, row, column, cell / op->kernel_w, cell % op->kernel_w);
        bool inside = at.state == ARITHMETIC_INSIDE;
        grid->state[cell] = at.state;
        grid->source_row[cell] = at.row;
        grid->source_column[cell] = at.column;
        grid->value[cell] = inside ? arithmetic_element(x, q->n, q->channel, at.row, at.column) : 0;
        if (q->backward && at.row == q->row && at.column == q->column) grid->self = cell;
    }
}

/* Which tap of the window of output (row,column) won. */
static int winner_of(const ArithmeticSite *site, int row, int column) {
    Shape shape = op_output_shape(site->op, pass_batch(site->pass));
    const int *choice = pass_max_pool_choice(site->pass, site->op->index);
    return choice[shape_index(shape, site->query->n, site->query->channel, row, column)];
}

void arithmetic_pool_forward(const ArithmeticSite *site, ArithmeticPart *part) {
    const ArithmeticQuery *q = site->query;
    int winner = winner_of(site, q->row, q->column);
    Tap at = input_tap(site->op, q->row, q->column, winner / site->op->kernel_w, winner % site->op->kernel_w);
    double x =
        arithmetic_element(pass_act(site->pass, site->op->inputs[0]), q->n, q->channel, at.row, at.column);
    part->formula = "y = the largest x of the window";
    fill_window(site, &part->grid, q->row, q->column);
    part->grid.winner = winner;
    arithmetic_add_number(
        part, (ArithmeticNumber){
                  .name = "x", .meaning = "the cell that won", .value = x, .op = site->op->inputs[0]});
    arithmetic_write(part->worked, "x at row %d, column %d won with %+.4g", at.row, at.column, x);
    arithmetic_set_value(part, x);
}

/* A term for each window that reads the element: dy where the element won, else 0. */
static void add_windows(const ArithmeticSite *site, ArithmeticPart *part) {
    const ArithmeticQuery *q = site->query;
    Tensor dy = pass_grad(site->pass, site->op->index);
    for (int cell = 0; cell < tap_count(site->op); cell++) {
        int tap = tap_count(site->op) - 1 - cell;
        Tap at = output_tap(site->op, q->row, q->column, tap / site->op->kernel_w, tap % site->op->kernel_w);
        if (at.state != ARITHMETIC_INSIDE) continue;
        bool won = winner_of(site, at.row, at.column) == tap;
        double value = won ? arithmetic_element(dy, q->n, q->channel, at.row, at.column) : 0;
        part->magnitude += fabs(value);
        arithmetic_add_term(part, at.row * part->axis_width + at.column, value);
    }
}

void arithmetic_pool_backward(const ArithmeticSite *site, ArithmeticPart *part) {
    const ArithmeticQuery *q = site->query;
    part->formula = "dx = sum of dy over the windows that this cell won";
    part->axis = ARITHMETIC_WINDOW;
    part->axis_width = site->op->out.w;
    add_windows(site, part);
    int window = arithmetic_choose(part, site->wanted), won = 0;
    for (int k = 0; k < part->term_count; k++) {
        int row = part->terms[k].index / part->axis_width, column = part->terms[k].index % part->axis_width;
        Tap at = input_tap(site->op, row, column, winner_of(site, row, column) / site->op->kernel_w,
                           winner_of(site, row, column) % site->op->kernel_w);
        won += at.row == q->row && at.column == q->column;
    }
    part->value = part->total;
    arithmetic_write(part->worked, "read by %d windows, won %d of them", part->term_total, won);
    if (window < 0) return;
    int row = window / part->axis_width, column = window % part->axis_width;
    fill_window(site, &part->grid, row, column);
    part->grid.winner = winner_of(site, row, column);
    double dy = arithmetic_element(pass_grad(site->pass, site->op->index), q->n, q->channel, row, column);
    arithmetic_add_number(part, (ArithmeticNumber){.name = "dy",
                                                   .meaning = "gradient of the chosen window",
                                                   .value = dy,
                                                   .op = site->op->index});
}
