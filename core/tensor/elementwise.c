#include "core/tensor/elementwise.h"

#include <string.h>

#include "core/base/cpu.h"
#include "core/base/parallel.h"

/* One piece of work is BLOCK elements: large enough to hide the cost of handing it out, small enough to share
 * evenly. */
enum { BLOCK = 4096, GRAIN = 8 };

static void elements_work(void *context, int begin, int end, int worker) {
    const Elements *e = context;
    (void)worker;
    size_t from = (size_t)begin * BLOCK, to = (size_t)end * BLOCK;
    e->range(e, from, to < e->count ? to : e->count);
}

void elementwise_run(Elements e) {
    parallel_for((int)((e.count + BLOCK - 1) / BLOCK), GRAIN, elements_work, &e);
}

/* y[j] = a[j] */
static void copy_range(const Elements *e, size_t from, size_t to) {
    memcpy(e->y + from, e->a + from, (to - from) * sizeof(real));
}

/* y[j] = a[j] + b[j] */
CPU_CLONES static void sum_range(const Elements *e, size_t from, size_t to) {
    real *y = e->y;
    const real *a = e->a, *b = e->b;
    for (size_t j = from; j < to; j++) y[j] = a[j] + b[j];
}

/* y[j] = scale * a[j] + b[j] */
CPU_CLONES static void scaled_sum_range(const Elements *e, size_t from, size_t to) {
    real *y = e->y;
    const real *a = e->a, *b = e->b, scale = e->scale;
    for (size_t j = from; j < to; j++) y[j] = scale * a[j] + b[j];
}

/* y[j] = scale * a[j] */
CPU_CLONES static void scale_range(const Elements *e, size_t from, size_t to) {
    real *y = e->y;
    const real *a = e->a, scale = e->scale;
    for (size_t j = from; j < to; j++) y[j] = scale * a[j];
}

void elementwise_copy(real *y, const real *x, size_t count) {
    elementwise_run((Elements){.y = y, .a = x, .count = count, .range = copy_range});
}

void elementwise_sum(real *y, const real *a, const real *b, size_t count) {
    elementwise_run((Elements){.y = y, .a = a, .b = b, .count = count, .range = sum_range});
}

void elementwise_sum_alone(real *y, const real *a, const real *b, size_t count) {
    sum_range(&(Elements){.y = y, .a = a, .b = b}, 0, count);
}

void elementwise_scaled_sum_alone(real *y, real scale, const real *a, const real *b, size_t count) {
    scaled_sum_range(&(Elements){.y = y, .a = a, .b = b, .scale = scale}, 0, count);
}

void elementwise_scale_alone(real *y, real scale, const real *a, size_t count) {
    scale_range(&(Elements){.y = y, .a = a, .scale = scale}, 0, count);
}

void elementwise_add(real *y, const real *x, size_t count) {
    elementwise_sum(y, y, x, count);
}
