/* Locks and hidden panes: what a handout keeps out of reach stays out of reach by every way there is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/input/keymap.h"
#include "app/state/session_plan.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/session_world.h"

static void hand_out(SessionWorld *world, const char *lock, const char *hide) {
    Error err = {0};
    if (!session_set_handout(world->session, lock, hide, &err)) fail_msg("%s", err.text);
}

static void expect_notice(const SessionWorld *world, const char *part) {
    const char *notice = world->session->notice.kind == NOTICE_NONE ? "" : world->session->notice.text;
    if (!strstr(notice, part)) fail_msg("'%s' does not say '%s'", notice, part);
}

static bool shows(SessionWorld *world, const char *part) {
    char *screen = session_world_screen(world);
    bool found = strstr(screen, part) != NULL;
    free(screen);
    return found;
}

static void names_are_read_and_written(void **state) {
    (void)state;
    Handout handout = {.locks = 0};
    char names[HANDOUT_NAMES_MAX];
    Error err = {0};
    assert_true(handout_lock(&handout, "weights,image", &err));
    assert_true(handout_lock(&handout, "skip+weights", &err));
    handout_lock_names(&handout, names);
    assert_string_equal(names, "weights+image+skip");
    assert_true(handout_hide(&handout, "gradients,explain", &err));
    handout_hide_names(&handout, names);
    assert_string_equal(names, "gradients+explain");
    assert_false(handout_lock(&handout, "run,nothing", &err));
    assert_non_null(strstr(err.text, "found 'nothing'"));
    assert_false(handout_locks(&handout, LOCK_RUN));
    assert_false(handout_hide(&handout, "", &err));
    assert_false(handout_hide(&handout, "architecture,step,maps,value,block,input,analyses", &err));
    assert_non_null(strstr(err.text, "at least one view"));
}

static void every_locked_group_refuses_its_actions_and_says_so(void **state) {
    SessionWorld *world = *state;
    static const struct {
        const char *group, *line;
    } cases[] = {{"weights", "weights plain20"},
                 {"weights", "arch resnet8"},
                 {"weights", "swap layer1.0 layer1.1"},
                 {"weights", "files weights"},
                 {"image", "image dog"},
                 {"image", "target 3"},
                 {"skip", "without-skip cut"},
                 {"skip", "lesion layer1.0"},
                 {"skip", "twin plain"},
                 {"skip", "versus"},
                 {"run", "finish"},
                 {"run", "step"},
                 {"run", "restart"},
                 {"view", "view maps"},
                 {"view", "next-view"},
                 {"view", "analysis paths"},
                 {"settings", "scope map"},
                 {"settings", "palette"},
                 {"settings", "theme light"},
                 {"files", "export x.txt"},
                 {"files", "screen x.txt"},
                 {"files", "describe x.txt"},
                 {"lesson", "lesson skip"}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char expected[80];
        world->session->handout = (Handout){.locks = 0};
        hand_out(world, cases[k].group, NULL);
        char *before = session_state_text(world->session);
        session_world_act(world, cases[k].line);
        snprintf(expected, sizeof expected, "locked by this handout: %s", cases[k].group);
        expect_notice(world, expected);
        char *after = session_state_text(world->session);
        assert_string_equal(after, before);
        free(before);
        free(after);
    }
}

/* Enter in the list of pictures, and the way from a map to its arithmetic, are actions too. */
static void ways_through_a_view_are_locked_too(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer1.0.add");
    session_world_act(world, "view maps");
    session_world_act(world, "open");
    hand_out(world, "view", NULL);
    session_world_press(world, "Enter");
    expect_notice(world, "locked by this handout: view");
    session_world_press(world, "Esc");
    session_world_press(world, "Esc");
    assert_int_equal(world->session->look.view, VIEW_MAPS);
    session_world_press(world, "e");
    assert_int_equal(world->session->look.view, VIEW_MAPS);
    world->session->look.view = VIEW_INPUT;
    hand_out(world, "image", NULL);
    char *name = strdup(world->session->exp.picture.name);
    session_world_press(world, "Down");
    session_world_press(world, "Enter");
    expect_notice(world, "locked by this handout: image");
    assert_string_equal(world->session->exp.picture.name, name);
    free(name);
}

static void hidden_views_have_no_tab_no_key_and_no_line_in_the_help(void **state) {
    SessionWorld *world = *state;
    session_world_press(world, "a");
    assert_true(shows(world, "r Gradients"));
    hand_out(world, NULL, "gradients,value,architecture");
    assert_int_equal(world->session->look.view, VIEW_STEP);
    assert_true(shows(world, "m Maps"));
    assert_false(shows(world, "r Gradients"));
    session_world_press(world, "r");
    expect_notice(world, "hidden by this handout: gradients");
    assert_int_equal(world->session->look.view, VIEW_STEP);
    for (int k = 0; k < VIEW_COUNT; k++) {
        session_world_press(world, "Tab");
        assert_false(handout_hides_view(&world->session->handout, world->session->look.view));
    }
    session_world_press(world, "Esc");
    assert_false(handout_hides_view(&world->session->handout, world->session->look.view));
    screen_set_size(world->screen, 200, 100);
    session_world_press(world, "?");
    assert_false(shows(world, "r  Gradients"));
    assert_true(shows(world, "m  Maps"));
}

