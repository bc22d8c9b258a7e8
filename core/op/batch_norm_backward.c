/* Batch normalisation, backward: dy, x (N,C,H,W), gamma (C) read, dgamma, dbeta (C) overwritten, dx (N,C,H,W)
 * overwritten or added to. With xhat = (x - mean)/std and M = N*H*W:
 *   dbeta = sum dy     dgamma = sum dy * xhat
 *   training    dx = gamma/std * (dy - dbeta/M - xhat * dgamma/M)    because mean and std depend on every x
 *   evaluation  dx = gamma/std * dy                                  because they do not
 * In training dx takes a second sweep over dy and x, after that for the sums. */
#include "core/op/batch_norm.h"

#include "core/base/cpu.h"

/* Numbers that the processor adds up side by side, as the compiler's vectors: of whatever width it has. */
enum { LANES = 64 / sizeof(real) };
typedef real Lanes __attribute__((vector_size(64), aligned(sizeof(real)), may_alias));

/* What a sum over pixels is taken of: rows of all channels. */
typedef struct NormRows {
    const real *dy, *x, *mean;
    size_t channels, pixels;
} NormRows;

/* For `count` channels from `first` on, LANES or fewer: sum of dy, and of dy * (x - mean). */
CPU_CLONES static void gather_some(const NormRows *rows, size_t first, size_t count, double *sums) {
    for (size_t c = first; c < first + count; c++) {
        real sum = 0, product = 0;
        for (size_t p = 0; p < rows->pixels; p++) {
            real dy = rows->dy[p * rows->channels + c], x = rows->x[p * rows->channels + c];
            sum += dy;
            product += dy * (x - rows->mean[c]);
        }
        sums[c] += (double)sum;
        sums[rows->channels + c] += (double)product;
    }
}

static inline void add_lanes(double *sums, const Lanes *lanes) {
    const real *values = (const real *)lanes;
    for (size_t j = 0; j < LANES; j++) sums[j] += (double)values[j];
}

/* The same for LANES channels, even and odd pixels apart, so that no addition waits for the one before it. */
CPU_CLONES static void gather_lanes(const NormRows *rows, size_t first, double *sums) {
    const size_t step = rows->channels, pairs = rows->pixels / 2 * 2;
    const real *dy = rows->dy + first, *x = rows->x + first;
    const Lanes mean = *(const Lanes *)(rows->mean + first);
    Lanes even = {0}, odd = {0}, even_product = {0}, odd_product = {0};
    for (size_t p = 0; p < pairs; p += 2, dy += 2 * step, x += 2 * step) {
        const Lanes dy0 = *(const Lanes *)dy, dy1 = *(const Lanes *)(dy + step);
        even += dy0;
        odd += dy1;
        even_product += dy0 * (*(const Lanes *)x - mean);
        odd_product += dy1 * (*(const Lanes *)(x + step) - mean);
    }
    if (pairs < rows->pixels) {
        even += *(const Lanes *)dy;
        even_product += *(const Lanes *)dy * (*(const Lanes *)x - mean);
    }
    even += odd;
    even_product += odd_product;
    add_lanes(sums + first, &even);
    add_lanes(sums + rows->channels + first, &even_product);
}

size_t norm_gathered(const Op *op) {
    return 2 * (size_t)op->in.c;
}

/* sums[c] += sum over these pixels of dy[p,c], sums[C + c] += sum of dy[p,c] * (x[p,c] - mean[c]) */
void norm_backward_gather(const OpRun *run, size_t pixels, double *sums) {
    NormRows rows = {.dy = run->dy,
                     .x = run->x[0],
                     .mean = norm_saved_row(run, SAVED_MEAN),
                     .channels = (size_t)run->op->in.c};
    size_t whole = rows.channels / LANES * LANES;
    for (size_t done = 0; done < pixels; done += rows.pixels) {
        rows.pixels = pixels - done < NORM_BLOCK ? pixels - done : NORM_BLOCK;
        for (size_t c = 0; c < whole; c += LANES) gather_lanes(&rows, c, sums);
        gather_some(&rows, whole, rows.channels - whole, sums);
        rows.dy += rows.pixels * rows.channels;
        rows.x += rows.pixels * rows.channels;
    }
}

/* The gradients of gamma and beta; and in training what the statistics have to do with dx, see pass_pixels_training. */
void norm_backward_begin(const OpRun *run, const double *sums) {
    size_t channels = (size_t)run->op->in.c;
    const real *inv_std = norm_saved_row(run, SAVED_INV_STD);
    real *shift = norm_saved_row(run, SAVED_SHIFT), *slope = norm_saved_row(run, SAVED_SLOPE);
    double share = 1 / ((double)run->batch * (double)run->op->in.h * (double)run->op->in.w);
    for (size_t c = 0; c < channels && sums; c++) {
        double dbeta = sums[c], dgamma = sums[channels + c] * (double)inv_std[c];
        if (run->dw[NORM_WEIGHT]) run->dw[NORM_WEIGHT][c] = (real)dgamma;
        if (run->dw[NORM_BIAS]) run->dw[NORM_BIAS][c] = (real)dbeta;
        if (!run->batch_statistics) continue;
        shift[c] = (real)(dbeta * share);
        slope[c] = (real)(dgamma * share * (double)inv_std[c]);
    }
}

/* dx[p,c] = scale[c] * dy[p,c], scale = gamma / std, as saved by forward; or added. */
CPU_CLONES static void pass_pixels(NormLine line, const OpRun *run, size_t pixels) {
    const real *restrict scale = line.scale, *restrict dy = run->dy;
    real *restrict dx = run->dx[0];
    bool add = run->dx_adds[0];
    for (size_t p = 0; p < pixels; p++, dy += line.channels, dx += line.channels)
        for (size_t c = 0; c < line.channels; c++) dx[c] = add ? dx[c] + scale[c] * dy[c] : scale[c] * dy[c];
}

/* dx[p,c] = scale[c] * (dy[p,c] - shift[c] - (x[p,c] - mean[c]) * slope[c]); or added. */
CPU_CLONES static void pass_pixels_training(NormLine line, const OpRun *run, size_t pixels) {
    const real *restrict mean = line.mean, *restrict scale = line.scale;
    const real *restrict shift = line.shift, *restrict slope = line.slope;
    const real *restrict dy = run->dy, *restrict x = run->x[0];
    real *restrict dx = run->dx[0];
    bool add = run->dx_adds[0];
    for (size_t p = 0; p < pixels; p++, dy += line.channels, x += line.channels, dx += line.channels)
        for (size_t c = 0; c < line.channels; c++) {
            real d = scale[c] * (dy[c] - shift[c] - (x[c] - mean[c]) * slope[c]);
            dx[c] = add ? dx[c] + d : d;
        }
}

void norm_backward_cells(const OpRun *run, size_t pixels) {
    NormLine line = norm_line(run);
    OpRun rest = *run;
    real row[NORM_ROWS][NORM_ROW];
    size_t group = NORM_ROW / line.channels, done = 0;
    void (*pass)(NormLine, const OpRun *, size_t) =
        run->batch_statistics ? pass_pixels_training : pass_pixels;
    if (group > 1 && pixels >= 8 * group) {
        done = pixels / group * group;
        pass(norm_widen(line, group, row), run, pixels / group);
    }
    rest.dy += done * line.channels;
    rest.dx[0] += done * line.channels;
    if (rest.x[0]) rest.x[0] += done * line.channels;
    pass(line, &rest, pixels - done);
}
