/* The keys 1 2 3 and the code they show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/explain_sources.h"
#include "core/explain/chart.h"
#include "tests/support/assert_close.h"
#include "tests/support/pass_check.h"
#include "tests/support/program.h"
#include "tests/support/session_world.h"

static void press(SessionWorld *world, const char *keys) {
    for (; *keys; keys++) screen_key(world->screen, &(Key){.code = (uint32_t)*keys});
    screen_finish_work(world->screen);
}

static void a_digit_opens_the_answer_and_the_same_digit_closes_it(void **state) {
    SessionWorld *world = *state;
    press(world, "2j");
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_OFF); /* two rows down */
    press(world, "3m");
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_MATH);
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "Esc closes"));
    free(screen);
    press(world, "3t");
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_OFF);
    press(world, "1t2t");
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_CODE);
    screen_key(world->screen, &(Key){.code = KEY_CODE_ESCAPE});
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_OFF);
}

static void a_digit_before_a_step_is_a_count(void **state) {
    SessionWorld *world = *state;
    press(world, "1t");
    int at = world->session->exp.at;
    press(world, "3s");
    assert_int_equal(world->session->exp.at, at + 3);
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_ANYONE);
    press(world, "12s");
    assert_int_equal(world->session->exp.at, at + 15);
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_ANYONE);
}

static void press_at(SessionWorld *world, char key, double at_s) {
    screen_key(world->screen, &(Key){.code = (uint32_t)key, .at_s = at_s});
    screen_finish_work(world->screen);
}

static void who_has_read_the_answer_types_no_count(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "view step");
    int at = world->session->exp.at;
    press_at(world, '1', 10.0);
    press_at(world, '2', 15.0);
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_CODE);
    press_at(world, 's', 20.0);
    assert_int_equal(world->session->exp.at, at + 1);
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_CODE);
    press_at(world, '1', 30.0);
    press_at(world, '2', 30.2);
    press_at(world, 's', 30.4);
    assert_int_equal(world->session->exp.at, at + 13);
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_CODE);
}

static void one_number_is_explained_where_one_is_selected(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer1.0.add");
    session_world_act(world, "view value");
    session_world_act(world, "explain anyone");
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "One number of 16384"));
    free(screen);
    session_world_act(world, "view gradients");
    screen = session_world_screen(world);
    assert_non_null(strstr(screen, "layer1.0: a residual block"));
    free(screen);
}

static void a_chart_is_explained_in_the_laboratory(void **state) {
    SessionWorld *world = *state;
    screen_set_size(world->screen, 100, 40);
    session_world_act(world, "view analyses");
    session_world_act(world, "explain anyone");
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "It has not been run yet"));
    free(screen);
    session_world_act(world, "analysis junctions");
    screen_finish_work(world->screen);
    static const char *const levels[][2] = {
        {"explain anyone", "The selected row: length of the gradient through"},
        {"explain code", "core/analysis/junctions.c:"},
        {"explain math", "Check holds"}};
    session_world_act(world, "explain off");
    for (size_t k = 0; k < sizeof levels / sizeof levels[0]; k++) {
        session_world_act(world, levels[k][0]);
        screen = session_world_screen(world);
        if (!strstr(screen, levels[k][1])) fail_msg("%s is not on the screen:\n%s", levels[k][1], screen);
        free(screen);
    }
}

static void the_code_of_every_analysis_is_found_with_its_line(void **state) {
    (void)state;
    for (int id = 0; id < ANALYSIS_COUNT; id++) {
        Explanation out;
        explain_chart(
            &(ExplainChartQuery){.id = (AnalysisId)id, .level = EXPLAIN_CODE, .sources = explain_source},
            &out);
        int marks = 0;
        for (int k = 0; k < out.line_count; k++) marks += out.lines[k].kind == EXPLAIN_LINE_NOW;
        if (marks != 1) fail_msg("%s: %d lines marked", analysis_spec((AnalysisId)id)->name, marks);
    }
}

static void the_answer_follows_the_selection(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "view step");
    session_world_act(world, "explain anyone");
    static const char *const rows[][2] = {{"select layer1.0.relu1", "16384"},
                                          {"select layer2.0.downsample", "empty maps"},
                                          {"select fc", "fully connected layer"}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        session_world_act(world, rows[k][0]);
        char *screen = session_world_screen(world);
        if (!strstr(screen, rows[k][1])) fail_msg("%s is not on the screen:\n%s", rows[k][1], screen);
        free(screen);
    }
}

/* PyTorch's line, the reference's functions, the engine's: three parts, in this order, none of them empty. */
static void check_parts(const Explanation *out, const char *name) {
    static const char room[] = "core/op/reference/";
    int calls = 0, reference = 0, engine = 0;
    for (int k = 0; k < out->line_count; k++) {
        bool is_place = out->lines[k].kind == EXPLAIN_PLACE;
        bool is_reference = is_place && strncmp(out->lines[k].text, room, strlen(room)) == 0;
        calls += out->lines[k].kind == EXPLAIN_CALL && reference + engine == 0;
        reference += is_reference && engine == 0;
        engine += is_place && !is_reference;
    }
    if (calls == 0 || reference == 0 || engine == 0)
        fail_msg("%s: %d lines of PyTorch, then %d functions of the reference, then %d of the engine", name,
                 calls, reference, engine);
}

