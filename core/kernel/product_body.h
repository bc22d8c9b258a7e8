/* Product of core/kernel/kernel.h. A tile of `pixels` by `vectors` sums stays in registers while all taps and
 * channels are added up: for every row of the panel `vectors` loads of weights, `pixels` numbers of x spread
 * over a vector each, and pixels*vectors multiply-adds. With 6 by 4 that is 24 of the 32 registers of AVX-512,
 * with 6 by 2 12 of 16; the narrower panels of few output channels take 8 pixels, so that a sum is
 * not waited for. The loops over a tile have to be unrolled, or the sums live in memory. */
enum {
    PRODUCT_PIXELS = 6,
    PRODUCT_MANY = 8,
    PRODUCT_SUMS = PRODUCT_PIXELS * VECTORS,
    WIDTH = VECTORS * LANES
};
/* The next panel is carried by the first CARRYING tiles, a cache line of it with every ROWS_A_LINE rows that are added
 * up: always 24 vector multiply-adds. It is asked for FETCHED lines before. A panel that is narrower than a line is
 * not carried. */
enum {
    LINE_BYTES = 64,
    LINE = LINE_BYTES / sizeof(real),
    LINES = WIDTH > LINE ? WIDTH / LINE : 1,
    CARRYING = WIDTH < LINE ? 0 : 4,
    ROWS_A_LINE = 4 / LINES,
    FETCHED = 64
};
_Static_assert(PRODUCT_MANY *(VECTORS / 2) <= PRODUCT_SUMS, "many pixels of few vectors have room");

/* The lines that a tile fetches, one for each row that it adds up: none is the first weight again and again. After
 * `rows` rows of a tap come those that lie `next` bytes further on. */
typedef struct Ahead {
    const char *from;
    size_t step, rows, next;
} Ahead;

INLINE Ahead later_of(const Product *q, int tile) {
    const size_t rows = (size_t)q->channels, step = (size_t)q->later_lines * LINE_BYTES;
    if (tile >= q->later_lines) return (Ahead){(const char *)q->w, 0, rows, 0};
    return (Ahead){(const char *)q->later + tile * LINE_BYTES, step, rows, rows * step};
}

INLINE Ahead ahead_of(const Product *q, int tile) {
    const size_t rows = (size_t)q->channels;
    const char *from = q->ahead;
    if (tile >= q->ahead_lines) return later_of(q, tile - q->ahead_lines);
    if (q->ahead_rows == 0)
        return (Ahead){from + tile * LINE_BYTES, q->ahead_step, rows, rows * q->ahead_step};
    const int lines = q->taps * (q->channels / q->ahead_rows);
    return (Ahead){from + tile * lines * LINE_BYTES, tile * lines < q->ahead_lines ? q->ahead_step : 0,
                   (size_t)q->ahead_rows, LINE_BYTES};
}

/* sum[p,k] += from[p,k], for a tile whose pixels are `step` elements apart there. */
INLINE void product_add(Vector *sum, const real *from, size_t step, const int pixels, const int vectors) {
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++)
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++)
            sum[p * vectors + v] += vector_load(from + (size_t)p * step + v * LANES);
}

/* What is asked for beside the sum itself, see Product; `first` is the first pixel of the tile. */
INLINE void product_finish(const Product *q, Vector *sum, int first, const int pixels, const int vectors) {
    const size_t place = (size_t)first;
    if (q->begin) product_add(sum, q->begin + place * q->begin_step, q->begin_step, pixels, vectors);
    if (q->scale) {
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++) {
            Vector scale = vector_load(q->scale + v * LANES), shift = vector_load(q->shift + v * LANES);
#pragma GCC unroll 16
            for (int p = 0; p < pixels; p++) sum[p * vectors + v] = sum[p * vectors + v] * scale + shift;
        }
    }
    if (q->addend) product_add(sum, q->addend + place * q->y_step, q->y_step, pixels, vectors);
    if (q->relu) {
#pragma GCC unroll 32
        for (int j = 0; j < pixels * vectors; j++) sum[j] = vector_relu(sum[j]);
    }
}

