/* The convolutions of core/conv, forward and backward, against plain loops in double, without any library but the C
 * library: so that it can be built for a processor that nothing else is installed for, and run under an emulator.
 * `make arm` does. Products that the strategies leave to OpenBLAS are plain loops here. Prints a line for each shape;
 * exit code 1: one is wrong. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/suggest.h"
#include "core/base/utf8.h"
#include "core/conv/conv.h"
#include "core/kernel/kernel.h"
#include "core/tensor/gemm.h"

/* Of the largest sum of a layer: what direct sums and F(2x2,3x3) keep, and what F(4x4,3x3) keeps, which multiplies
 * rounding errors by the entries of its transforms; see ConvShape.fast. */
static const double TOLERANCE = 3e-6, TOLERANCE_F4 = 2e-5;

/* n, size, c, k, window, stride: edges that no tile divides, 1x1 maps, one channel, odd sizes, and layers of ResNets. */
static const int shapes[][6] = {
    {1, 7, 1, 1, 3, 1},     {2, 9, 3, 16, 3, 1},    {1, 1, 20, 30, 1, 1},  {1, 5, 17, 33, 3, 2},
    {3, 8, 16, 16, 3, 1},   {1, 31, 3, 64, 7, 2},   {1, 14, 64, 64, 3, 1}, {1, 13, 64, 65, 3, 1},
    {2, 7, 128, 128, 3, 1}, {1, 14, 256, 64, 1, 1}, {1, 15, 64, 96, 1, 2}, {1, 28, 64, 64, 3, 1},
    {1, 7, 256, 256, 3, 1}, {1, 32, 16, 16, 3, 1},  {4, 8, 64, 64, 3, 1},
};

void gemm(GemmShape shape, Matrix a, Matrix b, real *c, int c_stride, bool add) {
    for (int i = 0; i < shape.rows; i++)
        for (int j = 0; j < shape.cols; j++) {
            double sum = add ? (double)c[(size_t)i * (size_t)c_stride + (size_t)j] : 0;
            for (int k = 0; k < shape.inner; k++) {
                size_t at_a = a.transposed ? (size_t)k * (size_t)a.stride + (size_t)i
                                           : (size_t)i * (size_t)a.stride + (size_t)k;
                size_t at_b = b.transposed ? (size_t)j * (size_t)b.stride + (size_t)k
                                           : (size_t)k * (size_t)b.stride + (size_t)j;
                sum += (double)a.data[at_a] * (double)b.data[at_b];
            }
            c[(size_t)i * (size_t)c_stride + (size_t)j] = (real)sum;
        }
}

/* Sentences are not wanted here, nor the library that they need. */
bool error_set(Error *err, ErrorKind kind, const char *format, ...) {
    (void)err, (void)kind, (void)format;
    return false;
}

const char *suggest_nearest(const char *word, const char *const *words) {
    (void)word;
    return *words;
}

int utf8_first(const char *text, int most) {
    (void)text;
    return most;
}

static real *random_numbers(size_t count, Rng *rng) {
    real *numbers = aligned_alloc(64, (count * sizeof *numbers + 127) / 64 * 64);
    for (size_t k = 0; numbers && k < count; k++) numbers[k] = (real)rng_normal(rng);
    return numbers;
}

/* One sum, as the formula in conv.h says. */
static double sum_of(const ConvRun *run, int n, int oh, int ow, int k) {
    const ConvShape *q = run->shape;
    double sum = 0;
    for (int r = 0; r < q->r; r++)
        for (int s = 0; s < q->s; s++) {
            int ih = oh * q->stride - q->pad + r, iw = ow * q->stride - q->pad + s;
            if (ih < 0 || iw < 0 || ih >= q->h || iw >= q->w) continue;
            const real *x = run->x + ((size_t)(n * q->h + ih) * (size_t)q->w + (size_t)iw) * (size_t)q->c;
            const real *w = run->w + (size_t)(r * q->s + s) * (size_t)q->c * (size_t)q->k + (size_t)k;
            for (int c = 0; c < q->c; c++) sum += (double)x[c] * (double)w[(size_t)c * (size_t)q->k];
        }
    return sum;
}

/* The largest difference by the largest value. The addend is as it was before y was written over it. */
static double error_of(const ConvRun *run, const real *addend) {
    const ConvShape *q = run->shape;
    double largest = 0, error = 0;
    size_t at = 0;
    for (int n = 0; n < q->n; n++)
        for (int oh = 0; oh < q->oh; oh++)
            for (int ow = 0; ow < q->ow; ow++)
                for (int k = 0; k < q->k; k++, at++) {
                    double y = sum_of(run, n, oh, ow, k);
                    if (run->epilogue.scale)
                        y = y * (double)run->epilogue.scale[k] + (double)run->epilogue.shift[k];
                    if (run->epilogue.addend) y += (double)addend[at];
                    largest = fmax(largest, fabs(y));
                    if (run->epilogue.relu) y = fmax(y, 0);
                    error = fmax(error, fabs(y - (double)run->y[at]));
                }
    return error / largest;
}

static ConvShape shape_of(const int *row) {
    ConvShape q = {.n = row[0], .h = row[1], .w = row[1], .c = row[2], .k = row[3], .r = row[4], .s = row[4]};
    q.stride = row[5];
    q.pad = row[4] / 2;
    q.oh = q.ow = (row[1] + 2 * q.pad - row[4]) / q.stride + 1;
    return q;
}

