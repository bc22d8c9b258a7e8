/* Matrix products by whichever of its kernels OpenBLAS has chosen. */
#include "core/tensor/gemm.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "tests/support/assert_close.h"

enum { SIZE = 40, STRIDE = SIZE + 3 };

static void fill(real *out, int count, Rng *rng) {
    for (int k = 0; k < count; k++) out[k] = (real)rng_normal(rng);
}

static double element(Matrix m, int row, int column) {
    return m.transposed ? m.data[column * m.stride + row] : m.data[row * m.stride + column];
}

/* c = a b, and with `add` c + a b, in every element; what lies between the rows of c stays as it is. */
static void check(GemmShape shape, Matrix a, Matrix b, bool add, Rng *rng) {
    real before[SIZE * STRIDE], after[SIZE * STRIDE];
    fill(before, SIZE * STRIDE, rng);
    memcpy(after, before, sizeof after);
    gemm(shape, a, b, after, STRIDE, add);
    for (int row = 0; row < SIZE; row++)
        for (int column = 0; column < STRIDE; column++) {
            double sum = before[row * STRIDE + column], size = 0;
            bool within = row < shape.rows && column < shape.cols;
            if (within && !add) sum = 0;
            for (int k = 0; within && k < shape.inner; k++) {
                double term = element(a, row, k) * element(b, k, column);
                sum += term;
                size += fabs(term);
            }
            /* A float32 sum of n terms in any order is off by at most n eps/2 of the sum of their sizes; 1e-6
             * for the addition to c. */
            double bound = shape.inner * 6e-8 * size + (within ? 1e-6 : 0);
            assert_close(after[row * STRIDE + column], sum, bound);
        }
}

static void every_shape_is_multiplied_whatever_the_kernel_s_tile(void **state) {
    (void)state;
    static const int sizes[] = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, SIZE};
    enum { COUNT = sizeof sizes / sizeof *sizes };
    real left[SIZE * STRIDE], right[SIZE * STRIDE];
    Rng rng;
    rng_init(&rng, 5);
    fill(left, SIZE * STRIDE, &rng);
    fill(right, SIZE * STRIDE, &rng);
    for (int kind = 0; kind < 8; kind++)
        for (int k = 0; k < COUNT; k++) {
            Matrix a = {.data = left, .stride = STRIDE, .transposed = kind & 1};
            Matrix b = {.data = right, .stride = STRIDE, .transposed = kind & 2};
            check((GemmShape){sizes[k], sizes[(k + 3) % COUNT], sizes[(k + 7) % COUNT]}, a, b, kind & 4,
                  &rng);
        }
}

/* Otherwise a run under several kernels would test one of them several times. */
static void the_kernel_is_the_one_asked_for(void **state) {
    (void)state;
    const char *asked = getenv("OPENBLAS_CORETYPE");
    if (!asked || !*asked) skip();
    assert_string_equal(gemm_core_name(), asked);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_is_multiplied_whatever_the_kernel_s_tile),
        cmocka_unit_test(the_kernel_is_the_one_asked_for),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