/* One row of the panel, the weights of one channel under one tap: its products with that channel of every pixel go
 * to the sums, output channels side by side in vectors.
 *   sum[p,k] += x[p][c] * w[k] */
INLINE void product_row(Vector *sum, const real *const *x, size_t c, const real *w, int pixels, int vectors) {
    Vector weight[VECTORS];
#pragma GCC unroll 16
    for (int v = 0; v < vectors; v++) weight[v] = vector_load(w + v * LANES);
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++) {
        const Vector value = x[p][c] - (Vector){0};
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++) sum[p * vectors + v] += value * weight[v];
    }
}

/* What tile number `tile` carries: `rows` lines, each of one row. */
typedef struct Carry {
    const real *from;
    real *to;
    size_t from_step;
    int rows;
} Carry;

INLINE Carry carry_of(const Product *q, int tile) {
    const int rows = q->taps * (q->channels / ROWS_A_LINE), row = tile / LINES * rows,
              line = tile % LINES * LINE;
    const Panel *next = q->next;
    return (Carry){next->from + (size_t)row * next->from_step + line, next->to + row * WIDTH + line,
                   next->from_step, rows};
}

INLINE void carry_line(Carry *carry) {
    __builtin_prefetch(carry->from + FETCHED * carry->from_step, 0, 2);
    for (int k = 0; k < LINE; k += LANES) vector_store(carry->to + k, vector_load(carry->from + k));
    carry->from += carry->from_step;
    carry->to += WIDTH;
}

/* Pixels first .. first + pixels-1, `vectors` vectors of output channels. */
INLINE void product_tile(const Product *q, int first, const int pixels, const int vectors,
                         const bool carries) {
    const Ahead hint = ahead_of(q, first / pixels);
    Carry carry = {0};
    if (carries) carry = carry_of(q, first / pixels);
    Vector sum[PRODUCT_SUMS];
    real *y = q->y + (size_t)first * q->y_step;
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++)
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++) {
            __builtin_prefetch(y + (size_t)p * q->y_step + v * LANES, 1);
            sum[p * vectors + v] = (Vector){0};
        }
    const real *w = q->w;
    const char *ahead = hint.from;
    const size_t channels = (size_t)q->channels, w_step = q->w_step, ahead_step = hint.step;
    for (int t = 0; t < q->taps; t++) {
        const real *x[PRODUCT_MANY];
#pragma GCC unroll 16
        for (int p = 0; p < pixels; p++) {
            x[p] = q->x[(size_t)t * q->x_step + (size_t)(first + p)] + q->x_first;
            /* One register each: gcc would add x_first anew for every channel, and run out of them. */
            __asm__("" : "+r"(x[p]));
        }
        size_t c = 0;
        for (; carries && c + ROWS_A_LINE <= channels; c += ROWS_A_LINE) {
            carry_line(&carry);
#pragma GCC unroll 4
            for (size_t k = 0; k < ROWS_A_LINE; k++, w += w_step)
                product_row(sum, x, c + k, w, pixels, vectors);
        }
        for (; carries && c < channels; c++, w += w_step) product_row(sum, x, c, w, pixels, vectors);
        while (c < channels) {
            const size_t end = c + hint.rows < channels ? c + hint.rows : channels;
            for (const char *line = ahead; c < end; c++, w += w_step, line += ahead_step) {
                __builtin_prefetch(line, 0, 2);
                product_row(sum, x, c, w, pixels, vectors);
            }
            ahead += hint.next;
        }
    }
    product_finish(q, sum, first, pixels, vectors);
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++)
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++)
            vector_store(y + (size_t)p * q->y_step + v * LANES, sum[p * vectors + v]);
}

/* How many tiles carry: as far as there are whole ones, where the next panel is as wide as this one and long enough for
 * what they bring. */
