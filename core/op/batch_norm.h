/* What batch norm's forward and backward pass share. */
#ifndef CORE_OP_BATCH_NORM_H
#define CORE_OP_BATCH_NORM_H

#include "core/base/cpu.h"
#include "core/op/op.h"

/* Per-channel sums run in `real` over NORM_BLOCK pixels and in double across blocks: exact enough for
 * millions of pixels. */
enum { NORM_BLOCK = 64 };

enum { NORM_WEIGHT, NORM_BIAS, NORM_MEAN, NORM_VAR };

/* What forward saves, each for all channels: what it normalises with, and the line that comes of it, gamma/std and
 * beta, which holds whatever becomes of the parameters later. Backward in training: dbeta/M and dgamma/M/std. */
enum { SAVED_MEAN, SAVED_VAR, SAVED_INV_STD, SAVED_SCALE, SAVED_BETA, SAVED_SHIFT, SAVED_SLOPE, SAVED_COUNT };

static inline real *norm_saved_row(const OpRun *run, int which) {
    return (real *)run->saved + (size_t)which * (size_t)run->op->in.c;
}

/* One of each a channel: see SAVED_MEAN and the others. */
typedef struct NormLine {
    size_t channels;
    const real *mean, *scale, *beta, *shift, *slope;
} NormLine;

static inline NormLine norm_line(const OpRun *run) {
    return (NormLine){.channels = (size_t)run->op->in.c,
                      .mean = norm_saved_row(run, SAVED_MEAN),
                      .scale = norm_saved_row(run, SAVED_SCALE),
                      .beta = norm_saved_row(run, SAVED_BETA),
                      .shift = norm_saved_row(run, SAVED_SHIFT),
                      .slope = norm_saved_row(run, SAVED_SLOPE)};
}

/* Numbers that are treated side by side, by the compiler's vectors: of whatever width the processor has. */
enum { LANES = 64 / sizeof(real) };
typedef real Lanes __attribute__((vector_size(64), aligned(sizeof(real)), may_alias));

/* Two vectors of channels, through all pixels: next to each other, or of LANES channels the same ones of even and of odd
 * pixels. */
typedef struct NormColumns {
    size_t channel[2];          /* the first of each */
    size_t first, second, step; /* where they lie in the first row, elements; and from one row to the next */
    size_t rows, pixels;        /* pixels: those that all columns together cover, the rest is left */
} NormColumns;

enum { COLUMN_CHANNELS_MAX = 256 };

/* Column number k of these; false where there is none left, or none at all: more channels than these are quicker row
 * by row. */
CPU_INLINE bool norm_columns(size_t channels, size_t pixels, int k, NormColumns *columns) {
    size_t first = 2 * (size_t)k * LANES;
    if (channels == LANES && k == 0 && pixels > 1) {
        *columns =
            (NormColumns){.second = LANES, .step = 2 * LANES, .rows = pixels / 2, .pixels = pixels / 2 * 2};
        return true;
    }
    if (channels % (2 * LANES) != 0 || channels > COLUMN_CHANNELS_MAX || first >= channels) return false;
    *columns = (NormColumns){.channel = {first, first + LANES},
                             .first = first,
                             .second = first + LANES,
                             .step = channels,
                             .rows = pixels,
                             .pixels = pixels};
    return true;
}

/* OpSpec.gathered_count and what is gathered; core/op/batch_norm_backward.c. */
size_t norm_gathered(const Op *op);
void norm_backward_gather(const OpRun *run, size_t pixels, double *sums);
void norm_backward_begin(const OpRun *run, const double *sums);
void norm_backward_cells(const OpRun *run, size_t pixels);

#endif
