#include "core/conv/winograd_ahead.h"

#include "core/base/integer.h"

enum {
    LINE = 64 / sizeof(real),
    GROUP_LINES = 4,   /* of a row of weights */
    SOON_LINES = 4096, /* a quarter of a second-level cache of 1 MiB */
};

/* 4 cache lines of each of 9 taps in every row. With 36 components each product fetches one of them; with 16 the first
 * nine as many of a tap's as they have tiles of pixels, the others the last line. */
static void ahead_weights(const WinogradAhead *q, int j, Product *product) {
    const ptrdiff_t tap = (ptrdiff_t)q->map->c * q->map->k;
    const bool small = q->map->size == 2;
    const int at = small ? j % 9 : j / GROUP_LINES;
    const int line = small ? j / 9 * (GROUP_LINES - 1) : j % GROUP_LINES;
    product->ahead = q->next + at * tap + line * LINE;
    product->ahead_step = (size_t)q->map->k * sizeof(real);
    product->ahead_lines = small ? GROUP_LINES - line : 1;
}

/* Turned weights, a line of which has channels of one output channel: component j < 9 fetches those of tap j, of as many
 * output channels as there are input channels or as many lines as there are tiles; the next nine what is left. */
static void ahead_turned(const WinogradAhead *q, int j, Product *product) {
    const int tap = j % 9, turn = j / 9;
    const real *first = q->next + tap * q->turned->column;
    if (q->columns > q->channels)
        first += (size_t)(turn * q->channels) * q->turned->step;
    else
        first += turn * (GROUP_LINES - 1) * LINE;
    product->ahead = first;
    product->ahead_step = q->turned->step * sizeof(real);
    product->ahead_rows = integer_min(q->columns, q->channels);
    product->ahead_lines = turn < 2 ? q->channels / LINE : 0;
}

/* Each component of a half fetches a part of its region. */
static void ahead_soon(const WinogradAhead *q, int j, Product *product) {
    const int half = (q->map->size + 2) * (q->map->size + 2) / 2;
    const WinogradSoon soon = q->soon[j / half];
    const int share = integer_divide_up(soon.lines, half);
    product->ahead_lines = integer_divide_up(share, q->channels);
    product->ahead_step = (size_t)product->ahead_lines * LINE * sizeof(real);
    if (soon.lines > 0) product->ahead = soon.from + (size_t)(j % half * share) * LINE;
}

void winograd_look_ahead(const WinogradAhead *q, int j, Product *product) {
    if (!q->next)
        ahead_soon(q, j, product);
    else if (q->turned)
        ahead_turned(q, j, product);
    else
        ahead_weights(q, j, product);
}

WinogradSoon winograd_rows_of_tiles(const WinogradMap *map, int first, int last, Shape of, const real *data) {
    const int begin = first / map->across, end = (last - 1) / map->across;
    const int from = begin / map->down * of.h + begin % map->down * map->size;
    const int to = end / map->down * of.h + integer_min(of.h, end % map->down * map->size + map->size);
    const size_t row = (size_t)of.w * (size_t)of.c, lines = (size_t)(to - from) * row / LINE;
    return (WinogradSoon){data + (size_t)from * row, lines < SOON_LINES ? (int)lines : SOON_LINES};
}
