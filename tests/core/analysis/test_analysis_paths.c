#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/inspect/vjp.h"
#include "core/tensor/gemm.h"
#include "tests/support/analysis_world.h"
#include "tests/support/assert_close.h"

enum { BLOCKS = 3, PATHS = 1 << BLOCKS };

/* Every path by itself: bit b of `path` says whether block b is passed through its branch. */
static void walk(const Vjp *vjp, const real *gradient, size_t count, int path, real *out, real *masked) {
    memcpy(out, gradient, count * sizeof *out);
    for (int b = BLOCKS - 1; b >= 0; b--) {
        vjp_mask(vjp, b, out, masked);
        if (path >> b & 1)
            vjp_branch(vjp, b, masked, out);
        else
            vjp_shortcut(vjp, b, masked, out);
    }
}

/* The share and the norm of each length, from all 2^3 paths. */
static void enumerate(const AnalysisWorld *world, double share[BLOCKS + 1], double norm[BLOCKS + 1]) {
    Error err = {0};
    Pass *pass = analysis_run_pass(&world->input, &err);
    Vjp *vjp = vjp_new(pass, &err);
    const Network *network = world->model->network;
    Tensor last = pass_grad(pass, network->blocks[BLOCKS - 1].output),
           first = pass_grad(pass, network->blocks[0].input);
    size_t count = shape_count(first.shape);
    real *out = calloc(count, sizeof *out), *masked = calloc(count, sizeof *masked);
    double *sum = calloc(count, sizeof *sum);
    for (int k = 0; k <= BLOCKS; k++) {
        memset(sum, 0, count * sizeof *sum);
        for (int path = 0; path < PATHS; path++) {
            if (__builtin_popcount((unsigned)path) != k) continue;
            walk(vjp, last.data, shape_count(last.shape), path, out, masked);
            for (size_t j = 0; j < count; j++) sum[j] += (double)out[j];
        }
        double dot = 0, square = 0;
        for (size_t j = 0; j < count; j++) {
            dot += sum[j] * (double)first.data[j];
            square += sum[j] * sum[j];
        }
        share[k] = dot / tensor_dot(first.data, first.data, count);
        norm[k] = sqrt(square);
    }
    free(out);
    free(masked);
    free(sum);
    vjp_free(vjp);
    pass_free(pass);
}

static void compare(char shortcut, bool batch_statistics) {
    AnalysisWorld world = analysis_world_open("resnet8", shortcut, 2);
    world.input.batch_statistics = batch_statistics;
    double share[BLOCKS + 1], norm[BLOCKS + 1];
    enumerate(&world, share, norm);
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_PATHS);
    static const char *const lengths[] = {"0", "1", "2", "3"};
    static const double counts[] = {1, 3, 3, 1};
    for (int k = 0; k <= BLOCKS; k++) {
        /* at most three float32 sums of the same products, in another order */
        assert_close(analysis_world_value(&result, lengths[k], "share"), share[k], 1e-5);
        assert_close(analysis_world_value(&result, lengths[k], "|G_k|"), norm[k], 1e-5 * norm[k]);
        /* lgamma's last digits */
        assert_close(pow(10, analysis_world_value(&result, lengths[k], "log10 paths")), counts[k], 1e-9);
    }
    assert_close(analysis_world_value(&result, "3", "up to here"), 1, 1e-5);
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void the_recursion_is_the_sum_over_all_paths(void **state) {
    (void)state;
    compare('A', false);
    compare('B', false);
    compare('B', true);
}

static void all_lengths_together_are_the_gradient(void **state) {
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet20", 'B', 2);
    AnalysisResult result = analysis_world_run(&world, ANALYSIS_PATHS);
    assert_int_equal(result.table.row_count, 10);
    assert_true(result.oracle_value <= 1e-5); /* the bound that the issue asks for */
    assert_close(result.oracle_limit, 1e-5, 0);
    analysis_result_clear(&result);
    analysis_world_close(&world);
}

static void without_skips_there_is_one_path_and_no_question(void **state) {
    (void)state;
    AnalysisWorld plain = analysis_world_open("plain8", 0, 1);
    analysis_world_refuses(&plain, ANALYSIS_PATHS, "one path only");
    analysis_world_close(&plain);
    AnalysisWorld world = analysis_world_open("resnet8", 0, 1);
    world.input.skip = SKIP_PLAIN;
    analysis_world_refuses(&world, ANALYSIS_PATHS, "one path only");
    analysis_world_close(&world);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_recursion_is_the_sum_over_all_paths),
        cmocka_unit_test(all_lengths_together_are_the_gradient),
        cmocka_unit_test(without_skips_there_is_one_path_and_no_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
