#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/analysis/analysis.h"
#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_image.h"

static void every_analysis_is_a_command_with_json(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    for (int k = 0; k < ANALYSIS_COUNT; k++) {
        if (k == ANALYSIS_PAPER) continue; /* rows of its own, in JSON of its own */
        const char *name = analysis_spec((AnalysisId)k)->name;
        json_t *json = program_run_json(ARGS(name, "resnet8", image, "--bn", "eval", "--json", "--quiet"));
        assert_int_equal(json_integer_value(json_object_get(json, "schema")), 1);
        assert_string_equal(json_string_value(json_object_get(json, "analysis")), name);
        assert_true(json_is_true(json_object_get(json, "complete")));
        assert_int_equal(json_integer_value(json_object_get(json, "steps_done")),
                         json_integer_value(json_object_get(json, "steps")));
        assert_true(strlen(json_string_value(json_object_get(json, "reading"))) > 10);
        assert_true(strlen(json_string_value(json_object_get(json, "certainty"))) > 4);
        const json_t *rows = json_object_get(json, "rows");
        assert_true(json_array_size(rows) > 0);
        /* names of columns are keys: no two of them may be the same */
        assert_true(json_object_size(json_array_get(rows, 0)) >= 3);
        if (json_object_get(json, "oracle"))
            assert_true(json_number_value(json_object_get(json, "oracle_value")) <=
                        json_number_value(json_object_get(json, "oracle_limit")));
        json_decref(json);
    }
}

static int count_of(const char *text, char wanted) {
    int count = 0;
    for (; *text; text++) count += *text == wanted;
    return count;
}

static void csv_has_a_head_and_a_line_a_row(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    ProgramRun run = program_run(ARGS("paths", "resnet8", image, "--csv", "--quiet"));
    assert_int_equal(run.status, 0);
    assert_int_equal(count_of(run.out, '\n'), 1 + 4);
    assert_int_equal(count_of(run.out, '\n'), count_of(run.out, '"') / 2 + 1);
    assert_true(strncmp(run.out, "branches,", 9) == 0);
    assert_non_null(strstr(run.out, ",certainty\n"));
    assert_non_null(strstr(run.out, ",\"exact, at the recorded masks; one batch of 1 picture\"\n"));
    program_free(&run);
}

static char *read_text(const char *path) {
    FILE *in = fopen(path, "rb");
    if (!in) fail_msg("%s was not written", path);
    char *text = calloc(1, 1 << 20);
    assert_true(fread(text, 1, (1 << 20) - 1, in) > 0);
    fclose(in);
    return text;
}

static void svg_goes_to_a_file_beside_what_is_printed(void **state) {
    char image[TEMP_PATH_MAX], path[TEMP_PATH_MAX];
    snprintf(image, sizeof image, "%s", test_image_write(*state, "a.png", 1));
    snprintf(path, sizeof path, "%s", temp_dir_join(*state, "chart.svg"));
    ProgramRun run = program_run(ARGS("logits", "resnet8", image, "--bn", "eval", "--svg", path, "--ascii"));
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "Certainty: exact"));
    assert_non_null(strstr(run.out, "Check: holds: "));
    for (const char *at = run.out; *at; at++) assert_true((unsigned char)*at < 0x7F);
    char *svg = read_text(path);
    assert_true(strncmp(svg, "<?xml", 5) == 0);
    assert_non_null(strstr(svg, "Logit ledger"));
    assert_non_null(strstr(svg, "</svg>"));
    free(svg);
    program_free(&run);
}

static void a_question_without_sense_is_refused(void **state) {
    const char *image = test_image_write(*state, "a.png", 1);
    program_expect_failure(2, "one path only", ARGS("paths", "plain8", image));
    program_expect_failure(2, "--bn eval",
                           ARGS("logits", "resnet8", image, "--shortcut", "B", "--bn", "train"));
    program_expect_failure(2, "as built", ARGS("lesions", "resnet8", image, "--without-skip", "cut"));
}

static void the_bundled_network_and_its_bundled_twin_are_right_on_most_pictures(void **state) {
    (void)state;
    json_t *json = program_run_json(ARGS("lesions", "--samples", "1", "--json", "--quiet"));
    const json_t *intact = json_array_get(json_object_get(json, "rows"), 0);
    assert_string_equal(json_string_value(json_object_get(intact, "lost")), "none lost");
    /* chance is 0.1 */
    assert_true(json_number_value(json_object_get(intact, "right")) > 0.6);
    assert_true(json_number_value(json_object_get(intact, "other right")) > 0.6);
    assert_non_null(
        strstr(json_string_value(json_object_get(json, "certainty")), "plain20, the bundled trained one"));
    json_decref(json);
}

/* Far too long to end by itself; its first line of progress says that it has begun. */
static void an_interrupt_leaves_a_result_that_calls_itself_incomplete(void **state) {
    char path[TEMP_PATH_MAX], text[8192] = "";
    size_t length = 0;
    int fd, status;
    snprintf(path, sizeof path, "%s", temp_dir_join(*state, "chart.svg"));
    pid_t child =
        program_start(ARGS("lesions", "resnet110", "--init", "he", "--samples", "10000", "--svg", path), &fd);
    bool asked = false; /* a second signal would end it at once */
    for (ssize_t got; (got = read(fd, text + length, sizeof text - 1 - length)) > 0; length += (size_t)got) {
        if (asked || !strstr(text, "lesions  ")) continue;
        assert_int_equal(kill(child, SIGINT), 0);
        asked = true;
    }
    close(fd);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* as a shell expects it of an interrupted program */
    assert_int_equal(WTERMSIG(status), SIGINT);
    char *svg = read_text(path);
    assert_non_null(strstr(svg, "INCOMPLETE: given up after "));
    free(svg);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(every_analysis_is_a_command_with_json),
        IN_TEMP_DIR(csv_has_a_head_and_a_line_a_row),
        IN_TEMP_DIR(svg_goes_to_a_file_beside_what_is_printed),
        IN_TEMP_DIR(a_question_without_sense_is_refused),
        IN_TEMP_DIR(the_bundled_network_and_its_bundled_twin_are_right_on_most_pictures),
        IN_TEMP_DIR(an_interrupt_leaves_a_result_that_calls_itself_incomplete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
