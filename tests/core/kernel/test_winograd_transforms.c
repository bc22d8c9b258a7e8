/* The five transforms of core/kernel/winograd.h, alone, in every instruction set that this processor has: against
 * the matrices of Toom and Cook, built here in double from the points. What a compiler gets wrong in one
 * transform can cancel in a whole convolution of random numbers. */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "tests/support/assert_close.h"

/* Of the largest component: two passes of at most five roundings of 6e-8. A wrong constant is 1e-2. */
static const double TOLERANCE = 1e-6;

enum { N_MAX = 6, COMPONENTS_MAX = N_MAX * N_MAX, CHANNELS = 32, STEP = CHANNELS + 3 };
enum { PLANE = 2 * STEP + 5, COUNT = COMPONENTS_MAX * PLANE };

/* F(m x m, 3x3): n points, infinity among them. */
typedef struct Matrices {
    int m, n;
    double at[N_MAX][N_MAX], g[N_MAX][N_MAX], bt[N_MAX][N_MAX];
    double a3t[N_MAX][N_MAX], gm[N_MAX][N_MAX]; /* of F(3x3, m x m) */
} Matrices;

/* Coefficients of the product over the points q, except number `left_out`, of (z - q), lowest power first. */
static void product_of_others(const double *points, int count, int left_out, double *out) {
    memset(out, 0, N_MAX * sizeof *out);
    out[0] = 1;
    for (int k = 0; k < count; k++) {
        if (k == left_out) continue;
        for (int j = N_MAX - 1; j >= 0; j--) out[j] = (j > 0 ? out[j - 1] : 0) - points[k] * out[j];
    }
}

static Matrices matrices_of(int m) {
    static const double points[] = {0, 0.625, -0.625, 1.5, -1.5}, few[] = {0, 1, -1};
    const double *p = m == 2 ? few : points;
    Matrices out = {.m = m, .n = m + 2};
    for (int i = 0; i < out.n - 1; i++) {
        product_of_others(p, out.n - 1, i, out.bt[i]);
        double share = 1;
        for (int k = 0; k < out.n - 1; k++) share *= k == i ? 1 : p[i] - p[k];
        for (int j = 0; j < 3; j++) out.g[i][j] = pow(p[i], j);
        for (int j = 0; j < m; j++) out.at[j][i] = pow(p[i], j) / share;
        for (int j = 0; j < 3; j++) out.a3t[j][i] = pow(p[i], j) / share;
        for (int j = 0; j < m; j++) out.gm[i][j] = pow(p[i], j);
    }
    product_of_others(p, out.n - 1, -1, out.bt[out.n - 1]);
    out.g[out.n - 1][2] = out.at[m - 1][out.n - 1] = 1;
    out.gm[out.n - 1][m - 1] = out.a3t[2][out.n - 1] = 1;
    return out;
}

/* One element of left * middle * leftᵀ, left (?,inner). */
static double sandwich(double left[N_MAX][N_MAX], int inner, const double *middle, int i, int j) {
    double sum = 0;
    for (int r = 0; r < inner; r++)
        for (int s = 0; s < inner; s++) sum += left[i][r] * middle[r * inner + s] * left[j][s];
    return sum;
}

typedef struct Numbers {
    real in[COUNT], out[COUNT], zeros[N_MAX * CHANNELS];
} Numbers;

static void fill(Numbers *numbers) {
    Rng rng;
    rng_init(&rng, 15);
    for (int j = 0; j < COUNT; j++) numbers->in[j] = (real)rng_normal(&rng), numbers->out[j] = (real)NAN;
}

static double largest_of(const double *values, int count) {
    double largest = 0;
    for (int j = 0; j < count; j++) largest = fmax(largest, fabs(values[j]));
    return largest;
}

/* Components of channel c, beginning at `actual`, against what they should be. */
static void check(const char *what, const Kernels *set, const real *actual, const double *expected,
                  const Matrices *q) {
    const int count = q->n * q->n;
    const double tolerance = TOLERANCE * largest_of(expected, count);
    for (int j = 0; j < count; j++)
        if (!(fabs((double)actual[j * PLANE] - expected[j]) <= tolerance))
            fail_msg("%s, %s, m %d: component (%d,%d) is %.9g, expected %.9g", set->name, what, q->m,
                     j / q->n, j % q->n, (double)actual[j * PLANE], expected[j]);
}

