#include "core/conv/fetch.h"

#include "core/base/integer.h"

/* Tiles that fetch what the product itself will want. */
static int tiles_taken(const Product *q) {
    if (q->ahead_rows == 0) return q->ahead_lines;
    return integer_divide_up(q->ahead_lines, integer_max(1, q->taps * (q->channels / q->ahead_rows)));
}

void conv_fetch_soon(Soon *soon, Product *q) {
    const int rows = q->taps * q->channels, tiles = q->pixels / kernel_pixels(kernels(), q->columns);
    size_t lines = 0;
    q->later_lines = 0;
    if (!soon || q->next || tiles <= tiles_taken(q)) return;
    q->later = soon_take(soon, (size_t)(tiles - tiles_taken(q)) * (size_t)rows, &lines);
    if (q->later) q->later_lines = integer_divide_up((int)lines, rows);
}