/* With all that may follow a sum, or with nothing. */
static bool check(const ConvShape *q, bool everything) {
    Rng rng;
    rng_init(&rng, 7);
    size_t outputs = (size_t)q->n * (size_t)q->oh * (size_t)q->ow * (size_t)q->k;
    real *x = random_numbers((size_t)q->n * (size_t)q->h * (size_t)q->w * (size_t)q->c, &rng);
    real *w = random_numbers((size_t)q->r * (size_t)q->s * (size_t)q->c * (size_t)q->k, &rng);
    real *y = random_numbers(outputs, &rng), *addend = random_numbers(outputs, &rng);
    real *lines = random_numbers(2 * (size_t)q->k, &rng);
    size_t prepared_count = conv_prepared_count(q);
    real *prepared = prepared_count ? random_numbers(prepared_count, &rng) : NULL;
    real *scratch = random_numbers(conv_scratch_count(q), &rng);
    ConvRun run = {.shape = q, .x = x, .w = w, .y = y, .prepared = prepared, .scratch = scratch};
    if (everything)
        run.epilogue = (ConvEpilogue){.scale = lines, .shift = lines + q->k, .addend = addend, .relu = true};
    if (prepared) conv_prepare(q, w, prepared);
    conv_forward(&run);
    double error = error_of(&run, addend);
    bool ok = error <= (q->fast ? TOLERANCE_F4 : TOLERANCE);
    printf("%d x %dx%dx%d -> %d, %dx%d/%d%s%s: %s, error %.1e%s\n", q->n, q->h, q->w, q->c, q->k, q->r, q->s,
           q->stride, q->fast ? ", fast" : "", everything ? ", with all that follows" : "",
           conv_strategy_name(q), error, ok ? "" : " WRONG");
    real *const all[] = {x, w, y, addend, lines, prepared, scratch};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) free(all[k]);
    return ok;
}

/* One backward pass in plain loops: what each product of the formula gives to dx and to dw. */
typedef struct Gradients {
    const real *x, *w, *dy;
    double *dx, *dw;
} Gradients;

static void add_window(const ConvShape *q, const Gradients *g, int n, int oh, int ow) {
    const real *dy = g->dy + ((size_t)(n * q->oh + oh) * (size_t)q->ow + (size_t)ow) * (size_t)q->k;
    for (int tap = 0; tap < q->r * q->s; tap++) {
        const int ih = oh * q->stride - q->pad + tap / q->s, iw = ow * q->stride - q->pad + tap % q->s;
        if (ih < 0 || iw < 0 || ih >= q->h || iw >= q->w) continue;
        const size_t pixel = ((size_t)(n * q->h + ih) * (size_t)q->w + (size_t)iw) * (size_t)q->c;
        for (size_t c = 0; c < (size_t)q->c; c++)
            for (size_t k = 0; k < (size_t)q->k; k++) {
                const size_t at = ((size_t)tap * (size_t)q->c + c) * (size_t)q->k + k;
                g->dx[pixel + c] += (double)dy[k] * (double)g->w[at];
                g->dw[at] += (double)dy[k] * (double)g->x[pixel + c];
            }
    }
}

/* The largest difference by the largest value. */
static double difference(const real *values, const double *expected, size_t count) {
    double largest = 0, error = 0;
    for (size_t k = 0; k < count; k++) {
        const double off = fabs((double)values[k] - expected[k]);
        if (fabs(expected[k]) > largest) largest = fabs(expected[k]);
        if (!(off <= error)) error = off; /* NaN, too */
    }
    return error / largest;
}

static bool check_backward(const ConvShape *q) {
    Rng rng;
    rng_init(&rng, 8);
    const size_t inputs = (size_t)q->n * (size_t)q->h * (size_t)q->w * (size_t)q->c,
                 weights = (size_t)q->r * (size_t)q->s * (size_t)q->c * (size_t)q->k,
                 outputs = (size_t)conv_pixels(q) * (size_t)q->k;
    real *x = random_numbers(inputs, &rng), *w = random_numbers(weights, &rng),
         *dy = random_numbers(outputs, &rng), *dx = random_numbers(inputs, &rng),
         *dw = random_numbers(weights, &rng), *scratch = random_numbers(conv_scratch_count(q), &rng);
    Gradients g = {x, w, dy, calloc(inputs, sizeof *g.dx), calloc(weights, sizeof *g.dw)};
    for (int n = 0; n < q->n; n++)
        for (int oh = 0; oh < q->oh; oh++)
            for (int ow = 0; ow < q->ow; ow++) add_window(q, &g, n, oh, ow);
    conv_backward_input(&(ConvInputRun){.shape = q, .dy = dy, .w = w, .dx = dx, .scratch = scratch});
    conv_backward_weight(q, x, dy, dw, scratch);
    const double dx_error = difference(dx, g.dx, inputs), dw_error = difference(dw, g.dw, weights);
    const bool ok = dx_error <= (q->fast ? TOLERANCE_F4 : TOLERANCE) && dw_error <= TOLERANCE;
    printf("  backward%s: %s, error %.1e; %s, error %.1e%s\n", q->fast ? ", fast" : "",
           conv_input_gradient_name(q), dx_error, conv_weight_gradient_name(q), dw_error, ok ? "" : " WRONG");
    free(x), free(w), free(dy), free(dx), free(dw), free(scratch), free(g.dx), free(g.dw);
    return ok;
}

int main(void) {
    bool ok = true;
    parallel_set_threads(2);
    for (int set = 0; kernel_available(set); set++) {
        ok = kernel_choose(kernel_available(set)->name, NULL) && ok;
        printf("kernel %s\n", kernel_name());
        for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
            ConvShape q = shape_of(shapes[k]);
            ok = check(&q, false) && ok;
            ok = check_backward(&q) && ok;
            q.fast = true;
            ok = check(&q, true) && ok;
            ok = check_backward(&q) && ok;
        }
    }
    return ok ? 0 : 1;
}
