#include "core/base/cpu.h"
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
