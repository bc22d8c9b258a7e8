#include <string.h>

#include "core/base/cpu.h"
#include "core/base/integer.h"
#include "core/conv/strategy.h"

bool conv_has_epilogue(const ConvRun *run) {
    return run->epilogue.scale || run->epilogue.addend || run->epilogue.relu;
}

/* `count` channels of one pixel, as ConvEpilogue says. */
CPU_CLONES static void finish_pixel(const ConvEpilogue *e, const real *sum, real *y, int count) {
    for (int k = 0; k < count; k++) {
        real value = e->scale ? sum[k] * e->scale[k] + e->shift[k] : sum[k];
        if (e->addend) value += e->addend[k];
        y[k] = e->relu && value < 0 ? 0 : value;
    }
}

void conv_finish(const ConvRun *run, const ConvSums *sums) {
    size_t channels = (size_t)run->shape->k, first = (size_t)sums->first;
    ConvEpilogue e = run->epilogue;
    if (e.scale) {
        e.scale += first;
        e.shift += first;
    }
    for (int p = sums->begin; p < sums->end; p++) {
        size_t at = (size_t)p * channels + first;
        e.addend = run->epilogue.addend ? run->epilogue.addend + at : NULL;
        finish_pixel(&e, sums->data + (size_t)(p - sums->begin) * (size_t)sums->stride, run->y + at,
                     sums->last - sums->first);
    }
}

/* Some pixels of one row, `count` channels of each. */
typedef struct ScatterRow {
    const real *from;
    real *to;
    size_t from_step, to_step;
    int pixels, count;
    bool add;
} ScatterRow;

CPU_CLONES static void scatter_row(const ScatterRow *row) {
    const real *from = row->from;
    real *to = row->to;
    for (int p = 0; p < row->pixels; p++, from += row->from_step, to += row->to_step) {
        if (row->add)
            for (int k = 0; k < row->count; k++) to[k] += from[k];
        else
            memcpy(to, from, (size_t)row->count * sizeof *to);
    }
}

void conv_scatter(const ConvRun *run, const ConvSums *sums) {
    const ConvShape *q = run->shape;
    const ConvTurned *turned = run->turned;
    ScatterRow row = {.from = sums->data,
                      .from_step = (size_t)sums->stride,
                      .to_step = turned->y_pixel,
                      .count = sums->last - sums->first,
                      .add = run->epilogue.addend != NULL};
    for (int p = sums->begin; p < sums->end; p += row.pixels) {
        const int ow = p % q->ow, oh = p / q->ow % q->oh, n = p / q->ow / q->oh;
        const size_t at =
            (size_t)n * turned->y_image + (size_t)oh * turned->y_row + (size_t)ow * turned->y_pixel;
        row.pixels = integer_min(q->ow - ow, sums->end - p);
        row.to = run->y + at + sums->first;
        scatter_row(&row);
        row.from += (size_t)row.pixels * row.from_step;
    }
}