INLINE int product_carrying(const Product *q) {
    const Panel *next = q->next;
    if (!next || q->chain > 0 || q->columns != WIDTH || next->columns != WIDTH ||
        next->rows < q->taps * q->channels)
        return 0;
    int tiles = q->pixels / PRODUCT_PIXELS;
    return tiles < CARRYING ? tiles : CARRYING;
}

/* The next tile; returns how many pixels it had. What is left is shared evenly: tiles of five lose nothing to those of
 * six, one of a single pixel does. */
INLINE int product_tiles(const Product *q, int first, const int vectors) {
    int left = q->pixels - first;
    if (vectors == VECTORS && first < PRODUCT_PIXELS * product_carrying(q)) {
        product_tile(q, first, PRODUCT_PIXELS, vectors, true);
        return PRODUCT_PIXELS;
    }
    if (vectors <= VECTORS / 2 && left >= PRODUCT_MANY) {
        product_tile(q, first, PRODUCT_MANY, vectors, false);
        return PRODUCT_MANY;
    }
    int tiles = (left + PRODUCT_PIXELS - 1) / PRODUCT_PIXELS;
    switch ((left + tiles - 1) / tiles) {
    case 1: product_tile(q, first, 1, vectors, false); return 1;
    case 2: product_tile(q, first, 2, vectors, false); return 2;
    case 3: product_tile(q, first, 3, vectors, false); return 3;
    case 4: product_tile(q, first, 4, vectors, false); return 4;
    case 5: product_tile(q, first, 5, vectors, false); return 5;
    default: product_tile(q, first, PRODUCT_PIXELS, vectors, false); return PRODUCT_PIXELS;
    }
}

#if VECTORS == 4
/* A tile with two sums of each element, that of a chain and that of the chains: half as many vectors fit. */
INLINE void product_chains(const Product *q, int first, const int pixels, const int vectors) {
    const Ahead hint = ahead_of(q, first / PRODUCT_PIXELS);
    Vector sum[PRODUCT_SUMS], total[PRODUCT_SUMS];
#pragma GCC unroll 32
    for (int j = 0; j < pixels * vectors; j++) total[j] = (Vector){0};
    const real *w = q->w;
    const char *ahead = hint.from;
    const size_t channels = (size_t)q->channels, w_step = q->w_step;
    for (int t = 0; t < q->taps; t++) {
        const real *x[PRODUCT_PIXELS];
#pragma GCC unroll 16
        for (int p = 0; p < pixels; p++) {
            x[p] = q->x[(size_t)t * q->x_step + (size_t)(first + p)] + q->x_first;
            __asm__("" : "+r"(x[p]));
        }
        for (size_t c = 0, end = 0; c < channels;) {
            end = end + (size_t)q->chain < channels ? end + (size_t)q->chain : channels;
#pragma GCC unroll 32
            for (int j = 0; j < pixels * vectors; j++) sum[j] = (Vector){0};
            for (; c < end; c++, w += w_step) {
                __builtin_prefetch(ahead, 0, 2);
                ahead += hint.step;
                product_row(sum, x, c, w, pixels, vectors);
            }
#pragma GCC unroll 32
            for (int j = 0; j < pixels * vectors; j++) total[j] += sum[j];
        }
    }
    product_finish(q, total, first, pixels, vectors);
    real *y = q->y + (size_t)first * q->y_step;
#pragma GCC unroll 16
    for (int p = 0; p < pixels; p++)
#pragma GCC unroll 16
        for (int v = 0; v < vectors; v++)
            vector_store(y + (size_t)p * q->y_step + v * LANES, total[p * vectors + v]);
}

/* The next tile of chains; returns how many pixels it had. */
INLINE int product_chains_tiles(const Product *q, int first, const int vectors) {
    int left = q->pixels - first, tiles = (left + PRODUCT_PIXELS - 1) / PRODUCT_PIXELS;
    switch ((left + tiles - 1) / tiles) {
    case 1: product_chains(q, first, 1, vectors); return 1;
    case 2: product_chains(q, first, 2, vectors); return 2;
    case 3: product_chains(q, first, 3, vectors); return 3;
    case 4: product_chains(q, first, 4, vectors); return 4;
    case 5: product_chains(q, first, 5, vectors); return 5;
    default: product_chains(q, first, PRODUCT_PIXELS, vectors); return PRODUCT_PIXELS;
    }
}

