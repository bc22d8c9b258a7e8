/* Snapshots on a plane, from the command line: what is printed and what is written. */
#include <stdio.h>

#include "core/format/safetensors.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

typedef struct Files {
    char snapshot[3][TEMP_PATH_MAX], end[TEMP_PATH_MAX], plane[TEMP_PATH_MAX];
} Files;

static Files files_of(void *temp) {
    Files files;
    for (int k = 0; k < 3; k++) {
        char name[40];
        snprintf(name, sizeof name, "run.epoch%d.safetensors", k + 1);
        snprintf(files.snapshot[k], TEMP_PATH_MAX, "%s", temp_dir_join(temp, name));
    }
    snprintf(files.end, TEMP_PATH_MAX, "%s", temp_dir_join(temp, "run.safetensors"));
    snprintf(files.plane, TEMP_PATH_MAX, "%s", temp_dir_join(temp, "plane.safetensors"));
    return files;
}

static void train(const Files *files) {
    ProgramRun run = program_run(ARGS("train", "resnet8", "--dataset", "mini", "--limit", "100", "--epochs",
                                      "4", "--snapshots", "1,2,3", "--out", files->end, "--quiet"));
    assert_int_equal(run.status, 0);
    program_free(&run);
}

static double coordinate(const json_t *json, size_t point, const char *axis) {
    return json_number_value(json_object_get(json_array_get(json_object_get(json, "points"), point), axis));
}

/* The directions in the file have length 1, to what float16 leaves of them: 2^-11 of each value. */
static void check_plane(const Files *files, const json_t *printed) {
    Error err = {0};
    Safetensors *file = safetensors_open_file(files->plane, &err);
    if (!file) fail_msg("%s", err.text);
    double square[2] = {0};
    for (int k = 0; k < safetensors_count(file); k++) {
        const SafetensorsTensor *tensor = safetensors_get(file, k);
        float values[64 * 64 * 9];
        assert_true(tensor->count <= sizeof values / sizeof *values && tensor->rank > 1);
        assert_true(safetensors_read(file, tensor, values, &err));
        for (size_t j = 0; j < tensor->count; j++)
            square[tensor->name[0] == 'y'] += (double)values[j] * (double)values[j];
    }
    assert_close(square[0], 1, 1e-3);
    assert_close(square[1], 1, 1e-3);
    assert_string_equal(safetensors_value(file, "arch"), "resnet8");
    json_t *points = json_loads(safetensors_value(file, "trajectory"), 0, NULL);
    assert_true(json_equal(json_object_get(points, "points"), json_object_get(printed, "points")));
    json_decref(points);
    safetensors_close(file);
}

static void snapshots_lie_on_a_plane_that_is_written(void **state) {
    Files files = files_of(*state);
    train(&files);
    json_t *json = program_run_json(ARGS("trajectory", files.snapshot[0], files.snapshot[1],
                                         files.snapshot[2], files.end, "--out", files.plane, "--json"));
    const json_t *points = json_object_get(json, "points");
    assert_int_equal(json_array_size(points), 4);
    assert_string_equal(json_string_value(json_object_get(json_array_get(points, 1), "epoch")), "2");
    assert_true(coordinate(json, 0, "x") > coordinate(json, 2, "x")); /* it comes nearer */
    assert_close(coordinate(json, 3, "x"), 0, 0);
    assert_close(coordinate(json, 3, "y"), 0, 0);
    check_plane(&files, json);
    json_decref(json);
}

static void what_is_no_training_is_refused(void **state) {
    Files files = files_of(*state);
    program_expect_failure(2, "2 points of a training: expected 3 to 64",
                           ARGS("trajectory", "assets/models/resnet20-cifar10.safetensors",
                                "assets/models/resnet20-cifar10.safetensors"));
    program_expect_failure(4, "is a resnet20, the files before it are a plain20: expected one network",
                           ARGS("trajectory", "assets/models/plain20-cifar10.safetensors",
                                "assets/models/resnet20-cifar10.safetensors"));
    program_expect_failure(1, "lie on one line",
                           ARGS("trajectory", "assets/models/plain20-cifar10.safetensors",
                                "assets/models/plain20-cifar10.safetensors",
                                "assets/models/plain20-cifar10.safetensors", "--out", files.plane));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(snapshots_lie_on_a_plane_that_is_written),
        IN_TEMP_DIR(what_is_no_training_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