static void hidden_panes_are_not_drawn(void **state) {
    SessionWorld *world = *state;
    screen_set_size(world->screen, 250, 70);
    session_world_act(world, "finish");
    session_world_act(world, "view maps");
    session_world_act(world, "explain 1");
    assert_true(shows(world, "% zero"));
    assert_true(shows(world, "┊"));
    assert_true(shows(world, "|g|") || shows(world, "|x|"));
    hand_out(world, NULL, "figures,strip,navigator,explain");
    assert_false(shows(world, "% zero"));
    assert_false(shows(world, "┊"));
    assert_true(rect_is_empty(session_panes(world->session).navigator));
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_OFF);
    session_world_press(world, "2");
    session_world_press(world, "j");
    assert_int_equal(world->session->look.settings.explain, EXPLAIN_OFF);
    session_world_act(world, "explain 3");
    expect_notice(world, "hidden by this handout: explain");
}

/* The hint bar and the help are read for the keys of everything that is refused. */
static void no_hint_and_no_help_names_a_key_that_is_refused(void **state) {
    SessionWorld *world = *state;
    ScreenKeys keys;
    hand_out(world, "weights,image,skip,run,view,settings,files,lesson", "explain");
    for (int view = 0; view < VIEW_COUNT; view++) {
        world->session->look.view = (ViewId)view;
        screen_collect_hints(world->screen, &keys);
        for (int k = 0; k < keys.hint_count; k++) {
            uint32_t code;
            if (!key_parse(keys.hints[k].key, &code)) fail_msg("a hint for '%s'", keys.hints[k].key);
            Action action = keymap_find(code);
            if (handout_refuses(&world->session->handout, &action, NULL))
                fail_msg("%s names %s", view_ops((ViewId)view)->name, keys.hints[k].key);
        }
    }
    screen_collect_help(world->screen, &keys);
    for (int k = 0; k < keys.row_count; k++)
        for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++)
            if (handout_refuses(&world->session->handout, &(Action){.id = (ActionId)id}, NULL) &&
                strcmp(keys.rows[k].help, action_help((ActionId)id)) == 0)
                fail_msg("the help names %s", keys.rows[k].keys);
}

static void a_state_adds_locks_and_takes_none_back(void **state) {
    SessionWorld *world = *state;
    Error err = {0};
    char *text = session_state_text(world->session), line[600];
    hand_out(world, "image", NULL);
    snprintf(line, sizeof line, "state %s,lock=skip", text);
    session_world_act(world, line);
    assert_null(screen_error(world->screen));
    assert_true(handout_locks(&world->session->handout, LOCK_IMAGE));
    assert_true(handout_locks(&world->session->handout, LOCK_SKIP));
    assert_false(screen_set_state(world->screen, "v1:resnet20,dog,init=he", &err));
    assert_string_equal(err.text, "locked by this handout: image");
    snprintf(line, sizeof line, "state %s,skip=cut", text);
    session_world_act(world, line);
    assert_string_equal(screen_error(world->screen), "locked by this handout: skip");
    hand_out(world, NULL, "gradients");
    snprintf(line, sizeof line, "state %s,view=gradients", text);
    session_world_act(world, line);
    assert_string_equal(screen_error(world->screen), "hidden by this handout: gradients");
    free(text);
}

/* The lesson itself may show what its reader may not reach for. */
static void a_lesson_goes_on_under_locks_and_its_reader_obeys_them(void **state) {
    SessionWorld *world = *state;
    hand_out(world, "view,run,image", NULL);
    session_world_act(world, "lesson skip");
    session_world_press(world, "Space");
    const Session *front = screen_front(world->screen);
    assert_int_equal(front->look.view, VIEW_STEP);
    assert_null(screen_error(world->screen));
    session_world_press(world, "m");
    front = screen_front(world->screen);
    assert_int_equal(front->look.view, VIEW_STEP);
    assert_non_null(strstr(front->notice.text, "locked by this handout: view"));
}

static void the_command_line_hands_out(void **state) {
    TempDir *dir = *state;
    char script[TEMP_PATH_MAX];
    static const char lines[] = "state -\n";
    snprintf(script, sizeof script, "%s", temp_dir_write(dir, "s", lines, sizeof lines - 1));
    ProgramRun run = program_run(ARGS("--lock", "view,image", "--hide", "explain", "--script", script));
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, "v1:resnet20,lock=image+view,hide=explain\n");
    program_free(&run);
    run = program_run(ARGS("--state", "v1:resnet20,view=maps,lock=view", "--script", script));
    assert_string_equal(run.out, "v1:resnet20,view=maps,lock=view\n");
    program_free(&run);
    program_expect_failure(2, "lock: expected weights", ARGS("--lock", "all", "--script", script));
    program_expect_failure(2, "hide: expected a view", ARGS("--hide", "nothing", "--script", script));
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_and_written),
        IN_WORLD(every_locked_group_refuses_its_actions_and_says_so),
        IN_WORLD(ways_through_a_view_are_locked_too),
        IN_WORLD(hidden_views_have_no_tab_no_key_and_no_line_in_the_help),
        IN_WORLD(hidden_panes_are_not_drawn),
        IN_WORLD(no_hint_and_no_help_names_a_key_that_is_refused),
        IN_WORLD(a_state_adds_locks_and_takes_none_back),
        IN_WORLD(a_lesson_goes_on_under_locks_and_its_reader_obeys_them),
        IN_TEMP_DIR(the_command_line_hands_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
