/* Outer of core/kernel/kernel.h. A tile of `channels` by `vectors` sums stays in registers while all pixels are
 * added up: for every pixel `vectors` loads of dy, `channels` numbers of x spread over a vector each, and as many
 * multiply-adds as there are sums: with 6 by 4 24 of the 32 registers of AVX-512. Channels lie side by side, so that
 * one address serves all of them. */
enum { OUTER_CHANNELS = 6, OUTER_MANY = 12, OUTER_SUMS = OUTER_CHANNELS * VECTORS };
_Static_assert(OUTER_MANY *(VECTORS / 2) <= OUTER_SUMS, "many channels of few vectors have room");

/* sum[c,k] += x[c] * dy[k] for one pixel. */
INLINE void outer_pixel(Vector *sum, const real *x, const real *dy, const int channels, const int vectors) {
    Vector d[VECTORS];
#pragma GCC unroll 16
    for (int v = 0; v < vectors; v++) d[v] = vector_load(dy + v * LANES);
#pragma GCC unroll 16
    for (int c = 0; c < channels; c++) {
        const Vector value = x[c] - (Vector){0};
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++) sum[c * vectors + v] += value * d[v];
    }
}

/* Channels first .. first + channels-1 by `vectors` vectors of output channels. */
INLINE void outer_tile(const Outer *q, int first, const int channels, const int vectors) {
    const OuterPixels *at = &q->at;
    real *to = q->sums + (size_t)first * q->step;
    Vector sum[OUTER_SUMS];
#pragma GCC unroll 16
    for (int c = 0; c < channels; c++)
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++) {
            if (!q->stream) __builtin_prefetch(to + (size_t)c * q->step + v * LANES, 1);
            sum[c * vectors + v] = (Vector){0};
        }
    const size_t x_pixel = at->x_pixel, dy_pixel = at->dy_pixel;
    for (int image = 0; image < at->images; image++)
        for (int row = 0; row < at->rows; row++) {
            const real *x = q->x + (size_t)image * at->x_image + (size_t)row * at->x_row + first;
            const real *dy = q->dy + (size_t)image * at->dy_image + (size_t)row * at->dy_row;
            for (int p = 0; p < at->pixels; p++, x += x_pixel, dy += dy_pixel)
                outer_pixel(sum, x, dy, channels, vectors);
        }
#pragma GCC unroll 16
    for (int c = 0; c < channels; c++, to += q->step)
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++) {
            Vector value = sum[c * vectors + v];
            if (q->add) value += vector_load(to + v * LANES);
            if (q->stream)
                vector_stream(to + v * LANES, value);
            else
                vector_store(to + v * LANES, value);
        }
}

/* The next tile; returns how many channels it had. What is left is shared evenly. */
INLINE int outer_tiles(const Outer *q, int first, const int vectors) {
    const int most = vectors <= VECTORS / 2 ? OUTER_MANY : OUTER_CHANNELS;
    const int left = q->channels - first, tiles = (left + most - 1) / most;
    const int channels = (left + tiles - 1) / tiles;
    switch (channels) {
    case 1: outer_tile(q, first, 1, vectors); break;
    case 2: outer_tile(q, first, 2, vectors); break;
    case 3: outer_tile(q, first, 3, vectors); break;
    case 4: outer_tile(q, first, 4, vectors); break;
    case 5: outer_tile(q, first, 5, vectors); break;
    case 6: outer_tile(q, first, 6, vectors); break;
#define OUTER_CASE(count)                                                                                    \
    case count:                                                                                              \
        if (vectors <= VECTORS / 2) outer_tile(q, first, count, vectors);                                    \
        break
        OUTER_CASE(7);
        OUTER_CASE(8);
        OUTER_CASE(9);
        OUTER_CASE(10);
        OUTER_CASE(11);
        OUTER_CASE(12);
#undef OUTER_CASE
    default: break;
    }
    return channels;
}

/* All channels by a panel of whole vectors. */
static void outer_whole(const Outer *q) {
    switch (q->columns / LANES) {
    case 1:
        for (int c = 0; c < q->channels;) c += outer_tiles(q, c, 1);
        break;
    case 2:
        for (int c = 0; c < q->channels;) c += outer_tiles(q, c, 2);
        break;
#if VECTORS == 4
    case 3:
        for (int c = 0; c < q->channels;) c += outer_tiles(q, c, 3);
        break;
    default:
        for (int c = 0; c < q->channels;) c += outer_tiles(q, c, 4);
        break;
#endif
    }
}

/* The last columns do not fill a vector: computed beside the sums, some channels at a time. */
static void outer_ragged(const Outer *all) {
    real beside[OUTER_CHANNELS * WIDTH];
    Outer part = *all;
    part.columns = (all->columns + LANES - 1) / LANES * LANES;
    part.sums = beside;
    part.step = WIDTH;
    part.add = part.stream = false;
    for (int first = 0; first < all->channels; first += OUTER_CHANNELS) {
        int left = all->channels - first;
        part.x = all->x + first;
        part.channels = left < OUTER_CHANNELS ? left : OUTER_CHANNELS;
        outer_whole(&part);
        for (int c = 0; c < part.channels; c++) {
            real *to = all->sums + (size_t)(first + c) * all->step;
            for (int k = 0; k < all->columns; k++) to[k] = beside[c * WIDTH + k] + (all->add ? to[k] : 0);
        }
    }
}

static void outer(const Outer *q) {
    if (q->columns % LANES)
        outer_ragged(q);
    else
        outer_whole(q);
    if (q->stream) vector_stream_end();
}