/* The second of two tiles side by side, so that it lies inside the map at all sides but one. */
static void check_input(const Kernels *set, Matrices *q, Numbers *numbers) {
    const WinogradMap map = {
        .size = q->m, .h = q->n, .w = q->n + q->m, .c = CHANNELS, .across = 2, .down = 1};
    const WinogradInput input = {.map = &map,
                                 .x = numbers->in,
                                 .zeros = numbers->zeros,
                                 .v = numbers->out,
                                 .plane = PLANE,
                                 .step = STEP,
                                 .begin = 1,
                                 .end = 2};
    fill(numbers);
    set->winograd_input(&input);
    for (int c = 0; c < CHANNELS; c++) {
        double patch[COMPONENTS_MAX], expected[COMPONENTS_MAX];
        for (int j = 0; j < q->n * q->n; j++)
            patch[j] = (double)numbers->in[(j / q->n * map.w + q->m + j % q->n) * CHANNELS + c];
        for (int j = 0; j < q->n * q->n; j++) expected[j] = sandwich(q->bt, q->n, patch, j / q->n, j % q->n);
        check("input", set, numbers->out + c, expected, q);
    }
}

static void check_weights(const Kernels *set, Matrices *q, Numbers *numbers) {
    const WinogradWeights weights = {.size = q->m,
                                     .channels = 2,
                                     .columns = CHANNELS,
                                     .w = numbers->in,
                                     .w_tap = 2 * CHANNELS + 1,
                                     .w_step = CHANNELS,
                                     .u = numbers->out,
                                     .panel = CHANNELS / 2,
                                     .panel_step = CHANNELS,
                                     .plane = PLANE};
    fill(numbers);
    set->winograd_weights(&weights);
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < CHANNELS; k++) {
            double taps[9], expected[COMPONENTS_MAX];
            for (int t = 0; t < 9; t++)
                taps[t] = (double)numbers->in[(size_t)t * weights.w_tap + (size_t)(c * CHANNELS + k)];
            for (int j = 0; j < q->n * q->n; j++) expected[j] = sandwich(q->g, 3, taps, j / q->n, j % q->n);
            check("weights", set, numbers->out + k / 16 * CHANNELS + c * 16 + k % 16, expected, q);
        }
}

/* What of a tile lies outside the map must not be written. */
static void check_output(const Kernels *set, Matrices *q, Numbers *numbers, int rows, int columns) {
    const WinogradMap map = {.size = q->m, .oh = rows, .ow = columns, .k = CHANNELS, .across = 1, .down = 1};
    const WinogradOutput output = {.map = &map,
                                   .m = numbers->in,
                                   .plane = PLANE,
                                   .step = STEP,
                                   .y = numbers->out,
                                   .begin = 0,
                                   .end = 1,
                                   .columns = CHANNELS};
    fill(numbers);
    set->winograd_output(&output);
    for (int k = 0; k < CHANNELS; k++) {
        double sums[COMPONENTS_MAX], largest;
        for (int j = 0; j < q->n * q->n; j++) sums[j] = (double)numbers->in[j * PLANE + k];
        largest = largest_of(sums, q->n * q->n);
        for (int j = 0; j < rows * columns; j++)
            assert_close(numbers->out[j * CHANNELS + k],
                         sandwich(q->at, q->n, sums, j / columns, j % columns), 4 * TOLERANCE * largest);
    }
    for (int j = rows * columns * CHANNELS; j < COUNT; j++) assert_true(isnan((double)numbers->out[j]));
}

/* What of a tile lies outside the map counts as 0, whatever is there. */
static void check_dy(const Kernels *set, Matrices *q, Numbers *numbers, int rows, int columns) {
    const WinogradMap map = {.size = q->m, .oh = rows, .ow = columns, .k = CHANNELS, .across = 1, .down = 1};
    const WinogradDy dy = {.map = &map,
                           .dy = numbers->in,
                           .u = numbers->out,
                           .plane = PLANE,
                           .step = STEP,
                           .begin = 0,
                           .end = 1};
    fill(numbers);
    set->winograd_dy(&dy);
    for (int k = 0; k < CHANNELS; k++) {
        double tile[COMPONENTS_MAX] = {0}, expected[COMPONENTS_MAX];
        for (int j = 0; j < rows * columns; j++)
            tile[j / columns * q->m + j % columns] = (double)numbers->in[j * CHANNELS + k];
        for (int j = 0; j < q->n * q->n; j++) expected[j] = sandwich(q->gm, q->m, tile, j / q->n, j % q->n);
        check("dy", set, numbers->out + k, expected, q);
    }
}

