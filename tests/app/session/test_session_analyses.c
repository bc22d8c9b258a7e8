/* Analyses in the explorer: run in steps, kept under what they were found for, never shown for anything else.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/assert_close.h"
#include "tests/support/canvas_check.h"
#include "tests/support/session_world.h"
#include "tests/support/test_image.h"
#include "views/scene/action_parse.h"

static const AnalysisResult *shown(const SessionWorld *world, AnalysisId id) {
    return world->session->analyses.shown.results[id];
}

/* Performs a line without the work it begins. */
static void begin(SessionWorld *world, const char *line) {
    Action action;
    Error err = {0};
    assert_true(action_parse(line, &action, &err));
    screen_do(world->screen, &action);
}

static void expect_on_screen(SessionWorld *world, const char *part) {
    char *screen = session_world_screen(world);
    if (!strstr(screen, part)) fail_msg("no '%s' on\n%s", part, screen);
    free(screen);
}

static void the_list_names_every_analysis_and_enter_runs_one(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "view analyses");
    for (int k = 0; k < ANALYSIS_COUNT; k++) expect_on_screen(world, analysis_spec((AnalysisId)k)->title);
    expect_on_screen(world, "not run");
    session_world_act(world, "open");
    assert_non_null(shown(world, ANALYSIS_PATHS));
    assert_true(shown(world, ANALYSIS_PATHS)->complete);
    expect_on_screen(world, "Path lengths: resnet20");
    expect_on_screen(world, "certainty");
    session_world_act(world, "close");
    expect_on_screen(world, "done");
    session_world_act(world, "close");
    assert_int_equal(world->session->look.view, VIEW_ARCHITECTURE);
}

static void an_analysis_runs_in_steps_with_progress_and_esc_shows_what_it_has(void **state) {
    SessionWorld *world = *state;
    begin(world, "analysis paths");
    assert_true(world->session->analyses.shown.running);
    while (world->session->analyses.shown.done < 5) assert_true(screen_work(world->screen));
    assert_int_equal(world->session->analyses.shown.done, 5);
    Scene scene = session_scene(world->session);
    double share = analysis_share(world->session->analyses.running);
    assert_true(share > 0 && share < 1);
    assert_int_equal(scene.job.done, (int)(1000 * share));
    assert_int_equal(scene.job.total, 1000);
    expect_on_screen(world, "5 of 46 steps");
    begin(world, "close");
    assert_false(world->session->analyses.shown.running);
    assert_false(shown(world, ANALYSIS_PATHS)->complete);
    expect_on_screen(world, "INCOMPLETE");
    /* what was given up is begun anew */
    session_world_act(world, "analysis paths");
    assert_true(shown(world, ANALYSIS_PATHS)->complete);
}

static void what_is_under_way_shows_itself_before_it_is_done(void **state) {
    SessionWorld *world = *state;
    begin(world, "analysis slice");
    for (int k = 0; k < 2; k++) assert_true(screen_work(world->screen));
    assert_true(world->session->analyses.shown.running);
    expect_on_screen(world, "UNDER WAY Loss slice");
    assert_int_equal(shown(world, ANALYSIS_SLICE)->table.row_count, 21);
    begin(world, "close");
    expect_on_screen(world, "INCOMPLETE Loss slice");
}

static void steps_of_the_pass_come_first_and_the_analysis_goes_on(void **state) {
    SessionWorld *world = *state;
    begin(world, "analysis paths");
    screen_work(world->screen);
    begin(world, "view step");
    begin(world, "step");
    screen_work(world->screen);
    assert_int_equal(scene_steps_done(world->session->exp.pass), 2);
    screen_finish_work(world->screen);
    assert_true(shown(world, ANALYSIS_PATHS)->complete);
}

static void results_are_never_stale_and_come_back_with_what_they_are_about(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "analysis junctions");
    double built = analysis_table_get(&shown(world, ANALYSIS_JUNCTIONS)->table, 0, 0);
    session_world_act(world, "target 3");
    assert_null(shown(world, ANALYSIS_JUNCTIONS));
    expect_on_screen(world, "Not run for this picture and settings");
    session_world_act(world, "target predicted");
    assert_non_null(shown(world, ANALYSIS_JUNCTIONS));
    session_world_act(world, "without-skip cut");
    assert_null(shown(world, ANALYSIS_JUNCTIONS));
    session_world_act(world, "without-skip none");
    assert_close(analysis_table_get(&shown(world, ANALYSIS_JUNCTIONS)->table, 0, 0), built, 0);
    char line[TEMP_PATH_MAX + 8];
    snprintf(line, sizeof line, "image %s", test_image_write(world->dir, "two.png", 2));
    session_world_act(world, line);
    assert_null(shown(world, ANALYSIS_JUNCTIONS));
    session_world_act(world, "restart"); /* changes nothing that it depends on */
    session_world_act(world, "analysis junctions");
    assert_true(analysis_table_get(&shown(world, ANALYSIS_JUNCTIONS)->table, 0, 0) != built);
}