/* The same product, `k` columns further on. */
static Product product_from(const Product *q, int k) {
    Product part = *q;
    part.w += k;
    part.y += k;
    part.columns -= k;
    if (part.begin) part.begin += k;
    if (part.addend) part.addend += k;
    if (part.scale) part.scale += k;
    if (part.shift) part.shift += k;
    if (k > 0) part.ahead_lines = part.later_lines = 0;
    return part;
}

/* All pixels under a panel of whole vectors, by chains. */
static void product_chained(const Product *q) {
    enum { PAIR = VECTORS / 2 };
    for (int k = 0; k < q->columns; k += PAIR * LANES) {
        const Product part = product_from(q, k);
        if (part.columns >= PAIR * LANES)
            for (int p = 0; p < q->pixels;) p += product_chains_tiles(&part, p, PAIR);
        else
            for (int p = 0; p < q->pixels;) p += product_chains_tiles(&part, p, 1);
    }
}
#else
/* The sums wait in y: there are no registers for two of each element. */
static void product_whole(const Product *q);
static void product_chained(const Product *q) {
    Product part = {.x_step = q->x_step,
                    .w = q->w,
                    .w_step = q->w_step,
                    .begin = q->begin,
                    .begin_step = q->begin_step,
                    .y = q->y,
                    .y_step = q->y_step,
                    .taps = 1,
                    .pixels = q->pixels,
                    .columns = q->columns,
                    .ahead = q->ahead,
                    .ahead_step = q->ahead_step,
                    .ahead_lines = q->ahead_lines};
    for (int t = 0; t < q->taps; t++)
        for (int c = 0; c < q->channels; c += q->chain) {
            part.x = q->x + (size_t)t * q->x_step;
            part.x_first = q->x_first + (size_t)c;
            part.channels = q->channels - c < q->chain ? q->channels - c : q->chain;
            if (t == q->taps - 1 && c + q->chain >= q->channels) {
                part.scale = q->scale;
                part.shift = q->shift;
                part.addend = q->addend;
                part.relu = q->relu;
            }
            product_whole(&part);
            part.w += (size_t)part.channels * q->w_step;
            part.ahead = (const char *)part.ahead + (size_t)part.channels * q->ahead_step;
            part.begin = q->y;
            part.begin_step = q->y_step;
        }
}
#endif

/* All pixels under a panel of whole vectors. */
static void product_whole(const Product *q) {
    if (q->chain > 0) {
        product_chained(q);
        return;
    }
    switch (q->columns / LANES) {
    case 1:
        for (int p = 0; p < q->pixels;) p += product_tiles(q, p, 1);
        break;
    case 2:
        for (int p = 0; p < q->pixels;) p += product_tiles(q, p, 2);
        break;
#if VECTORS == 4
    case 3:
        for (int p = 0; p < q->pixels;) p += product_tiles(q, p, 3);
        break;
    default:
        for (int p = 0; p < q->pixels;) p += product_tiles(q, p, 4);
        break;
#endif
    }
}

/* Between places that have `columns` elements a pixel and a buffer that has whole vectors. */
static void product_copy(real *to, size_t to_step, const real *from, size_t from_step, const Product *q) {
    for (int p = 0; p < q->pixels; p++)
        memcpy(to + (size_t)p * to_step, from + (size_t)p * from_step, (size_t)q->columns * sizeof *to);
}