/* Two channels, in place of what was there or added to it. */
static void check_dw(const Kernels *set, Matrices *q, Numbers *numbers, bool add) {
    const WinogradDw dw = {.size = q->m,
                           .channels = 2,
                           .columns = CHANNELS,
                           .u = numbers->in,
                           .plane = PLANE,
                           .step = STEP,
                           .w = numbers->out,
                           .w_tap = 2 * CHANNELS + 1,
                           .w_step = CHANNELS,
                           .add = add};
    fill(numbers);
    for (int j = 0; add && j < COUNT; j++) numbers->out[j] = (real)(j % 7);
    set->winograd_dw(&dw);
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < CHANNELS; k++) {
            double sums[COMPONENTS_MAX];
            for (int j = 0; j < q->n * q->n; j++) sums[j] = (double)numbers->in[j * PLANE + c * STEP + k];
            const double tolerance = 4 * TOLERANCE * fmax(7, largest_of(sums, q->n * q->n));
            for (int t = 0; t < 9; t++) {
                const int at = t * (int)dw.w_tap + c * CHANNELS + k;
                assert_close(numbers->out[at],
                             sandwich(q->a3t, q->n, sums, t / 3, t % 3) + (add ? at % 7 : 0), tolerance);
            }
        }
}

static void transforms_are_the_matrices(void **state) {
    Numbers *numbers = *state;
    for (int k = 0; kernel_available(k); k++)
        for (int m = 2; m <= 4; m += 2) {
            Matrices matrices = matrices_of(m);
            check_input(kernel_available(k), &matrices, numbers);
            check_weights(kernel_available(k), &matrices, numbers);
            for (int rows = 1; rows <= m; rows++)
                for (int columns = 1; columns <= m; columns++) {
                    check_output(kernel_available(k), &matrices, numbers, rows, columns);
                    check_dy(kernel_available(k), &matrices, numbers, rows, columns);
                }
            check_dw(kernel_available(k), &matrices, numbers, false);
            check_dw(kernel_available(k), &matrices, numbers, true);
        }
}

/* The oracle itself: one tile, one channel, by the matrices and by the formula. */
static void the_matrices_are_a_convolution(void **state) {
    (void)state;
    Rng rng;
    rng_init(&rng, 3);
    for (int m = 2; m <= 4; m += 2) {
        Matrices q = matrices_of(m);
        double d[COMPONENTS_MAX], g[9], product[COMPONENTS_MAX];
        for (int j = 0; j < q.n * q.n; j++) d[j] = rng_normal(&rng);
        for (int j = 0; j < 9; j++) g[j] = rng_normal(&rng);
        for (int j = 0; j < q.n * q.n; j++)
            product[j] = sandwich(q.g, 3, g, j / q.n, j % q.n) * sandwich(q.bt, q.n, d, j / q.n, j % q.n);
        for (int i = 0; i < m * m; i++) {
            double sum = 0;
            for (int t = 0; t < 9; t++) sum += g[t] * d[(i / m + t / 3) * q.n + i % m + t % 3];
            assert_close(sandwich(q.at, q.n, product, i / m, i % m), sum, 1e-12); /* rounding of doubles */
        }
    }
}

/* The same for the gradient of the weights: 3x3 sums over m x m numbers of dy. */
static void the_matrices_are_a_gradient(void **state) {
    (void)state;
    Rng rng;
    rng_init(&rng, 4);
    for (int m = 2; m <= 4; m += 2) {
        Matrices q = matrices_of(m);
        double d[COMPONENTS_MAX], dy[COMPONENTS_MAX], product[COMPONENTS_MAX];
        for (int j = 0; j < q.n * q.n; j++) d[j] = rng_normal(&rng), dy[j] = rng_normal(&rng);
        for (int j = 0; j < q.n * q.n; j++)
            product[j] = sandwich(q.gm, m, dy, j / q.n, j % q.n) * sandwich(q.bt, q.n, d, j / q.n, j % q.n);
        for (int t = 0; t < 9; t++) {
            double sum = 0;
            for (int i = 0; i < m * m; i++) sum += dy[i] * d[(i / m + t / 3) * q.n + i % m + t % 3];
            assert_close(sandwich(q.a3t, q.n, product, t / 3, t % 3), sum, 1e-12); /* rounding of doubles */
        }
    }
}

static int setup(void **state) {
    *state = calloc(1, sizeof(Numbers));
    return *state ? 0 : 1;
}

static int teardown(void **state) {
    free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_matrices_are_a_convolution),
        cmocka_unit_test(the_matrices_are_a_gradient),
        cmocka_unit_test(transforms_are_the_matrices),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