/* Each op's code is found in the built-in sources, with the line that does the work. */
static void check_code(const Pass *pass, int op, bool backward) {
    Explanation out;
    explain_make(
        &(ExplainQuery){
            .pass = pass, .sources = explain_source, .level = EXPLAIN_CODE, .op = op, .backward = backward},
        &out);
    int places = 0, marks = 0;
    for (int k = 0; k < out.line_count; k++) {
        places += out.lines[k].kind == EXPLAIN_PLACE;
        marks += out.lines[k].kind == EXPLAIN_LINE_NOW;
    }
    if (backward && pass_network(pass)->ops[op].kind == OP_CROSS_ENTROPY) return;
    if (places == 0 || marks != places)
        fail_msg("%s, %s: %d places, %d lines marked", pass_network(pass)->ops[op].name,
                 backward ? "backward" : "forward", places, marks);
    check_parts(&out, pass_network(pass)->ops[op].name);
}

static void the_code_of_every_operation_is_found_with_its_line(void **state) {
    (void)state;
    static const char *const archs[] = {"resnet8", "plain8", "resnet18"};
    for (size_t a = 0; a < sizeof archs / sizeof archs[0]; a++) {
        Network *network = pass_check_network(archs[a], 0);
        Error err = {0};
        Pass *pass = pass_new(network, &(PassConfig){0}, &err);
        for (int i = 0; i < network->op_count; i++) {
            check_code(pass, i, false);
            check_code(pass, i, true);
        }
        pass_free(pass);
        network_free(network);
    }
}

static void the_command_prints_lines_and_fields(void **state) {
    (void)state;
    json_t *json = program_run_json(ARGS("explain", "layer2.0", "--json"));
    assert_true(json_array_size(json_object_get(json, "lines")) >= 2);
    assert_true(json_number_value(json_object_get(json_object_get(json, "fields"), "change")) > 0);
    json_decref(json);
    program_expect_failure(2, "the nearest is conv1", ARGS("explain", "konv1"));
    program_expect_failure(2, "expected channel, row and column",
                           ARGS("explain", "conv1", "--index", "99,0,0"));
}

/* In every view, and before it leaves what is open there. */
static void esc_closes_it_first(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer2.0.conv1");
    for (int v = 0; v < VIEW_COUNT; v++) {
        char line[64];
        snprintf(line, sizeof line, "view %s", view_ops((ViewId)v)->name);
        session_world_act(world, line);
        if (v == VIEW_MAPS) session_world_press(world, "Enter");
        char *before = session_world_screen(world);
        session_world_act(world, "explain 1");
        char *open = session_world_screen(world);
        assert_non_null(strstr(open, "Esc closes"));
        session_world_press(world, "Esc");
        assert_int_equal(world->session->look.settings.explain, EXPLAIN_OFF);
        char *after = session_world_screen(world);
        assert_string_equal(before, after);
        free(before);
        free(open);
        free(after);
    }
}

/* A map of 32x32 stays whole beside it wherever it can: from 80x24 on. */
static void it_leaves_a_map_whole(void **state) {
    SessionWorld *world = *state;
    static const ViewId views[] = {VIEW_MAPS, VIEW_STEP, VIEW_BLOCK, VIEW_INPUT};
    static const int sizes[][2] = {{80, 24}, {100, 30}, {120, 40}, {200, 60}};
    session_world_act(world, "explain 1");
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (size_t v = 0; v < sizeof views / sizeof views[0]; v++) {
            screen_set_size(world->screen, sizes[s][0], sizes[s][1]);
            world->session->look.view = views[v];
            SessionPanes panes = session_panes(world->session);
            assert_true(panes.view.w >= VIEW_BESIDE && panes.view.h >= 21);
            assert_true(panes.explain.w >= 38 && panes.explain.h >= 21);
        }
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(a_digit_opens_the_answer_and_the_same_digit_closes_it),
        SESSION_TEST(esc_closes_it_first),
        SESSION_TEST(it_leaves_a_map_whole),
        SESSION_TEST(a_digit_before_a_step_is_a_count),
        SESSION_TEST(who_has_read_the_answer_types_no_count),
        SESSION_TEST(one_number_is_explained_where_one_is_selected),
        SESSION_TEST(a_chart_is_explained_in_the_laboratory),
        cmocka_unit_test(the_code_of_every_analysis_is_found_with_its_line),
        SESSION_TEST(the_answer_follows_the_selection),
        cmocka_unit_test(the_code_of_every_operation_is_found_with_its_line),
        cmocka_unit_test(the_command_prints_lines_and_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
