/* Transforms of core/kernel/winograd.h. Every one-dimensional transform is written for a pair of components at
 * once, since those of the points +p and -p share their even and odd parts: pair 0 is the point 0 and infinity,
 * pair j the points number 2j-1 and 2j. */

/* The points of m = 4 are 0, +-NEAR, +-FAR, their squares, and what follows from them. */
#define NEAR  ((real)0.625)
#define FAR   ((real)1.5)
#define NEAR2 (NEAR * NEAR)
#define FAR2  (FAR * FAR)
/* One over the product over the other points q of p - q, for p = 0, NEAR, FAR: that is 2 p^2 (p^2 - q^2). */
#define SHARE_ZERO (1 / (NEAR2 * FAR2))
#define SHARE_NEAR (1 / (2 * NEAR2 * (NEAR2 - FAR2)))
#define SHARE_FAR  (1 / (2 * FAR2 * (FAR2 - NEAR2)))

enum { WINOGRAD_N = 6 };

INLINE int winograd_low(int pair) {
    return pair == 0 ? 0 : 2 * pair - 1;
}

INLINE int winograd_high(int pair, const int n) {
    return pair == 0 ? n - 1 : 2 * pair;
}

/* Two rows of Bt times d. The row of a point p holds the coefficients of the product over the other points q of
 * (z - q), that of infinity those of the product over all. */
INLINE void winograd_input_pair(const int m, const int pair, const Vector *d, Vector *low, Vector *high) {
    if (m == 2 && pair == 0) {
        *low = d[2] - d[0];
        *high = d[3] - d[1];
    } else if (m == 2) {
        *low = d[2] + d[1];
        *high = d[2] - d[1];
    } else if (pair == 0) {
        *low = d[4] - (NEAR2 + FAR2) * d[2] + NEAR2 * FAR2 * d[0];
        *high = d[5] - (NEAR2 + FAR2) * d[3] + NEAR2 * FAR2 * d[1];
    } else {
        const real point = pair == 1 ? NEAR : FAR, other = pair == 1 ? FAR2 : NEAR2;
        Vector even = d[4] - other * d[2], odd = d[3] - other * d[1];
        *low = even + point * odd;
        *high = even - point * odd;
    }
}

/* A row of components from a row of Bt d: times B. */
INLINE void winograd_input_line(const int m, const Vector *d, real *v, size_t plane) {
    const int n = m + 2;
#pragma GCC unroll 3
    for (int pair = 0; pair < n / 2; pair++) {
        Vector low, high;
        winograd_input_pair(m, pair, d, &low, &high);
        vector_store(v + (size_t)winograd_low(pair) * plane, low);
        vector_store(v + (size_t)winograd_high(pair, n) * plane, high);
    }
}

/* Where a tile reads: n rows, of which columns first .. last-1 lie inside the map. */
typedef struct WinogradPatch {
    const real *row[WINOGRAD_N]; /* of column 0, which may lie outside */
    ptrdiff_t step[WINOGRAD_N];  /* to the next tile */
    int first, last;
} WinogradPatch;

/* Loading a number thrice costs less than keeping all 36 of a tile: no machine has that many registers. */
INLINE void winograd_input_tile(const int m, const bool whole, const WinogradPatch *patch, int channels,
                                real *v, size_t plane) {
    const int n = m + 2;
    const size_t step = (size_t)channels;
    for (size_t c = 0; c < step; c += LANES) {
#pragma GCC unroll 3
        for (int pair = 0; pair < n / 2; pair++) {
            Vector low[WINOGRAD_N], high[WINOGRAD_N];
#pragma GCC unroll 6
            for (int s = 0; s < n; s++) {
                Vector d[WINOGRAD_N];
                low[s] = high[s] = (Vector){0};
                if (!whole && (s < patch->first || s >= patch->last)) continue;
#pragma GCC unroll 6
                for (int r = 0; r < n; r++) d[r] = vector_load(patch->row[r] + (size_t)s * step + c);
                winograd_input_pair(m, pair, d, &low[s], &high[s]);
            }
            winograd_input_line(m, low, v + (size_t)(winograd_low(pair) * n) * plane + c, plane);
            winograd_input_line(m, high, v + (size_t)(winograd_high(pair, n) * n) * plane + c, plane);
        }
    }
}

/* The rows of the tiles (image, row, ...), from that of column 0 on. Those above and below the map are zeros, and stay
 * where they are from tile to tile. */
static void winograd_rows(const WinogradInput *q, int image, int row, WinogradPatch *patch) {
    const WinogradMap *map = q->map;
    const int n = map->size + 2, top = row * map->size - map->pad;
    for (int r = 0; r < n; r++) {
        const bool inside = top + r >= 0 && top + r < map->h;
        const ptrdiff_t pixel = ((ptrdiff_t)image * map->h + top + r) * map->w - map->pad;
        patch->row[r] = inside ? q->x + pixel * map->c : q->zeros;
        patch->step[r] = inside ? (ptrdiff_t)map->size * map->c : 0;
    }
}

