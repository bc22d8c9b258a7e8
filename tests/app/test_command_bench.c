#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"

static double number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) fail_msg("%s is no number", key);
    return json_number_value(value);
}

static void every_architecture_batch_and_pass_is_measured(void **state) {
    (void)state;
    static const char *const passes[] = {"forward", "forward_steps", "forward_backward", "train_step"};
    json_t *json = program_run_json(ARGS("bench", "--arch", "resnet8,plain8", "--batch", "2,3", "--rounds",
                                         "2", "--threads", "1", "--json"));
    const json_t *runs = json_object_get(json, "runs");
    assert_int_equal(json_integer_value(json_object_get(json, "threads")), 1);
    assert_true(json_is_string(json_object_get(json, "blas_core")));
    assert_int_equal(json_array_size(runs), 2 * 2 * 4);
    for (size_t k = 0; k < 16; k++) {
        const json_t *run = json_array_get(runs, k);
        assert_string_equal(json_string_value(json_object_get(run, "arch")), k < 8 ? "resnet8" : "plain8");
        assert_int_equal(json_integer_value(json_object_get(run, "batch")), k / 4 % 2 ? 3 : 2);
        assert_string_equal(json_string_value(json_object_get(run, "pass")), passes[k % 4]);
        assert_true(number(run, "min_ms") > 0);
        assert_true(number(run, "median_ms") >= number(run, "min_ms"));
        assert_true(number(run, "gflops") > 0);
        assert_true(number(run, "peak_rss_mb") > 0);
    }
    json_decref(json);
}

static void gflops_follow_from_the_shortest_time(void **state) {
    (void)state;
    json_t *json = program_run_json(
        ARGS("bench", "resnet20", "--pass", "forward,train_step", "--rounds", "1", "--json", "--quiet"));
    const json_t *runs = json_object_get(json, "runs");
    assert_int_equal(json_array_size(runs), 2);
    for (size_t k = 0; k < 2; k++) {
        const json_t *run = json_array_get(runs, k);
        /* 40,551,040 multiply-adds (He et al. 2015, table 6 counted exactly), three times with backward */
        double flops = 2.0 * 40551040 * (k == 0 ? 1 : 3);
        assert_close(number(run, "gflops") * number(run, "min_ms") * 1e6, flops, 1e-6 * flops);
    }
    json_decref(json);
}

static void what_is_unknown_is_refused(void **state) {
    (void)state;
    program_expect_failure(2, "the nearest is forward", ARGS("bench", "resnet8", "--pass", "foward"));
    program_expect_failure(2, "resnet9", ARGS("bench", "--quiet", "--arch", "resnet9"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_architecture_batch_and_pass_is_measured),
        cmocka_unit_test(gflops_follow_from_the_shortest_time),
        cmocka_unit_test(what_is_unknown_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
