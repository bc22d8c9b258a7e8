/* Whatever the number of threads, every operator writes the same bits: over shapes that are large enough to be divided
 * among them, and that they do not divide evenly. */
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/kernel/kernel.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/op_fixture.h"

enum { THREADS_MAX = 3 };

#define CONV(channels_, kernel_, stride_)                                                                    \
    {                                                                                                        \
        .kind = OP_CONV2D, .channels = channels_, .kernel_h = kernel_, .kernel_w = kernel_,                  \
        .stride = stride_, .pad = kernel_ / 2                                                                \
    }

static const OpFixtureConfig cases[] = {
    {.op = CONV(64, 7, 2), .x = {{1, 3, 75, 70}}},
    {.op = CONV(16, 3, 1), .x = {{1, 16, 32, 33}}, .batch = 7},
    {.op = CONV(32, 3, 2), .x = {{1, 16, 32, 33}}, .batch = 7},
    {.op = CONV(64, 3, 1), .x = {{1, 64, 29, 27}}, .batch = 2},
    {.op = CONV(256, 3, 1), .x = {{1, 256, 7, 7}}},
    {.op = CONV(256, 3, 2), .x = {{1, 128, 14, 14}}},
    {.op = CONV(256, 1, 1), .x = {{1, 64, 29, 27}}, .batch = 2},
    {.op = CONV(256, 1, 2), .x = {{1, 128, 15, 14}}},
    {.op = {.kind = OP_BATCH_NORM}, .x = {{1, 16, 33, 32}}, .batch = 5, .batch_statistics = true},
    {.op = {.kind = OP_BATCH_NORM}, .x = {{1, 20, 33, 32}}, .batch = 3, .batch_statistics = true},
    {.op = {.kind = OP_BATCH_NORM}, .x = {{1, 256, 27, 14}}, .batch = 3, .batch_statistics = true},
    {.op = {.kind = OP_MAX_POOL, .kernel_h = 3, .kernel_w = 3, .stride = 2, .pad = 1},
     .x = {{1, 64, 57, 56}},
     .batch = 2},
    {.op = {.kind = OP_SHORTCUT_A, .channels = 32, .stride = 2}, .x = {{1, 16, 32, 32}}, .batch = 7},
    {.op = {.kind = OP_AVG_POOL}, .x = {{1, 520, 7, 7}}, .batch = 3},
    {.op = {.kind = OP_LINEAR, .channels = 1000}, .x = {{1, 512, 1, 1}}, .batch = 1},
    {.op = {.kind = OP_LINEAR, .channels = 1000}, .x = {{1, 520, 1, 1}}, .batch = 7},
    {.op = {.kind = OP_LINEAR, .channels = 10}, .x = {{1, 64, 1, 1}}, .batch = 16},
    {.op = {.kind = OP_CROSS_ENTROPY}, .x = {{1, 1000, 1, 1}}, .batch = 9},
    {.op = {.kind = OP_RELU}, .x = {{1, 64, 29, 27}}, .batch = 2},
    {.op = {.kind = OP_ADD}, .x = {{1, 64, 29, 27}, {1, 64, 29, 27}}, .batch = 2},
};

/* All that the operator has written, one after the other. */
typedef struct Written {
    real *values;
    size_t count;
} Written;

static void append(Written *out, const real *from, size_t count) {
    if (!from) return;
    out->values = realloc(out->values, (out->count + count) * sizeof *out->values);
    assert_non_null(out->values);
    memcpy(out->values + out->count, from, count * sizeof *from);
    out->count += count;
}

static Written run_with(const OpFixtureConfig *config, int threads) {
    OpFixture f = op_fixture_new(config);
    Written out = {0};
    subject_note(SUBJECT_OPERATOR, "%s of (%d,%d,%d,%d), %d threads", f.spec->name, config->batch,
                 config->x[0].c, config->x[0].h, config->x[0].w, threads);
    op_fixture_forward(&f);
    append(&out, f.y, f.y_count);
    op_fixture_backward(&f);
    append(&out, f.run.dx[0], f.x_count[0]);
    for (int k = 0; k < f.op.param_count; k++) append(&out, f.run.dw[k], f.w_count[k]);
    op_fixture_free(&f);
    return out;
}

static void check(OpFixtureConfig config) {
    parallel_set_threads(1);
    Written alone = run_with(&config, 1);
    for (int threads = 2; threads <= THREADS_MAX; threads++) {
        parallel_set_threads(threads);
        Written shared = run_with(&config, threads);
        assert_int_equal(shared.count, alone.count);
        assert_memory_equal(shared.values, alone.values, alone.count * sizeof *alone.values);
        free(shared.values);
    }
    free(alone.values);
}

/* By every set of kernels that this processor has, and without any. */
static void threads_change_no_bit(void **state) {
    static const char *const kernels[] = {"openblas", "generic", "avx2", "avx512"};
    (void)state;
    int before = parallel_threads();
    for (size_t set = 0; set < sizeof kernels / sizeof kernels[0]; set++) {
        if (!kernel_choose(kernels[set], NULL)) continue;
        for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
            OpFixtureConfig config = cases[k];
            config.dx_adds = (k + set) % 2;
            check(config);
        }
    }
    parallel_set_threads(before);
    kernel_choose(NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_no_bit),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
