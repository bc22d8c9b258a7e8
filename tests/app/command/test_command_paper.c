/* The scoreboard, and the analyses as commands: what scripts rely on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

static const json_t *find_row(const json_t *json, const char *arch, int table) {
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(json, "rows"), i, row) {
        if (strcmp(json_string_value(json_object_get(row, "arch")), arch) == 0 &&
            json_integer_value(json_object_get(row, "table")) == table)
            return row;
    }
    fail_msg("no row of %s", arch);
    return NULL;
}

static void the_scoreboard_has_our_counts_and_the_papers(void **state) {
    (void)state;
    json_t *json = program_run_json(ARGS("paper", "--json"));
    const json_t *row = find_row(json, "resnet56", 6);
    assert_int_equal(json_integer_value(json_object_get(row, "params")), 853018);
    assert_close(json_number_value(json_object_get(row, "paper_params")), 850000, 0.5);
    assert_close(json_number_value(json_object_get(row, "paper_error_percent")), 6.97, 1e-6);
    assert_true(json_is_null(json_object_get(row, "error_percent")));
    row = find_row(json, "resnet20", 6); /* bundled: 9,184 of 10,000 right */
    assert_close(json_number_value(json_object_get(row, "error_percent")), 8.16, 1e-6);
    assert_non_null(strstr(json_string_value(json_object_get(row, "reason")), "64k steps"));
    json_decref(json);
}

static void its_chart_leaves_what_is_printed_as_it_is(void **state) {
    char path[TEMP_PATH_MAX];
    snprintf(path, sizeof path, "%s", temp_dir_join(*state, "paper.svg"));
    ProgramRun plain = program_run(ARGS("paper")), charted = program_run(ARGS("paper", "--svg", path));
    assert_int_equal(charted.status, 0);
    assert_string_equal(charted.out, plain.out);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    char *svg = calloc(1, 1 << 20);
    assert_true(fread(svg, 1, (1 << 20) - 1, in) > 0);
    fclose(in);
    assert_non_null(strstr(svg, ">Scoreboard<"));
    assert_non_null(strstr(svg, ">853018<"));
    assert_non_null(strstr(svg, "Certainty: exact, counts; errors: "));
    free(svg);
    program_free(&plain);
    program_free(&charted);
}

static void analyses_answer_in_json_with_their_oracle(void **state) {
    (void)state;
    static const char *const names[] = {"flow", "gradcheck", "slice"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        json_t *json = program_run_json(ARGS(names[k], "resnet8", "04-cat", "--json"));
        assert_string_equal(json_string_value(json_object_get(json, "analysis")), names[k]);
        assert_true(json_is_true(json_object_get(json, "complete")));
        assert_true(json_array_size(json_object_get(json, "rows")) > 0);
        assert_true(json_number_value(json_object_get(json, "oracle_value")) <=
                    json_number_value(json_object_get(json, "oracle_limit")));
        json_decref(json);
    }
}

static void strips_are_lists_of_numbers(void **state) {
    (void)state;
    json_t *json = program_run_json(ARGS("flow", "resnet8", "04-cat", "--depths", "8,14", "--json"));
    const json_t *row = json_array_get(json_object_get(json, "rows"), 3);
    assert_string_equal(json_string_value(json_object_get(row, "network")), "plain14");
    const json_t *strip = json_object_get(row, "|g| by block");
    assert_int_equal(json_array_size(strip), 27);
    assert_true(json_is_number(json_array_get(strip, 5)) && json_is_null(json_array_get(strip, 6)));
    json_decref(json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scoreboard_has_our_counts_and_the_papers),
        IN_TEMP_DIR(its_chart_leaves_what_is_printed_as_it_is),
        cmocka_unit_test(analyses_answer_in_json_with_their_oracle),
        cmocka_unit_test(strips_are_lists_of_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
