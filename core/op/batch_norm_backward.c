/* Batch normalisation, backward: dy, x (N,C,H,W), gamma (C) read, dgamma, dbeta (C) overwritten, dx (N,C,H,W)
 * overwritten or added to. With xhat = (x - mean)/std and M = N*H*W:
 *   dbeta = sum dy     dgamma = sum dy * xhat
 *   training    dx = gamma/std * (dy - dbeta/M - xhat * dgamma/M)    because mean and std depend on every x
 *   evaluation  dx = gamma/std * dy                                  because they do not
 * In training dx takes a second sweep over dy and x, after that for the sums. */
#include "core/op/batch_norm.h"

#include "core/base/cpu.h"

/* What a sum over pixels is taken of: rows of all channels. */
typedef struct NormRows {
    const real *dy, *x, *mean;
    size_t channels, pixels;
} NormRows;

/* For `count` channels from `first` on: sum of dy, and of dy * (x - mean). */
CPU_INLINE void gather_some(const NormRows *rows, size_t first, size_t count, double *sums) {
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

enum { HALF = LANES / 2 };
typedef real HalfLanes __attribute__((vector_size(HALF * sizeof(real)), aligned(sizeof(real)), may_alias));
typedef double Doubles
    __attribute__((vector_size(HALF * sizeof(double)), aligned(sizeof(double)), may_alias));

CPU_INLINE void add_lanes(double *sums, const Lanes *lanes) {
    for (int j = 0; j < LANES; j += HALF)
        *(Doubles *)(sums + j) +=
            __builtin_convertvector(*(const HalfLanes *)((const real *)lanes + j), Doubles);
}

/* The same for two vectors, see NormColumns: of two pixels they are added up in the end. */
CPU_INLINE void gather_columns(const NormRows *rows, NormColumns at, double *sums) {
    const real *dy = rows->dy + at.first, *x = rows->x + at.first;
    const Lanes mean0 = *(const Lanes *)(rows->mean + at.channel[0]),
                mean1 = *(const Lanes *)(rows->mean + at.channel[1]);
    const size_t to = at.second - at.first;
    Lanes sum0 = {0}, sum1 = {0}, product0 = {0}, product1 = {0};
    for (size_t row = 0; row < at.rows; row++, dy += at.step, x += at.step) {
        const Lanes dy0 = *(const Lanes *)dy, dy1 = *(const Lanes *)(dy + to);
        sum0 += dy0;
        sum1 += dy1;
        product0 += dy0 * (*(const Lanes *)x - mean0);
        product1 += dy1 * (*(const Lanes *)(x + to) - mean1);
    }
    add_lanes(sums + at.channel[0], &sum0);
    add_lanes(sums + at.channel[1], &sum1);
    add_lanes(sums + rows->channels + at.channel[0], &product0);
    add_lanes(sums + rows->channels + at.channel[1], &product1);
}

size_t norm_gathered(const Op *op) {
    return 2 * (size_t)op->in.c;
}

CPU_CLONES static void gather_rows(NormRows rows, double *sums) {
    NormColumns at;
    size_t step = 2 * LANES, whole = rows.channels / step * step;
    for (size_t c = 0; c < whole; c += step) {
        at = (NormColumns){.channel = {c, c + LANES},
                           .first = c,
                           .second = c + LANES,
                           .step = rows.channels,
                           .rows = rows.pixels};
        gather_columns(&rows, at, sums);
    }
    if (rows.channels == LANES && norm_columns(LANES, rows.pixels, 0, &at)) {
        gather_columns(&rows, at, sums);
        rows.dy += at.pixels * LANES;
        rows.x += at.pixels * LANES;
        rows.pixels -= at.pixels;
    }
    gather_some(&rows, whole, rows.channels - whole, sums);
}

/* sums[c] += sum over these pixels of dy[p,c], sums[C + c] += sum of dy[p,c] * (x[p,c] - mean[c]) */
void norm_backward_gather(const OpRun *run, size_t pixels, double *sums) {
    NormRows rows = {.dy = run->dy,
                     .x = run->x[0],
                     .mean = norm_saved_row(run, SAVED_MEAN),
                     .channels = (size_t)run->op->in.c};
    for (size_t done = 0; done < pixels; done += rows.pixels) {
        rows.pixels = pixels - done < NORM_BLOCK ? pixels - done : NORM_BLOCK;
        gather_rows(rows, sums);
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
CPU_INLINE void pass_pixels(NormLine line, const OpRun *run, size_t pixels) {
    const real *restrict scale = line.scale, *restrict dy = run->dy;
    real *restrict dx = run->dx[0];
    bool add = run->dx_adds[0];
    for (size_t p = 0; p < pixels; p++, dy += line.channels, dx += line.channels)
        for (size_t c = 0; c < line.channels; c++) dx[c] = add ? dx[c] + scale[c] * dy[c] : scale[c] * dy[c];
}

/* dx[p,c] = scale[c] * (dy[p,c] - shift[c] - (x[p,c] - mean[c]) * slope[c]); or added. */
CPU_INLINE void pass_pixels_training(NormLine line, const OpRun *run, size_t pixels) {
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

/* The same for two vectors of channels, whose numbers stay in registers. */
CPU_INLINE void pass_columns(NormLine line, NormColumns at, const OpRun *run) {
    const Lanes scale0 = *(const Lanes *)(line.scale + at.channel[0]),
                scale1 = *(const Lanes *)(line.scale + at.channel[1]);
    const real *dy0 = run->dy + at.first, *dy1 = run->dy + at.second;
    real *dx0 = run->dx[0] + at.first, *dx1 = run->dx[0] + at.second;
    for (size_t row = 0; row < at.rows; row++) {
        *(Lanes *)dx0 = scale0 * *(const Lanes *)dy0;
        *(Lanes *)dx1 = scale1 * *(const Lanes *)dy1;
        dy0 += at.step, dy1 += at.step, dx0 += at.step, dx1 += at.step;
    }
}

CPU_INLINE void pass_columns_training(NormLine line, NormColumns at, const OpRun *run) {
    const size_t c0 = at.channel[0], c1 = at.channel[1];
    const Lanes scale0 = *(const Lanes *)(line.scale + c0), scale1 = *(const Lanes *)(line.scale + c1);
    const Lanes shift0 = *(const Lanes *)(line.shift + c0), shift1 = *(const Lanes *)(line.shift + c1);
    const Lanes mean0 = *(const Lanes *)(line.mean + c0), mean1 = *(const Lanes *)(line.mean + c1);
    const Lanes slope0 = *(const Lanes *)(line.slope + c0), slope1 = *(const Lanes *)(line.slope + c1);
    const real *dy = run->dy + at.first, *x = run->x[0] + at.first;
    real *dx = run->dx[0] + at.first;
    const size_t to = at.second - at.first;
    for (size_t row = 0; row < at.rows; row++, dy += at.step, x += at.step, dx += at.step) {
        *(Lanes *)dx = scale0 * (*(const Lanes *)dy - shift0 - (*(const Lanes *)x - mean0) * slope0);
        *(Lanes *)(dx + to) =
            scale1 * (*(const Lanes *)(dy + to) - shift1 - (*(const Lanes *)(x + to) - mean1) * slope1);
    }
}

/* What fills whole vectors by columns, the rest by pixels. */
CPU_INLINE void pass_most(NormLine line, const OpRun *run, size_t pixels, const bool training) {
    NormColumns at;
    OpRun rest = *run;
    size_t done = 0;
    for (int k = 0; !run->dx_adds[0] && norm_columns(line.channels, pixels, k, &at); k++) {
        if (training)
            pass_columns_training(line, at, run);
        else
            pass_columns(line, at, run);
        done = at.pixels;
    }
    rest.dy += done * line.channels;
    rest.dx[0] += done * line.channels;
    if (training) rest.x[0] += done * line.channels;
    if (training)
        pass_pixels_training(line, &rest, pixels - done);
    else
        pass_pixels(line, &rest, pixels - done);
}

CPU_CLONES static void pass_all(NormLine line, const OpRun *run, size_t pixels) {
    pass_most(line, run, pixels, false);
}

CPU_CLONES static void pass_all_training(NormLine line, const OpRun *run, size_t pixels) {
    pass_most(line, run, pixels, true);
}

void norm_backward_cells(const OpRun *run, size_t pixels) {
    (run->batch_statistics ? pass_all_training : pass_all)(norm_line(run), run, pixels);
}
