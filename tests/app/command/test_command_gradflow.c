#include <math.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

static double number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) fail_msg("%s is no number", key);
    return json_number_value(value);
}

static const json_t *run_at(const json_t *json, size_t r) {
    return json_array_get(json_object_get(json, "runs"), r);
}

static void without_a_wish_three_runs_are_compared(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    static const char *const modes[] = {"none", "cut", "plain"};
    json_t *json = program_run_json(ARGS("gradflow", "resnet20", image, "--init", "he", "--json"));
    assert_int_equal(json_array_size(json_object_get(json, "runs")), 3);
    for (size_t r = 0; r < 3; r++) {
        const json_t *run = run_at(json, r);
        assert_string_equal(json_string_value(json_object_get(run, "without_skip")), modes[r]);
        assert_string_equal(json_string_value(json_object_get(run, "arch")), "resnet20");
        assert_string_equal(json_string_value(json_object_get(run, "init")), "he");
        assert_string_equal(json_string_value(json_object_get(run, "bn")), "train");
        assert_int_equal(json_integer_value(json_object_get(run, "batch")), 1);
        assert_int_equal(json_array_size(json_object_get(run, "blocks")), 9);
        assert_int_equal(json_array_size(json_object_get(run, "ops")), 72);
        assert_int_equal(json_array_size(json_object_get(run, "params")), 59);
    }
    json_decref(json);
}

/* |g|^2 = |skip|^2 + |branch|^2 + 2 |skip| |branch| cos, and each block hands on what the next one took in.
 */
static void the_two_routes_add_up_to_the_gradient(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    json_t *json = program_run_json(
        ARGS("gradflow", "resnet20", image, "--bn", "train", "--without-skip", "none", "--json"));
    const json_t *blocks = json_object_get(run_at(json, 0), "blocks");
    assert_int_equal(json_array_size(json_object_get(json, "runs")), 1);
    for (size_t b = 0; b < json_array_size(blocks); b++) {
        const json_t *block = json_array_get(blocks, b);
        double skip = number(block, "grad_skip_l2"), branch = number(block, "grad_branch_l2");
        double in = number(block, "grad_in_l2");
        /* the parts are summed in float32 and measured in double: some 1e-7 of the larger part */
        assert_close(sqrt(skip * skip + branch * branch + 2 * skip * branch * number(block, "cos")), in,
                     1e-5 * (skip + branch));
        if (b > 0) assert_close(number(json_array_get(blocks, b - 1), "grad_out_l2"), in, 1e-6 * in);
    }
    json_decref(json);
}

static void what_is_not_defined_is_null(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    json_t *json = program_run_json(ARGS("gradflow", "resnet20", image, "--without-skip", "cut", "--json"));
    const json_t *block = json_array_get(json_object_get(run_at(json, 0), "blocks"), 0);
    assert_close(number(block, "grad_skip_l2"), 0, 0);
    assert_true(json_is_null(json_object_get(block, "cos")));
    json_decref(json);
}

static void a_plain_network_runs_once(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    json_t *json = program_run_json(ARGS("gradflow", "plain20", image, "--json"));
    assert_int_equal(json_array_size(json_object_get(json, "runs")), 1);
    json_decref(json);
    program_expect_failure(2, "has no skips to take away",
                           ARGS("gradflow", "plain20", image, "--without-skip", "cut"));
}

static void zero_gamma_closes_every_branch(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    json_t *json = program_run_json(
        ARGS("gradflow", "resnet20", image, "--init", "zero-gamma", "--without-skip", "none", "--json"));
    const json_t *blocks = json_object_get(run_at(json, 0), "blocks");
    for (size_t b = 0; b < json_array_size(blocks); b++) {
        assert_close(number(json_array_get(blocks, b), "grad_branch_l2"), 0, 0);
        assert_true(number(json_array_get(blocks, b), "grad_skip_l2") > 0);
    }
    json_decref(json);
}

static void a_data_set_gives_the_batch_and_its_labels(void **state) {
    TempDir *dir = *state;
    test_image_write_cifar10(dir, 8, 24);
    json_t *json = program_run_json(ARGS("gradflow", "resnet8", "--data", dir->path, "--limit", "20",
                                         "--without-skip", "none", "--json"));
    assert_int_equal(json_integer_value(json_object_get(run_at(json, 0), "batch")), 20);
    json_decref(json);
}

static void csv_has_a_line_a_block_and_run(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    ProgramRun run = program_run(ARGS("gradflow", "resnet20", image, "--csv"));
    int lines = 0;
    for (const char *at = run.out; *at; at++) lines += *at == '\n';
    assert_int_equal(lines, 1 + 3 * 9);
    assert_true(strncmp(run.out, "arch,without_skip,block,grad_in_l2,", 35) == 0);
    assert_non_null(strstr(run.out, "\nresnet20,cut,layer1.0,"));
    program_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(without_a_wish_three_runs_are_compared),
        IN_TEMP_DIR(the_two_routes_add_up_to_the_gradient),
        IN_TEMP_DIR(what_is_not_defined_is_null),
        IN_TEMP_DIR(a_plain_network_runs_once),
        IN_TEMP_DIR(zero_gamma_closes_every_branch),
        IN_TEMP_DIR(a_data_set_gives_the_batch_and_its_labels),
        IN_TEMP_DIR(csv_has_a_line_a_block_and_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