static void another_set_of_weights_is_another_question(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "analysis junctions");
    const Param *param = &world->setup.model->network->params[0];
    network_values(world->setup.model->network, param)[0] += 1;
    session_analyses_refresh(world->session);
    assert_null(shown(world, ANALYSIS_JUNCTIONS));
}

static void another_network_has_results_of_its_own(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "analysis responses");
    assert_int_equal(shown(world, ANALYSIS_RESPONSES)->table.row_count, 19);
    begin(world, "analysis paths");
    screen_work(world->screen);
    session_world_act(world, "arch resnet8");
    assert_false(world->session->analyses.shown.running);
    assert_null(shown(world, ANALYSIS_RESPONSES));
    session_world_act(world, "analysis responses");
    assert_int_equal(shown(world, ANALYSIS_RESPONSES)->table.row_count, 7);
    assert_string_equal(shown(world, ANALYSIS_RESPONSES)->table.columns[1].name, "plain8");
}

static void a_change_stops_what_is_running(void **state) {
    SessionWorld *world = *state;
    begin(world, "analysis paths");
    screen_work(world->screen);
    begin(world, "without-skip cut");
    assert_false(world->session->analyses.shown.running);
    assert_null(shown(world, ANALYSIS_PATHS));
    expect_on_screen(world, "paths stopped");
}

static void enter_on_a_row_selects_its_block(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "analysis junctions");
    session_world_act(world, "down 4");
    session_world_act(world, "open");
    const Network *network = world->setup.model->network;
    assert_int_equal(scene_op_at(network, world->session->exp.at), network->blocks[4].add);
    session_world_act(world, "analysis paths");
    session_world_act(world, "open");
    expect_on_screen(world, "stands for no block");
}

static void the_chart_is_written_as_svg_and_csv(void **state) {
    SessionWorld *world = *state;
    char line[TEMP_PATH_MAX + 16];
    begin(world, "export-chart nothing.svg");
    assert_non_null(strstr(screen_error(world->screen), "no analysis is shown"));
    session_world_act(world, "analysis junctions");
    static const char *const names[] = {"chart.svg", "chart.csv"};
    for (int k = 0; k < 2; k++) {
        struct stat info;
        snprintf(line, sizeof line, "export-chart %s", temp_dir_join(world->dir, names[k]));
        session_world_act(world, line);
        assert_null(screen_error(world->screen));
        assert_int_equal(stat(temp_dir_join(world->dir, names[k]), &info), 0);
        assert_true(info.st_size > 300);
    }
    begin(world, "export-chart chart.txt");
    assert_non_null(strstr(screen_error(world->screen), "ends in .svg or .csv"));
}

static void words_in_place_of_the_chart(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "analysis junctions");
    session_world_act(world, "other");
    expect_on_screen(world, "dy/dx is D(I + F')");
    session_world_act(world, "other");
    expect_on_screen(world, "via skip");
}

static void a_question_without_sense_is_refused_in_a_sentence(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "without-skip plain");
    session_world_act(world, "analysis paths");
    assert_non_null(strstr(screen_error(world->screen), "one path only"));
    begin(world, "analysis nonsense");
    assert_non_null(strstr(screen_error(world->screen), "no analysis 'nonsense'"));
}

static void lesions_are_toggled_one_by_one_and_named(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "select layer1.1.add");
    session_world_act(world, "lesion");
    session_world_act(world, "lesion layer3.2");
    assert_int_equal(pass_skip_mode(world->session->exp.pass), SKIP_LESION);
    expect_on_screen(world, "lesion: layer1.1, layer3.2");
    session_world_act(world, "lesion");
    expect_on_screen(world, "lesion: layer3.2");
    assert_false(pass_block_is_lesioned(world->session->exp.pass, 1));
    assert_true(pass_block_is_lesioned(world->session->exp.pass, 8));
    session_world_act(world, "lesion layer3.2");
    assert_int_equal(pass_skip_mode(world->session->exp.pass), SKIP_NONE_REMOVED);
    session_world_act(world, "select conv1");
    session_world_act(world, "lesion");
    assert_non_null(strstr(screen_error(world->screen), "inside a block"));
    session_world_act(world, "lesion layer9.9");
    assert_non_null(strstr(screen_error(world->screen), "no block 'layer9.9'"));
}

