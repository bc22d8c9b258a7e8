/* Level 1 is for anyone: every answer of every operation, block and number, and every chart of the laboratory,
 * in words that the glossary explains, and easy to read. */
#include <string.h>

#include "core/explain/chart.h"
#include "core/explain/explain.h"
#include "core/tensor/gemm.h"
#include "tests/support/analysis_world.h"
#include "tests/support/assert_close.h"
#include "tests/support/pass_check.h"
#include "tests/support/plain_words.h"
#include "tests/support/reading_grade.h"

/* The eighth year of school; numbers and names in the sentences make single answers a little harder to the
 * measure than to a reader. */
static const double GRADE = 8, GRADE_OF_ONE = 10;

typedef struct Read {
    double grades;
    int answers, problems;
} Read;

static void read_answer(Read *read, const char *about, const Explanation *answer) {
    char text[8 * EXPLAIN_TEXT_MAX] = "";
    for (int k = 1; k < answer->line_count; k++) { /* 0 is the heading */
        const char *line = answer->lines[k].text, *problem = plain_words_problem(line);
        strcat(strcat(text, line), " ");
        assert_int_equal(answer->lines[k].kind, EXPLAIN_TEXT);
        if (!problem) continue;
        print_error("%s: '%s' in: %s\n", about, problem, line);
        read->problems++;
    }
    double grade = reading_grade(text);
    if (grade > GRADE_OF_ONE) {
        print_error("%s reads at grade %.1f: %s\n", about, grade, text);
        read->problems++;
    }
    read->grades += grade;
    read->answers++;
}

static void assert_easy(const Read *read) {
    print_message("%d answers, grade %.1f in the mean\n", read->answers, read->grades / read->answers);
    assert_int_equal(read->problems, 0);
    assert_true(read->grades / read->answers <= GRADE);
}

static void read_op(Read *read, const Pass *pass, int op) {
    Explanation answer;
    const Op *o = &pass_network(pass)->ops[op];
    for (int way = 0; way < 8; way++) {
        ExplainQuery query = {.pass = pass,
                              .level = EXPLAIN_ANYONE,
                              .op = op,
                              .backward = way & 1,
                              .block = way & 2,
                              .value = way & 4,
                              .channel = o->out.c / 2};
        explain_make(&query, &answer);
        read_answer(read, o->name, &answer);
    }
}

static void answers_about_a_run_are_for_anyone(void **state) {
    static const struct {
        const char *arch;
        char shortcut;
    } networks[] = {{"resnet8", 'A'},      {"resnet8", 'B'},      {"plain8", 0},  {"resnet8-nobn", 'A'},
                    {"resnet8-gelu", 'A'}, {"resnet8-silu", 'A'}, {"resnet18", 0}};
    Read read = {.answers = 0};
    (void)state;
    for (size_t k = 0; k < sizeof networks / sizeof networks[0]; k++) {
        Network *network = pass_check_network(networks[k].arch, networks[k].shortcut);
        for (int skip = SKIP_NONE_REMOVED; skip <= SKIP_CUT; skip++) {
            if (skip > 0 && network->shortcut == '-') break;
            Pass *pass = pass_check_run(
                network, (PassConfig){.skip = (SkipMode)skip, .batch_statistics = skip == SKIP_CUT});
            for (int i = 0; i < network->op_count; i++) read_op(&read, pass, i);
            pass_free(pass);
        }
        network_free(network);
    }
    assert_easy(&read);
}

/* Before anything has been run. */
static void what_is_ahead_is_said_to_anyone(void **state) {
    Read read = {.answers = 0};
    Error err = {0};
    (void)state;
    Network *network = pass_check_network("resnet18", 0);
    Pass *pass = pass_new(network, &(PassConfig){0}, &err);
    for (int i = 0; i < network->op_count; i++) read_op(&read, pass, i);
    pass_free(pass);
    network_free(network);
    assert_easy(&read);
}

static void charts_are_for_anyone(void **state) {
    Read read = {.answers = 0};
    (void)state;
    AnalysisWorld world = analysis_world_open("resnet8", 0, 2);
    for (int k = 0; k < ANALYSIS_COUNT; k++) {
        Error err = {0};
        AnalysisResult result;
        Explanation answer;
        Analysis *analysis = analysis_new((AnalysisId)k, &world.input, &err);
        if (!analysis) fail_msg("%s", err.text);
        while (analysis_step(analysis)) {
        }
        assert_true(analysis_report(analysis, &result));
        ExplainChartQuery query = {
            .id = (AnalysisId)k, .activation = op_spec(op_default_activation()), .level = EXPLAIN_ANYONE};
        for (int row = -1; row < 2; row++) {
            query.row = row;
            explain_chart(&query, &answer);
            read_answer(&read, analysis_spec((AnalysisId)k)->name, &answer);
            query.result = &result;
        }
        analysis_result_clear(&result);
        analysis_free(analysis);
    }
    analysis_world_close(&world);
    assert_easy(&read);
}

/* The rule can find something: terms, signs, and what has an entry but a plain word as well. */
static void what_is_not_plain_is_found(void **state) {
    (void)state;
    assert_string_equal(plain_words_problem("The tensors are large."), "tensor");
    assert_string_equal(plain_words_problem("The Jacobian of it"), "Jacobian");
    assert_string_equal(plain_words_problem("the length |x| of it"), "|x|");
    assert_string_equal(plain_words_problem("they have cosine 0.3"), "cosine");
    assert_null(plain_words_problem("The gradient came back through the skip."));
    assert_null(plain_words_problem("A vectorial"));
}

int main(void) {
    gemm_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_about_a_run_are_for_anyone),
        cmocka_unit_test(what_is_ahead_is_said_to_anyone),
        cmocka_unit_test(charts_are_for_anyone),
        cmocka_unit_test(what_is_not_plain_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
