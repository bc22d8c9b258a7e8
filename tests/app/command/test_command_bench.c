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
                                         "2", "--threads", "1", "--kernel", "generic", "--json"));
    const json_t *runs = json_object_get(json, "runs");
    assert_int_equal(json_integer_value(json_object_get(json, "threads")), 1);
    assert_true(json_is_string(json_object_get(json, "blas_core")));
    assert_string_equal(json_string_value(json_object_get(json, "kernel")), "generic");
    assert_true(number(json, "peak_gflops") > 0 && number(json, "peak_gflops_one_thread") > 0);
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

/* resnet14: two blocks a stage. By shape: 3 to 16 channels once, 16 to 16 in both convolutions of two blocks, one
 * with stride 2 and three without in each later stage, one linear layer. */
static void layers_of_the_same_shape_are_one_row(void **state) {
    (void)state;
    static const size_t counts[] = {1, 4, 1, 3, 1, 3, 1};
    json_t *json = program_run_json(
        ARGS("bench", "resnet14", "--layers", "--batch", "2", "--rounds", "2", "--json", "--quiet"));
    const json_t *run = json_array_get(json_object_get(json, "runs"), 0);
    const json_t *layers = json_object_get(run, "layers");
    double flops = 0, products_ms = 0;
    assert_int_equal(json_array_size(layers), 7);
    for (size_t k = 0; k < 7; k++) {
        const json_t *row = json_array_get(layers, k);
        assert_int_equal(json_array_size(json_object_get(row, "names")), counts[k]);
        assert_true(json_is_string(json_object_get(row, "strategy")));
        assert_true(number(row, "ms") > 0 && number(row, "peak_share") > 0);
        flops += number(row, "gflops") * number(row, "ms") * 1e6;
        products_ms += number(row, "ms");
    }
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(json_array_get(layers, 3), "names"), 0)),
        "layer2.0.conv2");
    assert_true(products_ms < number(run, "total_ms"));
    /* 26,395,264 multiply-adds an image: 0.44 million of the stem, 9.44 of the first stage, 8.26 of each other,
     * and the linear layer's 640; each rate and time is written with nine digits. */
    assert_close(flops, 2.0 * 2 * 26395264, 1e-6 * flops);
    json_decref(json);
    json = program_run_json(
        ARGS("bench", "resnet8", "--layers", "--pass", "forward", "--rounds", "1", "--json", "-q"));
    run = json_array_get(json_object_get(json, "runs"), 0);
    assert_string_equal(json_string_value(json_object_get(run, "pass")), "forward");
    assert_int_equal(json_array_size(json_object_get(run, "layers")), 7);
    json_decref(json);
    program_expect_failure(2, "--pass forward_steps shows them",
                           ARGS("bench", "resnet8", "--layers", "--pass", "forward", "--batch", "32", "-q"));
}

static void check_gradients(const json_t *run, const char *pass) {
    const json_t *layers = json_object_get(run, "layers");
    double total_ms = 0;
    assert_string_equal(json_string_value(json_object_get(run, "pass")), pass);
    assert_int_equal(json_array_size(layers), 7);
    for (size_t k = 0; k < json_array_size(layers); k++) {
        const json_t *row = json_array_get(layers, k);
        assert_true(number(row, "ms") > 0 && number(row, "gflops") > 0);
        assert_true(json_string_length(json_object_get(row, "strategy")) > 0);
        total_ms += number(row, "ms");
    }
    assert_close(total_ms, number(run, "total_ms"), 1e-6 * total_ms); /* written with nine digits */
}

static void gradients_have_a_table_each(void **state) {
    (void)state;
    json_t *json = program_run_json(ARGS("bench", "resnet8", "--layers", "--pass", "forward_backward",
                                         "--batch", "2", "--rounds", "1", "--json", "-q"));
    const json_t *runs = json_object_get(json, "runs");
    assert_int_equal(json_array_size(runs), 2);
    check_gradients(json_array_get(runs, 0), "input_gradients");
    check_gradients(json_array_get(runs, 1), "weight_gradients");
    json_decref(json);
}

static void layers_are_of_one_way(void **state) {
    (void)state;
    program_expect_failure(2,
                           "expected --pass forward, forward_steps or forward_backward, found 'train_step'",
                           ARGS("bench", "resnet8", "--layers", "--pass", "train_step", "-q"));
    program_expect_failure(2, "forward_backward, found 'forward,forward_steps'",
                           ARGS("bench", "resnet8", "--layers", "--pass", "forward,forward_steps", "-q"));
    program_expect_failure(2, "--layers does not go together with --ui",
                           ARGS("bench", "--layers", "--ui", "-q"));
    program_expect_failure(2, "--layers does not go together with --busy",
                           ARGS("bench", "resnet8", "--layers", "--busy", "-q"));
}

/* How much slower depends on the machine; that it is measured does not. */
static void a_busy_process_is_beside_it(void **state) {
    (void)state;
    json_t *json = program_run_json(
        ARGS("bench", "resnet8", "--pass", "forward", "--rounds", "3", "--busy", "--json", "--quiet"));
    const json_t *run = json_array_get(json_object_get(json, "runs"), 0);
    double busy = number(run, "busy_median_ms"), quiet = number(run, "median_ms");
    assert_true(busy > 0);
    /* Numbers are written with nine digits. */
    assert_close(number(run, "busy_ratio"), busy / quiet, 1e-7 * busy / quiet);
    json_decref(json);
}

static double figure(const json_t *json, const char *name) {
    size_t k;
    const json_t *row;
    json_array_foreach(json_object_get(json, "ui"), k,
                       row) if (strcmp(json_string_value(json_object_get(row, "name")), name) ==
                                0) return number(row, "value");
    fail_msg("there is no figure %s", name);
    return 0;
}

/* Counts do not depend on how busy the machine is, so these can be held to their limits; times cannot. */
static void the_screen_is_measured_from_outside(void **state) {
    (void)state;
    json_t *json = program_run_json(ARGS("bench", "--ui", "--rounds", "24", "--json", "--quiet"));
    assert_close(figure(json, "idle_bytes"), 0, 0);
    /* A cell of half blocks takes at least its three bytes, and 300 kB and 110 kB are the limits. */
    assert_true(figure(json, "frame_bytes") > 36 && figure(json, "frame_bytes") <= 300);
    assert_true(figure(json, "frame_bytes_256") > 36 && figure(json, "frame_bytes_256") <= 110);
    assert_true(figure(json, "frame_bytes_256") < figure(json, "frame_bytes"));
    assert_true(figure(json, "noise_bytes") > figure(json, "frame_bytes"));
    static const char *const times[] = {"frame_cpu", "first_frame",  "first_frame_152",
                                        "key_p95",   "busy_key_p50", "busy_key_p95"};
    for (size_t k = 0; k < sizeof times / sizeof times[0]; k++) assert_true(figure(json, times[k]) > 0);
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
        cmocka_unit_test(layers_of_the_same_shape_are_one_row),
        cmocka_unit_test(gradients_have_a_table_each),
        cmocka_unit_test(layers_are_of_one_way),
        cmocka_unit_test(a_busy_process_is_beside_it),
        cmocka_unit_test(the_screen_is_measured_from_outside),
        cmocka_unit_test(what_is_unknown_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
