/* What trace writes, read again and compared with a pass run here. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/format/npy.h"
#include "core/network/resnet.h"
#include "core/pass/pass.h"
#include "core/tensor/gemm.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

enum { BATCH = 2, SIDE = 32, PATH_MAX_HERE = 700 };

static const int targets[BATCH] = {3, 7};

/* The pass that `trace resnet8 --init he --seed 5 --bn train --target 3,7` makes of `input`. */
typedef struct Expected {
    Network *network;
    Pass *pass;
} Expected;

static void fill_input(float *nchw) {
    for (int k = 0; k < BATCH * 3 * SIDE * SIDE; k++) nchw[k] = (float)sin(0.37 * k) + (float)cos(0.011 * k);
}

static Expected make_expected(const float *nchw) {
    Error err = {0};
    Expected expected = {.network = resnet_new(&(ResnetConfig){.arch = "resnet8"}, &err)};
    assert_non_null(expected.network);
    network_init_values(expected.network, &(InitConfig){.kind = INIT_HE, .seed = 5});
    PassConfig config = {.batch = BATCH, .batch_statistics = true};
    expected.pass = pass_new(expected.network, &config, &err);
    assert_non_null(expected.pass);
    tensor_from_nchw(pass_input(expected.pass), nchw, (Shape){BATCH, 3, SIDE, SIDE});
    pass_restart(expected.pass, targets);
    pass_run_forward(expected.pass);
    pass_run_backward(expected.pass);
    return expected;
}

static json_t *run_trace(TempDir *dir, float *nchw) {
    Error err = {0};
    char input[TEMP_PATH_MAX];
    const int dims[] = {BATCH, 3, SIDE, SIDE};
    strcpy(input, temp_dir_join(dir, "x.npy"));
    fill_input(nchw);
    assert_true(npy_save(input, 4, dims, nchw, &err));
    ProgramRun run =
        program_run(ARGS("trace", "resnet8", "--init", "he", "--seed", "5", "--bn", "train", "--input", input,
                         "--target", "3,7", "--out", temp_dir_join(dir, "trace")));
    if (run.status != 0) fail_msg("%s", run.err);
    program_free(&run);
    json_t *json = json_load_file(temp_dir_join(dir, "trace/trace.json"), 0, NULL);
    assert_non_null(json);
    return json;
}

static NpyArray load(TempDir *dir, const json_t *file) {
    Error err = {0};
    NpyArray array;
    char path[PATH_MAX_HERE];
    assert_true(json_is_string(file));
    snprintf(path, sizeof path, "%s/trace/%s", dir->path, json_string_value(file));
    if (!npy_load(&array, path, &err)) fail_msg("%s", err.text);
    return array;
}

static void assert_same_tensor(TempDir *dir, const json_t *file, Tensor tensor) {
    NpyArray array = load(dir, file);
    float *nchw = malloc(shape_count(tensor.shape) * sizeof *nchw);
    assert_non_null(nchw);
    tensor_to_nchw(nchw, tensor.data, tensor.shape);
    const int dims[] = {tensor.shape.n, tensor.shape.c, tensor.shape.h, tensor.shape.w};
    assert_int_equal(array.rank, 4);
    assert_memory_equal(array.dims, dims, sizeof dims);
    /* the same engine, the same machine: equal to the last bit */
    assert_memory_equal(array.data, nchw, array.count * sizeof *nchw);
    free(nchw);
    npy_free(&array);
}

static void every_op_is_written_as_it_was_computed(void **state) {
    float *nchw = calloc(BATCH * 3 * SIDE * SIDE, sizeof *nchw);
    json_t *json = run_trace(*state, nchw), *op;
    Expected expected = make_expected(nchw);
    const json_t *ops = json_object_get(json, "ops");
    size_t i;
    assert_int_equal(json_array_size(ops), expected.network->op_count);
    json_array_foreach(ops, i, op) {
        assert_int_equal(json_integer_value(json_object_get(op, "index")), i);
        assert_string_equal(json_string_value(json_object_get(op, "name")), expected.network->ops[i].name);
        assert_same_tensor(*state, json_object_get(op, "act"), pass_act(expected.pass, (int)i));
        assert_same_tensor(*state, json_object_get(op, "grad"), pass_grad(expected.pass, (int)i));
    }
    /* nine digits give a float back exactly, and a double to 1e-8 */
    assert_close(json_number_value(json_object_get(json, "loss")), pass_loss(expected.pass), 1e-8);
    pass_free(expected.pass);
    network_free(expected.network);
    json_decref(json);
    free(nchw);
}

