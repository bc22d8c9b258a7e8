/* Transforms of core/kernel/winograd.h for the gradient of the weights, which is Winograd's convolution with the roles
 * exchanged: a tile of x by m x m numbers of dy, which are few, gives 3x3 of dw, F(3x3, m x m). It has the n points of
 * F(m x m, 3x3), and so the components of x are the same. */

/* A pair of components of a column of dy, as winograd_input_pair counts them: its polynomial at the points p and -p; of
 * pair 0 at 0, and the highest coefficient. */
INLINE void winograd_dy_pair(const int m, const int pair, const Vector *d, Vector *low, Vector *high) {
    if (pair == 0) {
        *low = d[0];
        *high = d[m - 1];
    } else if (m == 2) {
        *low = d[0] + d[1];
        *high = d[0] - d[1];
    } else {
        const real point = pair == 1 ? NEAR : FAR, square = pair == 1 ? NEAR2 : FAR2;
        Vector even = d[0] + square * d[2], odd = d[1] + square * d[3];
        *low = even + point * odd;
        *high = even - point * odd;
    }
}

INLINE void winograd_dy_line(const int m, const Vector *d, real *u, size_t plane) {
    const int n = m + 2;
#pragma GCC unroll 3
    for (int pair = 0; pair < n / 2; pair++) {
        Vector low, high;
        winograd_dy_pair(m, pair, d, &low, &high);
        vector_store(u + (size_t)winograd_low(pair) * plane, low);
        vector_store(u + (size_t)winograd_high(pair, n) * plane, high);
    }
}

/* A vector of channels of one tile, of whose rows and columns the first `rows` and `columns` are there. As with the
 * tiles of x, loading a number thrice costs less than keeping all. */
INLINE void winograd_dy_vector(const int m, const WinogradDy *q, const WinogradPlace *place, size_t k,
                               real *u) {
    const int n = m + 2;
    const size_t step = (size_t)q->map->k, line = (size_t)q->map->ow * step;
    const real *from = q->dy + place->at + k;
#pragma GCC unroll 3
    for (int pair = 0; pair < n / 2; pair++) {
        Vector low[4], high[4];
#pragma GCC unroll 4
        for (int s = 0; s < m; s++) {
            Vector d[4];
#pragma GCC unroll 4
            for (int r = 0; r < m; r++)
                d[r] = r < place->rows && s < place->columns
                           ? vector_load(from + (size_t)r * line + (size_t)s * step)
                           : (Vector){0};
            winograd_dy_pair(m, pair, d, &low[s], &high[s]);
        }
        winograd_dy_line(m, low, u + (size_t)(winograd_low(pair) * n) * q->plane, q->plane);
        winograd_dy_line(m, high, u + (size_t)(winograd_high(pair, n) * n) * q->plane, q->plane);
    }
}

INLINE void winograd_dy_tiles(const int m, const WinogradDy *q) {
    for (int t = q->begin; t < q->end; t++) {
        const WinogradPlace place = winograd_place(m, q->map, t), whole = {place.at, m, m};
        real *u = q->u + (size_t)(t - q->begin) * q->step;
        for (size_t k = 0; k < (size_t)q->map->k; k += LANES)
            if (place.rows >= m && place.columns >= m)
                winograd_dy_vector(m, q, &whole, k, u + k);
            else
                winograd_dy_vector(m, q, &place, k, u + k);
    }
}

static void winograd_dy(const WinogradDy *q) {
    if (q->map->size == 2)
        winograd_dy_tiles(2, q);
    else
        winograd_dy_tiles(4, q);
}

INLINE void winograd_dw_vector(const int m, const WinogradDw *q, const real *u, real *w) {
    const int n = m + 2;
    Vector part[3][WINOGRAD_N];
#pragma GCC unroll 6
    for (int j = 0; j < n; j++) {
        Vector column[WINOGRAD_N] = {0}, out[3];
#pragma GCC unroll 6
        for (int i = 0; i < n; i++) column[i] = vector_load(u + (size_t)(i * n + j) * q->plane);
        winograd_output_line(m, 3, column, out);
#pragma GCC unroll 3
        for (int r = 0; r < 3; r++) part[r][j] = out[r];
    }
#pragma GCC unroll 3
    for (int r = 0; r < 3; r++) {
        Vector out[3];
        winograd_output_line(m, 3, part[r], out);
#pragma GCC unroll 3
        for (int s = 0; s < 3; s++) {
            real *to = w + (size_t)(r * 3 + s) * q->w_tap;
            if (q->add) out[s] += vector_load(to);
            if (q->stream)
                vector_stream(to, out[s]);
            else
                vector_store(to, out[s]);
        }
    }
}

INLINE void winograd_dw_all(const int m, const WinogradDw *q) {
    for (size_t c = 0; c < (size_t)q->channels; c++)
        for (size_t k = 0; k < (size_t)q->columns; k += LANES)
            winograd_dw_vector(m, q, q->u + c * q->step + k, q->w + c * q->w_step + k);
}

static void winograd_dw(const WinogradDw *q) {
    if (q->size == 2)
        winograd_dw_all(2, q);
    else
        winograd_dw_all(4, q);
    if (q->stream) vector_stream_end();
}