static void every_page_is_legible_on_every_screen(void **state) {
    SessionWorld *world = *state;
    static const int sizes[][2] = {{80, 24}, {120, 40}, {200, 60}};
    for (int k = 0; k < ANALYSIS_COUNT; k++) {
        char line[64];
        session_world_act(world, "without-skip none");
        snprintf(line, sizeof line, "analysis %s", analysis_spec((AnalysisId)k)->name);
        session_world_act(world, line);
        if (screen_error(world->screen)) continue; /* it has said why not */
        for (int s = 0; s < 6; s++) {
            screen_set_canvas(world->screen, sizes[s % 3][0], sizes[s % 3][1], s < 3 ? 0 : CANVAS_ASCII);
            expect_on_screen(world, analysis_spec((AnalysisId)k)->title);
            expect_on_screen(world, "certainty");
            expect_on_screen(world, "check");
            expect_on_screen(world, shown(world, (AnalysisId)k)->table.labels[0]);
        }
        screen_set_canvas(world->screen, 80, 24, 0);
    }
}

static void the_plane_is_a_question_of_its_own_and_enter_asks_it(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "analysis slice");
    assert_int_equal(shown(world, ANALYSIS_SLICE)->table.row_count, 21);
    assert_non_null(strstr(shown(world, ANALYSIS_SLICE)->certainty, "loss of the true classes"));
    expect_on_screen(world, "Enter: the plane of two directions");
    Action enter = {.id = ACTION_OPEN};
    screen_do(world->screen, &enter);
    assert_true(world->session->analyses.running != NULL);
    while (world->session->analyses.shown.done < 3) screen_work(world->screen);
    begin(world, "close");
    assert_int_equal(shown(world, ANALYSIS_SLICE)->table.row_count, 30);
    expect_on_screen(world, "Enter: along one direction");
    expect_on_screen(world, ", log"); /* the map's scale: the map itself is there at 80 columns */
    /* the line is still known, and the plane still given up */
    begin(world, "analysis slice");
    assert_true(world->session->analyses.running == NULL);
    assert_int_equal(shown(world, ANALYSIS_SLICE)->table.row_count, 21);
    begin(world, "analysis slice plane");
    assert_true(world->session->analyses.running != NULL);
    begin(world, "close");
    begin(world, "analysis slice sphere");
    assert_non_null(strstr(screen_error(world->screen), "no analysis 'slice sphere'"));
}

static void networks_that_are_built_follow_the_sessions_init_and_seed(void **state) {
    SessionWorld *world = *state;
    begin(world, "analysis shattered");
    screen_work(world->screen);
    begin(world, "close");
    assert_non_null(strstr(shown(world, ANALYSIS_SHATTERED)->subject, "built beside it: he, seed 0"));
    session_world_act(world, "arch resnet8");
    Setup *setup = (Setup *)world->session->exp.setup; /* as if --init and --seed had said so */
    snprintf(setup->init, sizeof setup->init, "gain:0.5");
    setup->seed = 7;
    begin(world, "analysis shattered");
    screen_work(world->screen);
    begin(world, "close");
    assert_non_null(strstr(shown(world, ANALYSIS_SHATTERED)->subject, "built beside it: gain:0.5, seed 7"));
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_plane_is_a_question_of_its_own_and_enter_asks_it),
        IN_WORLD(networks_that_are_built_follow_the_sessions_init_and_seed),
        IN_WORLD(the_list_names_every_analysis_and_enter_runs_one),
        IN_WORLD(an_analysis_runs_in_steps_with_progress_and_esc_shows_what_it_has),
        IN_WORLD(what_is_under_way_shows_itself_before_it_is_done),
        IN_WORLD(steps_of_the_pass_come_first_and_the_analysis_goes_on),
        IN_WORLD(results_are_never_stale_and_come_back_with_what_they_are_about),
        IN_WORLD(another_set_of_weights_is_another_question),
        IN_WORLD(another_network_has_results_of_its_own),
        IN_WORLD(a_change_stops_what_is_running),
        IN_WORLD(enter_on_a_row_selects_its_block),
        IN_WORLD(the_chart_is_written_as_svg_and_csv),
        IN_WORLD(words_in_place_of_the_chart),
        IN_WORLD(a_question_without_sense_is_refused_in_a_sentence),
        IN_WORLD(lesions_are_toggled_one_by_one_and_named),
        IN_WORLD(every_page_is_legible_on_every_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
