/* summary --tensors and doctor --names, by the program. */
#include <math.h>
#include <string.h>

#include "core/network/model.h"
#include "tests/support/assert_close.h"
#include "tests/support/fixture.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

static const char *write_model(TempDir *dir) {
    ResnetConfig config = {.arch = "resnet8"};
    Error err = {0};
    Model *model = model_new(fixture_network(&config, 1), &err);
    const Param *gamma = network_find_param(model->network, "layer1.0.bn1.weight");
    const char *path = temp_dir_join(dir, "m.safetensors");
    real *values = network_values(model->network, gamma);
    for (size_t k = 0; k < gamma->count; k++) values[k] = (real)k - 3;
    values[2] = NAN;
    if (!model_save(model, NULL, 0, path, &err)) fail_msg("%s", err.text);
    model_free(model);
    return path;
}

static const json_t *tensor_of(const json_t *list, const char *name) {
    for (size_t k = 0; k < json_array_size(list); k++)
        if (strcmp(json_string_value(json_object_get(json_array_get(list, k), "name")), name) == 0)
            return json_array_get(list, k);
    fail_msg("%s is not listed", name);
    return NULL;
}

static void every_tensor_is_listed_with_what_it_holds(void **state) {
    const char *path = write_model(*state);
    json_t *json = program_run_json(ARGS("summary", path, "--tensors", "--json"));
    assert_null(json_object_get(json, "refused"));
    const json_t *list = json_object_get(json, "tensors"), *tensor = tensor_of(list, "layer1.0.bn1.weight");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(tensor, "shape"), 0)), 16);
    assert_string_equal(json_string_value(json_object_get(tensor, "type")), "F32");
    assert_string_equal(json_string_value(json_object_get(tensor, "taken_for")), "layer1.0.bn1.weight");
    assert_close(json_number_value(json_object_get(tensor, "min")), -3, 0);
    assert_close(json_number_value(json_object_get(tensor, "max")), 12, 0);
    assert_int_equal(json_integer_value(json_object_get(tensor, "not_finite")), 1);
    json_decref(json);
    ProgramRun run = program_run(ARGS("summary", path, "--tensors"));
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "layer1.0.bn1.weight"));
    program_free(&run);
}

/* An architecture that the tensors are not does not keep them from being listed. */
static void a_file_that_is_refused_is_listed_and_says_why(void **state) {
    static const char header[] =
        "{\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    unsigned char bytes[8 + sizeof header - 1 + 8] = {sizeof header - 1};
    memcpy(bytes + 8, header, sizeof header - 1);
    const char *path = temp_dir_write(*state, "x.safetensors", bytes, sizeof bytes);
    ProgramRun run = program_run(ARGS("summary", path, "--tensors"));
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "conv1.weight"));
    assert_non_null(strstr(run.out, "Not opened as a network: "));
    program_free(&run);
    program_expect_failure(4, "is no file", ARGS("summary", "no/such.safetensors"));
    program_expect_failure(2, "name one", ARGS("summary", "--tensors"));
}

static void the_table_of_names_is_printed(void **state) {
    (void)state;
    ProgramRun run = program_run(ARGS("doctor", "--names"));
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "encoder.stages.{stage-1}.layers.{block}.layer.{i-1}.convolution"));
    assert_non_null(strstr(run.out, "layer{stage}.{block}.shortcut.{i}"));
    program_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(every_tensor_is_listed_with_what_it_holds),
        IN_TEMP_DIR(a_file_that_is_refused_is_listed_and_says_why),
        cmocka_unit_test(the_table_of_names_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