INLINE void winograd_input_tiles(const int m, const WinogradInput *q) {
    const WinogradMap *map = q->map;
    int row = q->begin / map->across, column = q->begin % map->across;
    real *v = q->v;
    for (int t = q->begin; t < q->end; row++, column = 0) {
        WinogradPatch patch;
        winograd_rows(q, row / map->down, row % map->down, &patch);
        for (int r = 0; r < m + 2; r++) patch.row[r] += column * patch.step[r];
        for (; column < map->across && t < q->end; column++, t++, v += q->step) {
            const int left = column * m - map->pad;
            patch.first = left < 0 ? -left : 0;
            patch.last = map->w - left < m + 2 ? map->w - left : m + 2;
            if (patch.first == 0 && patch.last == m + 2)
                winograd_input_tile(m, true, &patch, map->c, v, q->plane);
            else
                winograd_input_tile(m, false, &patch, map->c, v, q->plane);
#pragma GCC unroll 6
            for (int r = 0; r < m + 2; r++) patch.row[r] += patch.step[r];
        }
    }
}

static void winograd_input(const WinogradInput *q) {
    if (q->map->size == 2)
        winograd_input_tiles(2, q);
    else
        winograd_input_tiles(4, q);
}

/* G times a column of three weights: their polynomial at the points; at infinity the highest coefficient. */
INLINE void winograd_weights_line(const int m, const Vector *g, Vector *u) {
    u[0] = g[0];
    u[m + 1] = g[2];
    if (m == 2) {
        u[1] = g[0] + g[2] + g[1];
        u[2] = g[0] + g[2] - g[1];
        return;
    }
    Vector even = g[0] + NEAR2 * g[2], odd = NEAR * g[1];
    Vector far_even = g[0] + FAR2 * g[2], far_odd = FAR * g[1];
    u[1] = even + odd;
    u[2] = even - odd;
    u[3] = far_even + far_odd;
    u[4] = far_even - far_odd;
}

INLINE void winograd_weights_vector(const int m, const real *w, ptrdiff_t tap, real *u, size_t plane) {
    const int n = m + 2;
    Vector part[3][WINOGRAD_N];
#pragma GCC unroll 3
    for (int s = 0; s < 3; s++) {
        Vector g[3];
#pragma GCC unroll 3
        for (int r = 0; r < 3; r++) g[r] = vector_load(w + (r * 3 + s) * tap);
        winograd_weights_line(m, g, part[s]);
    }
#pragma GCC unroll 6
    for (int i = 0; i < n; i++) {
        Vector row[3] = {part[0][i], part[1][i], part[2][i]}, all[WINOGRAD_N];
        winograd_weights_line(m, row, all);
#pragma GCC unroll 6
        for (int j = 0; j < n; j++, u += plane) vector_store(u, all[j]);
    }
}

INLINE void winograd_weights_panel(const int m, const WinogradWeights *q) {
    const size_t plane = q->plane, columns = (size_t)q->columns, panel = (size_t)q->panel;
    for (size_t c = 0; c < (size_t)q->channels; c++)
        for (size_t k = 0; k < columns; k += LANES) {
            real *u = q->u + k / panel * q->panel_step + c * panel + k % panel;
            winograd_weights_vector(m, q->w + c * q->w_step + k, q->w_tap, u, plane);
        }
}

/* The same of weights whose channels lie side by side: turned first, a square of each tap. */
INLINE void winograd_weights_turned(const int m, const WinogradWeights *q) {
    enum { SQUARE = LANES * LANES };
    const size_t columns = (size_t)q->columns, panel = (size_t)q->panel;
    real square[9 * SQUARE];
    for (size_t c = 0; c < (size_t)q->channels; c += LANES)
        for (size_t k = 0; k < columns; k += LANES) {
            real *u = q->u + k / panel * q->panel_step + c * panel + k % panel;
            for (int tap = 0; tap < 9; tap++)
                turn_square(q->w + k * q->w_step + c + tap * q->w_tap, q->w_step, square + tap * SQUARE,
                            LANES);
            for (size_t j = 0; j < LANES; j++)
                winograd_weights_vector(m, square + j * LANES, SQUARE, u + j * panel, q->plane);
        }
}

static void winograd_weights(const WinogradWeights *q) {
    if (q->size == 2 && q->turned)
        winograd_weights_turned(2, q);
    else if (q->size == 2)
        winograd_weights_panel(2, q);
    else if (q->turned)
        winograd_weights_turned(4, q);
    else
        winograd_weights_panel(4, q);
}