static void parameters_have_the_files_shapes_and_gradients(void **state) {
    float *nchw = calloc(BATCH * 3 * SIDE * SIDE, sizeof *nchw);
    json_t *json = run_trace(*state, nchw), *entry;
    Expected expected = make_expected(nchw);
    size_t k, learnt = 0;
    for (int p = 0; p < expected.network->param_count; p++)
        learnt += param_role_learns(expected.network->params[p].role);
    assert_int_equal(json_array_size(json_object_get(json, "params")), learnt);
    json_array_foreach(json_object_get(json, "params"), k, entry) {
        const char *name = json_string_value(json_object_get(entry, "name"));
        const Param *param = network_find_param(expected.network, name);
        assert_non_null(param);
        NpyArray array = load(*state, json_object_get(entry, "grad"));
        float *values = malloc(param->count * sizeof *values);
        param_to_file(values, pass_param_grad(expected.pass, param), param);
        assert_int_equal(array.rank, param->rank);
        assert_memory_equal(array.dims, param->dims, (size_t)param->rank * sizeof(int));
        assert_memory_equal(array.data, values, param->count * sizeof *values);
        free(values);
        npy_free(&array);
    }
    pass_free(expected.pass);
    network_free(expected.network);
    json_decref(json);
    free(nchw);
}

static void names_and_inputs_are_those_of_the_contract(void **state) {
    static const char *const names[] = {"input",
                                        "conv1",
                                        "bn1",
                                        "relu",
                                        "layer1.0.conv1",
                                        "layer1.0.bn1",
                                        "layer1.0.relu1",
                                        "layer1.0.conv2",
                                        "layer1.0.bn2",
                                        "layer1.0.add",
                                        "layer1.0.relu2",
                                        "layer2.0.conv1",
                                        "layer2.0.bn1",
                                        "layer2.0.relu1",
                                        "layer2.0.conv2",
                                        "layer2.0.bn2",
                                        "layer2.0.downsample",
                                        "layer2.0.add",
                                        "layer2.0.relu2",
                                        "layer3.0.conv1",
                                        "layer3.0.bn1",
                                        "layer3.0.relu1",
                                        "layer3.0.conv2",
                                        "layer3.0.bn2",
                                        "layer3.0.downsample",
                                        "layer3.0.add",
                                        "layer3.0.relu2",
                                        "avgpool",
                                        "fc",
                                        "loss"};
    float *nchw = calloc(BATCH * 3 * SIDE * SIDE, sizeof *nchw);
    json_t *json = run_trace(*state, nchw), *ops = json_object_get(json, "ops");
    assert_int_equal(json_array_size(ops), sizeof names / sizeof *names);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(json_string_value(json_object_get(json_array_get(ops, i), "name")), names[i]);
    const json_t *inputs = json_object_get(json_array_get(ops, 17), "inputs");
    assert_string_equal(json_string_value(json_array_get(inputs, 0)), "layer2.0.bn2");
    assert_string_equal(json_string_value(json_array_get(inputs, 1)), "layer2.0.downsample");
    assert_string_equal(json_string_value(json_object_get(json_array_get(ops, 1), "act")),
                        "act/0001_conv1.npy");
    const json_t *target = json_object_get(json, "target");
    assert_int_equal(json_integer_value(json_array_get(target, 1)), 7);
    assert_string_equal(json_string_value(json_object_get(json, "bn")), "train");
    assert_string_equal(json_string_value(json_object_get(json, "without_skip")), "none");
    json_decref(json);
    free(nchw);
}

static void what_does_not_fit_is_refused(void **state) {
    TempDir *dir = *state;
    Error err = {0};
    char input[TEMP_PATH_MAX], out[TEMP_PATH_MAX];
    const float one[12] = {0};
    strcpy(input, temp_dir_join(dir, "small.npy"));
    assert_true(npy_save(input, 4, (const int[]){1, 3, 2, 2}, one, &err));
    strcpy(out, temp_dir_join(dir, "out"));
    program_expect_failure(4, "expected an array of shape (N,3,32,32)",
                           ARGS("trace", "resnet8", "--input", input, "--out", out));
    program_expect_failure(2, "trace needs --out", ARGS("trace", "resnet8", "--input", input));
    const float *image = calloc(3 * SIDE * SIDE, sizeof *image);
    char fitting[TEMP_PATH_MAX];
    strcpy(fitting, temp_dir_join(dir, "x.npy"));
    assert_true(npy_save(fitting, 4, (const int[]){1, 3, SIDE, SIDE}, image, &err));
    program_expect_failure(4, "cannot be made a folder",
                           ARGS("trace", "resnet8", "--input", fitting, "--out", input));
    program_expect_failure(2, "--target: expected a class from 0 to 9",
                           ARGS("trace", "resnet8", "--input", fitting, "--out", out, "--target", "10"));
    program_expect_failure(2, "--target: expected one class or 1",
                           ARGS("trace", "resnet8", "--input", fitting, "--out", out, "--target", "1,2"));
    free((void *)image);
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(every_op_is_written_as_it_was_computed),
        IN_TEMP_DIR(parameters_have_the_files_shapes_and_gradients),
        IN_TEMP_DIR(names_and_inputs_are_those_of_the_contract),
        IN_TEMP_DIR(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
