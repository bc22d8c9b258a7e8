/* Squares of LANES rows and columns whose rows become columns, in registers. */

#if !defined(__clang__)
typedef __typeof__((Vector){0} < (Vector){0}) Lanes;

/* Columns whose number has the bit `width` change places with those of the row that is `width` further on: after all
 * powers of two element (i,j) has come to (j,i). */
INLINE void turn_step(Vector *row, const int width) {
    Lanes low, high;
#pragma GCC unroll 16
    for (int j = 0; j < LANES; j++) {
        low[j] = j & width ? LANES + j - width : j;
        high[j] = j & width ? LANES + j : j + width;
    }
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) {
        if (i & width) continue;
        const Vector first = row[i], second = row[i + width];
        row[i] = __builtin_shuffle(first, second, low);
        row[i + width] = __builtin_shuffle(first, second, high);
    }
}

/* to[j,i] = from[i,j]; i, j < LANES, rows `from_step` and `to_step` elements apart. */
INLINE void turn_square(const real *from, size_t from_step, real *to, size_t to_step) {
    Vector row[LANES];
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) row[i] = vector_load(from + (size_t)i * from_step);
    if (LANES > 1) turn_step(row, 1);
    if (LANES > 2) turn_step(row, 2);
    if (LANES > 4) turn_step(row, 4);
    if (LANES > 8) turn_step(row, 8);
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) vector_store(to + (size_t)i * to_step, row[i]);
}
#else
/* clang takes no shuffle whose places are computed. */
INLINE void turn_square(const real *from, size_t from_step, real *to, size_t to_step) {
    for (int i = 0; i < LANES; i++)
        for (int j = 0; j < LANES; j++)
            to[(size_t)j * to_step + (size_t)i] = from[(size_t)i * from_step + (size_t)j];
}
#endif