/* At times a column of components: output i is the sum over the points p of p^i times theirs, each divided by the
 * product over the other points q of (p - q), and infinity's in the last. There are m outputs, or 3 where these are
 * weights. */
INLINE void winograd_output_line(const int m, const int outputs, const Vector *v, Vector *y) {
    const Vector sum = v[1] + v[2], difference = v[1] - v[2], infinity = v[m + 1];
    if (m == 2) {
        y[0] = (real)0.5 * sum - v[0];
        y[1] = outputs == 2 ? infinity + (real)0.5 * difference : (real)0.5 * difference;
        if (outputs == 3) y[2] = infinity + (real)0.5 * sum;
        return;
    }
    const Vector far_sum = v[3] + v[4], far_difference = v[3] - v[4];
    y[0] = SHARE_ZERO * v[0] + SHARE_NEAR * sum + SHARE_FAR * far_sum;
    y[1] = SHARE_NEAR * NEAR * difference + SHARE_FAR * FAR * far_difference;
    if (outputs == 3) {
        y[2] = infinity + SHARE_NEAR * NEAR2 * sum + SHARE_FAR * FAR2 * far_sum;
        return;
    }
    y[2] = SHARE_NEAR * NEAR2 * sum + SHARE_FAR * FAR2 * far_sum;
    y[3] = infinity + SHARE_NEAR * NEAR2 * NEAR * difference + SHARE_FAR * FAR2 * FAR * far_difference;
}

/* Where tile t has its outputs: the first `rows` rows and `columns` columns of them lie inside the map. */
typedef struct WinogradPlace {
    size_t at; /* elements of y before its first pixel */
    int rows, columns;
} WinogradPlace;

INLINE WinogradPlace winograd_place(const int m, const WinogradMap *map, int t) {
    const int tiles = map->across * map->down;
    const int row = t % tiles / map->across * m, column = t % tiles % map->across * m;
    const size_t pixel =
        ((size_t)(t / tiles) * (size_t)map->oh + (size_t)row) * (size_t)map->ow + (size_t)column;
    return (WinogradPlace){pixel * (size_t)map->k, map->oh - row, map->ow - column};
}

/* One row of outputs of one vector of channels, finished and stored. */
INLINE void winograd_output_row(const int m, const WinogradOutput *q, const Vector *sums, size_t at,
                                const int columns) {
    const size_t step = (size_t)q->map->k;
#pragma GCC unroll 4
    for (int j = 0; j < m; j++) {
        if (j >= columns) break;
        Vector sum = sums[j];
        if (q->addend) sum += vector_load(q->addend + at + (size_t)j * step);
        if (q->relu) sum = vector_relu(sum);
        vector_store(q->y + at + (size_t)j * step, sum);
    }
}

INLINE void winograd_output_vector(const int m, const bool whole, const WinogradOutput *q, const real *from,
                                   const WinogradPlace *place, size_t k) {
    const int n = m + 2, rows = whole ? m : place->rows, columns = whole ? m : place->columns;
    const size_t plane = q->plane, row_step = (size_t)q->map->ow * (size_t)q->map->k;
    Vector part[4][WINOGRAD_N];
#pragma GCC unroll 6
    for (int j = 0; j < n; j++) {
        Vector v[WINOGRAD_N] = {0}, y[4];
#pragma GCC unroll 6
        for (int i = 0; i < n; i++) v[i] = vector_load(from + (size_t)(i * n + j) * plane + k);
        winograd_output_line(m, m, v, y);
#pragma GCC unroll 4
        for (int i = 0; i < m; i++) part[i][j] = y[i];
    }
#pragma GCC unroll 4
    for (int i = 0; i < m; i++) {
        Vector sums[4];
        if (i >= rows) break;
        winograd_output_line(m, m, part[i], sums);
        if (q->scale) {
            Vector scale = vector_load(q->scale + k), shift = vector_load(q->shift + k);
#pragma GCC unroll 4
            for (int j = 0; j < m; j++) sums[j] = sums[j] * scale + shift;
        }
        winograd_output_row(m, q, sums, place->at + (size_t)i * row_step + k, columns);
    }
}

INLINE void winograd_output_tiles(const int m, const WinogradOutput *q) {
    for (int t = q->begin; t < q->end; t++) {
        const WinogradPlace place = winograd_place(m, q->map, t);
        const real *from = q->m + (size_t)(t - q->begin) * q->step;
        for (size_t k = 0; k < (size_t)q->columns; k += LANES)
            if (place.rows >= m && place.columns >= m)
                winograd_output_vector(m, true, q, from, &place, k);
            else
                winograd_output_vector(m, false, q, from, &place, k);
    }
}

static void winograd_output(const WinogradOutput *q) {
    if (q->map->size == 2)
        winograd_output_tiles(2, q);
    else
        winograd_output_tiles(4, q);
}