/* The last columns do not fill a vector: computed beside y, a few pixels at a time. */
static void product_ragged(const Product *all) {
    real y[PRODUCT_PIXELS * WIDTH], addend[PRODUCT_PIXELS * WIDTH] = {0}, scale[WIDTH] = {0},
                                                            shift[WIDTH] = {0};
    Product part = *all, whole = *all;
    if (all->scale) {
        memcpy(scale, all->scale, (size_t)all->columns * sizeof *scale);
        memcpy(shift, all->shift, (size_t)all->columns * sizeof *shift);
        whole.scale = scale;
        whole.shift = shift;
    }
    whole.columns = (all->columns + LANES - 1) / LANES * LANES;
    whole.y = y;
    whole.y_step = WIDTH;
    whole.ahead_lines = whole.later_lines = 0;
    whole.next = NULL;
    memset(y, 0, sizeof y);
    for (int first = 0; first < all->pixels; first += PRODUCT_PIXELS) {
        int left = all->pixels - first;
        part.pixels = whole.pixels = left < PRODUCT_PIXELS ? left : PRODUCT_PIXELS;
        part.y = all->y + (size_t)first * all->y_step;
        if (all->addend) {
            product_copy(addend, WIDTH, all->addend + (size_t)first * all->y_step, all->y_step, &part);
            whole.addend = addend;
        }
        if (all->begin) {
            product_copy(y, WIDTH, all->begin + (size_t)first * all->begin_step, all->begin_step, &part);
            whole.begin = y;
            whole.begin_step = WIDTH;
        }
        whole.x = all->x + first;
        product_whole(&whole);
        product_copy(part.y, all->y_step, y, WIDTH, &part);
    }
}

/* Elements that lie side by side there are rows here, LANES of them at a time. */
static void panel_turned(const Panel *q) {
    enum { LINES_FETCHED = 2 };
    const int width = (q->columns + LANES - 1) / LANES * LANES;
    for (int row = 0; row < q->rows; row += LANES) {
        const int rows = q->rows - row < LANES ? q->rows - row : LANES;
        for (int k = 0; k < width; k += LANES) {
            const int columns = q->columns - k < LANES ? q->columns - k : LANES;
            const real *from = q->from + (size_t)k * q->from_step + row;
            real *to = q->to + (size_t)row * (size_t)width + k;
            if (rows == LANES && columns == LANES) {
                for (int j = 0; j < LANES; j++)
                    __builtin_prefetch(from + (size_t)j * q->from_step + LINES_FETCHED * LINE, 0, 2);
                turn_square(from, q->from_step, to, (size_t)width);
                continue;
            }
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < LANES; j++)
                    to[i * width + j] = j < columns ? from[(size_t)j * q->from_step + (size_t)i] : 0;
        }
    }
}

static void panel(const Panel *q) {
    if (q->turned) {
        panel_turned(q);
        return;
    }
    int whole = q->columns / LANES * LANES, width = (q->columns + LANES - 1) / LANES * LANES;
    real *to = q->to;
    const real *from = q->from;
    for (int row = 0; row < q->rows; row++, from += q->from_step, to += width) {
        for (int k = 0; k < whole; k += LINE) __builtin_prefetch(from + FETCHED * q->from_step + k, 0, 2);
        for (int k = 0; k < whole; k += LANES) vector_store(to + k, vector_load(from + k));
        if (whole < width) vector_store(to + whole, (Vector){0});
        for (int k = whole; k < q->columns; k++) to[k] = from[k];
    }
}

/* What no tile carried of the next panel. */
static void product_carry_rest(const Product *q) {
    int tiles = product_carrying(q);
    Panel rest = *q->next;
    for (int tile = tiles; tiles > 0 && tile < CARRYING; tile++) {
        Carry carry = carry_of(q, tile);
        for (int row = 0; row < carry.rows; row++) carry_line(&carry);
    }
    if (tiles > 0) {
        int done = q->taps * (q->channels / ROWS_A_LINE) * ROWS_A_LINE;
        rest.from += (size_t)done * rest.from_step;
        rest.to += done * rest.columns;
        rest.rows -= done;
    }
    panel(&rest);
}

static void product(const Product *q) {
    if (q->columns % LANES)
        product_ragged(q);
    else
        product_whole(q);
    if (q->next) product_carry_rest(q);
}
