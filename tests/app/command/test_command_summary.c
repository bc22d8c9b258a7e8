#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"

typedef struct Known {
    const char *arch, *extra, *value; /* one more option */
    json_int_t params, macs;
} Known;

/* torchvision's metadata, and He et al. 2015, tables 1 and 6, counted exactly. */
static const Known known[] = {
    {"resnet18", "--shortcut", "B", 11689512, 1814073344},
    {"resnet50", "--stride-in", "3x3", 25557032, 4089184256},
    {"resnet50", "--stride-in", "1x1", 25557032, 3857973248},
    {"resnet152", "--shortcut", "B", 60192808, 11513626624},
    {"plain34", "--seed", "0", 21623848, 3644493824},
    {"resnet20", "--shortcut", "A", 269722, 40551040},
    {"resnet20", "--shortcut", "B", 272474, -1},
    {"resnet110", "--shortcut", "A", 1727962, 252887680},
};

static json_int_t integer(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value)) fail_msg("%s is no whole number", key);
    return json_integer_value(value);
}

static void totals_are_the_published_ones_and_the_sums(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        json_t *json =
            program_run_json(ARGS("summary", known[k].arch, known[k].extra, known[k].value, "--json"));
        json_int_t params = 0, macs = 0;
        size_t i;
        json_t *op;
        json_array_foreach(json_object_get(json, "ops"), i, op) {
            assert_int_equal(integer(op, "index"), i);
            params += integer(op, "params");
            macs += integer(op, "macs");
        }
        assert_int_equal(integer(json, "params"), known[k].params);
        if (known[k].macs >= 0) assert_int_equal(integer(json, "macs"), known[k].macs);
        assert_int_equal(params, integer(json, "params"));
        assert_int_equal(macs, integer(json, "macs"));
        json_decref(json);
    }
}

static const json_t *find_op(const json_t *json, const char *name) {
    size_t i;
    json_t *op;
    json_array_foreach(json_object_get(json, "ops"), i, op) {
        if (strcmp(json_string_value(json_object_get(op, "name")), name) == 0) return op;
    }
    fail_msg("there is no op %s", name);
    return NULL;
}

static void fields_are_those_of_the_contract(void **state) {
    (void)state;
    json_t *json = program_run_json(ARGS("summary", "resnet18", "--json"));
    assert_string_equal(json_string_value(json_object_get(json, "arch")), "resnet18");
    const json_t *input = json_object_get(json, "input");
    assert_int_equal(json_array_size(input), 3);
    assert_int_equal(json_integer_value(json_array_get(input, 2)), 224);
    const json_t *add = find_op(json, "layer2.0.add"), *inputs = json_object_get(add, "inputs");
    assert_string_equal(json_string_value(json_object_get(add, "kind")), "add");
    assert_string_equal(json_string_value(json_object_get(add, "block")), "layer2.0");
    assert_string_equal(json_string_value(json_array_get(inputs, 0)), "layer2.0.bn2");
    assert_string_equal(json_string_value(json_array_get(inputs, 1)), "layer2.0.downsample.1");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(add, "output"), 0)), 128);
    assert_true(json_is_null(json_object_get(find_op(json, "conv1"), "block")));
    json_decref(json);
}

static void the_table_has_a_row_an_op_and_a_total(void **state) {
    (void)state;
    ProgramRun run = program_run(ARGS("summary", "resnet20"));
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "269,722  40,551,040"));
    assert_non_null(strstr(run.out, "branch + skip from layer2.0.downsample (option A)"));
    assert_non_null(strstr(run.out, "71  loss"));
    assert_null(strstr(run.out, " \n"));
    program_free(&run);
}

static void csv_has_the_same_columns_in_every_row(void **state) {
    (void)state;
    ProgramRun run = program_run(ARGS("summary", "plain20", "--csv"));
    int rows = 0;
    for (char *line = strtok(run.out, "\n"); line; line = strtok(NULL, "\n"), rows++) {
        int commas = 0;
        for (const char *at = line; *at; at++) commas += *at == ',';
        assert_int_equal(commas, 9);
    }
    /* plain20: input, 19 convolutions each with batch norm and ReLU, avgpool, fc, loss; and the heading */
    assert_int_equal(rows, 1 + 1 + 3 * 19 + 3);
    program_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_are_the_published_ones_and_the_sums),
        cmocka_unit_test(fields_are_those_of_the_contract),
        cmocka_unit_test(the_table_has_a_row_an_op_and_a_total),
        cmocka_unit_test(csv_has_the_same_columns_in_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
