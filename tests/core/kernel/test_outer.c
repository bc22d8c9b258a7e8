/* The product that adds up over pixels, of every instruction set that this processor has, against plain loops in
 * double. */
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/kernel/kernel.h"
#include "tests/support/assert_close.h"

/* Sums of up to 30 products below 1, each rounded once or twice: measured up to 2e-7 of the largest; a lost term or a
 * wrong one is 1e-2 and more. */
static const double TOLERANCE = 2e-6;

enum { IMAGES = 2, ROWS = 3, PIXELS = 5, CHANNELS = 27, COLUMNS = 80, STEP = 96 };
enum { X_COUNT = 3 * IMAGES * ROWS * PIXELS * CHANNELS, DY_COUNT = 3 * IMAGES * ROWS * PIXELS * COLUMNS };

typedef struct Numbers {
    real x[X_COUNT], dy[DY_COUNT], before[CHANNELS * STEP];
    _Alignas(64) real sums[CHANNELS * STEP];
} Numbers;

static void fill(Rng *rng, real *values, size_t count) {
    for (size_t j = 0; j < count; j++) values[j] = (real)(rng_uniform(rng) * 2 - 1);
}

static int begin(void **state) {
    Numbers *n = aligned_alloc(64, sizeof *n);
    assert_non_null(n);
    Rng rng;
    rng_init(&rng, 16);
    fill(&rng, n->x, X_COUNT);
    fill(&rng, n->dy, DY_COUNT);
    fill(&rng, n->before, CHANNELS * STEP);
    *state = n;
    return 0;
}

static int end(void **state) {
    free(*state);
    return 0;
}

/* Every second pixel of x, rows with something between them. */
static Outer outer_of(Numbers *n, int channels, int columns, bool add) {
    return (Outer){.at = {.images = IMAGES,
                          .rows = ROWS,
                          .pixels = PIXELS,
                          .x_image = (2 * PIXELS + 1) * CHANNELS * ROWS,
                          .x_row = (2 * PIXELS + 1) * CHANNELS,
                          .x_pixel = 2 * CHANNELS,
                          .dy_image = (PIXELS + 2) * COLUMNS * ROWS + 7,
                          .dy_row = (PIXELS + 2) * COLUMNS,
                          .dy_pixel = COLUMNS},
                   .x = n->x,
                   .dy = n->dy,
                   .sums = n->sums,
                   .step = STEP,
                   .channels = channels,
                   .columns = columns,
                   .add = add};
}

/* The formula of core/kernel/kernel.h for one element. */
static double expected(const Outer *q, int c, int k) {
    double sum = 0;
    for (size_t i = 0; i < (size_t)q->at.images; i++)
        for (size_t r = 0; r < (size_t)q->at.rows; r++)
            for (size_t p = 0; p < (size_t)q->at.pixels; p++)
                sum += (double)q->x[i * q->at.x_image + r * q->at.x_row + p * q->at.x_pixel + (size_t)c] *
                       (double)q->dy[i * q->at.dy_image + r * q->at.dy_row + p * q->at.dy_pixel + (size_t)k];
    return sum;
}

/* What is not asked for must stay as it was. */
static void check(const Kernels *set, Numbers *n, Outer q) {
    static double sums[CHANNELS][COLUMNS];
    double largest = 0;
    memcpy(n->sums, n->before, sizeof n->sums);
    set->outer(&q);
    for (int c = 0; c < q.channels; c++)
        for (int k = 0; k < q.columns; k++) {
            sums[c][k] = expected(&q, c, k) + (q.add ? (double)n->before[c * STEP + k] : 0);
            largest = fmax(largest, fabs(sums[c][k]));
        }
    for (int at = 0; at < CHANNELS * STEP; at++) {
        const int c = at / STEP, k = at % STEP;
        const bool asked = c < q.channels && k < q.columns;
        const double value = asked ? sums[c][k] : (double)n->before[at];
        if (!(fabs((double)n->sums[at] - value) <= (asked ? TOLERANCE * largest : 0)))
            fail_msg(
                "%s: sum of channel %d, column %d is %.9g, expected %.9g: %d channels, %d columns, add %d",
                set->name, c, k, (double)n->sums[at], value, q.channels, q.columns, q.add);
    }
}

/* All heights of tiles under all widths of panels, and what they leave over. */
static void sums_of_all_sizes(void **state) {
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        for (int columns = 1; columns <= set->columns; columns++) {
            const int step = columns % set->lanes == 0 ? 1 : 7;
            for (int channels = 1; channels <= CHANNELS; channels += step)
                for (int stream = 0; stream < 2; stream++) {
                    Outer q = outer_of(*state, channels, columns, (columns + channels) % 2);
                    q.stream = stream;
                    check(set, *state, q);
                }
        }
    }
}

/* An element is one chain of sums: the same to the last bit wherever it lies in a tile. */
static void neighbours_do_not_matter(void **state) {
    Numbers *n = *state;
    for (int k = 0; kernel_available(k); k++) {
        const Kernels *set = kernel_available(k);
        Outer q = outer_of(n, CHANNELS, set->columns, false);
        set->outer(&q);
        const real last = n->sums[(CHANNELS - 1) * STEP + set->lanes - 1];
        q = outer_of(n, 1, set->lanes, false);
        q.x += CHANNELS - 1;
        set->outer(&q);
        assert_true(n->sums[set->lanes - 1] == last);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_of_all_sizes),
        cmocka_unit_test(neighbours_do_not_matter),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
