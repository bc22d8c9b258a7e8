/* Time: counts, breakpoints, conditions, marks, watches, playing. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"

static const Network *network_of(const SessionWorld *world) {
    return world->setup.model->network;
}

static void press(SessionWorld *world, const char *keys) {
    for (; *keys; keys++) {
        screen_key(world->screen, &(Key){.code = (unsigned char)*keys});
        screen_finish_work(world->screen);
    }
}

static const char *op_name(SessionWorld *world) {
    return network_of(world)->ops[session_scene(world->session).op].name;
}

static void digits_say_how_often(void **state) {
    SessionWorld *world = *state;
    press(world, "12s");
    assert_int_equal(world->session->exp.at, 12);
    press(world, "5S");
    assert_int_equal(world->session->exp.at, 7);
    press(world, "3]");
    assert_int_equal(world->session->exp.at, 10);
    press(world, "7g");
    assert_int_equal(world->session->exp.at, 7);
}

static void digits_wait_in_sight_and_escape_drops_them(void **state) {
    SessionWorld *world = *state;
    press(world, "10");
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "10 times"));
    free(screen);
    screen_key(world->screen, &(Key){.code = KEY_CODE_ESCAPE});
    press(world, "s");
    assert_int_equal(world->session->exp.at, 1);
}

static void a_run_stops_at_a_breakpoint_in_either_direction_of_the_program(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "break layer2.0.add");
    session_world_act(world, "break layer1.1.conv1 backward");
    session_world_act(world, "continue");
    assert_string_equal(op_name(world), "layer2.0.add");
    int add = network_find_op(network_of(world), "layer2.0.add");
    assert_int_equal(scene_steps_done(world->session->exp.pass), add + 1);
    session_world_act(world, "continue");
    assert_string_equal(op_name(world), "layer1.1.conv1");
    assert_int_equal(session_scene(world->session).phase, PHASE_BACKWARD);
    int done = scene_steps_done(world->session->exp.pass);
    session_world_act(world, "continue-back");
    assert_int_equal(world->session->exp.at, add);
    assert_int_equal(scene_steps_done(world->session->exp.pass), done);
    session_world_act(world, "continue");
    assert_string_equal(op_name(world), "layer1.1.conv1");
    assert_int_equal(scene_steps_done(world->session->exp.pass), done);
}

static void a_condition_stops_where_it_first_holds(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "break if dead > 30%");
    session_world_act(world, "continue");
    int at = world->session->exp.at;
    for (int i = 0; i <= at; i++) {
        Stats stats = pass_act_stats(world->session->exp.pass, i);
        bool relu = world->setup.model->network->ops[i].kind == OP_RELU;
        bool dead = relu && (double)stats.zeros > 0.3 * (double)stats.count;
        assert_int_equal(dead, i == at);
    }
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "dead > 30%, it is"));
    free(screen);
}

/* With and without "if"; a cosine is never 2, so that the first place that has one is found: where the
 * gradient's two routes through the last block meet. */
static void a_condition_needs_no_if(void **state) {
    SessionWorld *world = *state;
    const Network *network = world->setup.model->network;
    session_world_act(world, "finish");
    session_world_act(world, "break cos < 2");
    assert_null(screen_error(world->screen));
    session_world_act(world, "continue");
    int last = network->blocks[network->block_count - 1].input;
    assert_int_equal(world->session->exp.at, scene_at(network, last, PHASE_BACKWARD));
    session_world_act(world, "break off");
    session_world_act(world, "break grad <");
    assert_non_null(strstr(screen_error(world->screen), "condition: expected"));
}

/* The zeros that option A pads with are no dead units. */
static void padding_is_not_dead(void **state) {
    SessionWorld *world = *state;
    const Network *network = world->setup.model->network;
    int stops = 0;
    session_world_act(world, "break if dead > 5%");
    for (int before = -1; world->session->exp.at != before;) {
        before = world->session->exp.at;
        session_world_act(world, "continue");
        if (world->session->notice.kind == NOTICE_NONE) break;
        assert_int_equal(network->ops[scene_op_at(network, world->session->exp.at)].kind, OP_RELU);
        stops++;
    }
    assert_true(stops >= network->block_count);
}

static void the_first_number_that_is_none_stops_a_run(void **state) {
    SessionWorld *world = *state;
    Network *network = world->setup.model->network;
    const Param *param = network_find_param(network, "layer2.0.conv2.weight");
    network_values(network, param)[5] = NAN;
    session_world_act(world, "break if nan");
    session_world_act(world, "continue");
    assert_string_equal(op_name(world), "layer2.0.conv2");
    assert_true(world->session->exp.at < network->op_count);
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "numbers are NaN or infinite"));
    free(screen);
}

/* A file with such values needs no breakpoint of the user's. */
static void c_runs_to_what_the_files_values_spoil(void **state) {
    SessionWorld *world = *state;
    Network *network = world->setup.model->network;
    network_values(network, network_find_param(network, "layer1.1.bn1.weight"))[2] = NAN;
    world->setup.model->bad_tensors = 1;
    session_stop_where_spoiled(world->session);
    session_stop_where_spoiled(world->session); /* once is enough */
    assert_int_equal(world->session->stops.breakpoint_count, 1);
    session_world_act(world, "continue");
    assert_string_equal(op_name(world), "layer1.1.bn1");
}

static void without_a_breakpoint_continue_says_how_to_set_one(void **state) {
    SessionWorld *world = *state;
    press(world, "c");
    assert_int_equal(world->session->exp.at, 0);
    assert_non_null(strstr(world->session->notice.text, "B sets one"));
}

static void the_key_sets_and_takes_away(void **state) {
    SessionWorld *world = *state;
    press(world, "5sB");
    assert_int_equal(world->session->stops.breakpoint_count, 1);
    assert_true(world->session->stops.flags[5]);
    press(world, "B");
    assert_int_equal(world->session->stops.breakpoint_count, 0);
    assert_null(world->session->stops.flags);
}

static void a_mark_comes_back_to_everything(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "select layer1.1.conv2");
    session_world_act(world, "view maps");
    session_world_act(world, "channel 9");
    session_world_act(world, "cell 3 4");
    press(world, "Mq");
    session_world_act(world, "select fc");
    session_world_act(world, "view block");
    press(world, "'q");
    Scene scene = session_scene(world->session);
    assert_string_equal(op_name(world), "layer1.1.conv2");
    assert_int_equal(world->session->look.view, VIEW_MAPS);
    assert_true(scene.channel == 9 && scene.row == 3 && scene.column == 4);
    press(world, "''");
    assert_string_equal(op_name(world), "fc");
    assert_false(screen_wants_quit(world->screen));
    press(world, "'z");
    assert_non_null(strstr(screen_error(world->screen), "no mark 'z'"));
}

static void a_watch_shows_value_and_gradient_wherever_one_looks(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "watch layer1.0.conv1 3 5 7");
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    int op = network_find_op(network_of(world), "layer1.0.conv1");
    Tensor act = pass_act(world->session->exp.pass, op);
    char expected[96];
    snprintf(expected, sizeof expected, "layer1.0.conv1 ch 3 (5,7): x %+.4g  g",
             (double)act.data[shape_index(act.shape, 0, 3, 5, 7)]);
    char *screen = session_world_screen(world);
    if (!strstr(screen, expected)) fail_msg("'%s' is not on\n%s", expected, screen);
    free(screen);
    session_world_act(world, "watch layer1.0.conv1 3 5 7");
    assert_int_equal(world->session->stops.watch_count, 0);
    session_world_act(world, "watch conv1 99 0 0");
    assert_non_null(strstr(screen_error(world->screen), "expected OP CHANNEL ROW COLUMN"));
}

/* What was asked for last must be seen, too, on however narrow a screen. */
static void every_watched_number_has_a_place_of_its_own(void **state) {
    static const int widths[] = {80, 120, 200, 60};
    SessionWorld *world = *state;
    for (int k = 0; k < SCENE_WATCHES_MAX; k++) {
        char line[64];
        snprintf(line, sizeof line, "watch layer1.0.conv1 %d 31 31", 10 + k);
        session_world_act(world, line);
    }
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
        screen_set_size(world->screen, widths[w], 24);
        char *screen = session_world_screen(world), sought[32];
        for (int k = 0; k < SCENE_WATCHES_MAX; k++) {
            snprintf(sought, sizeof sought, "ch %d (31,31): x", 10 + k);
            if (!strstr(screen, sought)) fail_msg("'%s' is not on\n%s", sought, screen);
        }
        free(screen);
    }
}

static void where_time_ends_steps_say_so(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "step-back");
    assert_string_equal(world->session->notice.text, "the forward pass begins here, at the image: s runs on");
    session_world_act(world, "select input backward");
    session_world_act(world, "step"); /* selected, but not run: it is caught up with */
    assert_int_equal(scene_steps_done(world->session->exp.pass), world->steps);
    assert_int_equal(world->session->notice.kind, NOTICE_NONE);
    session_world_act(world, "step");
    assert_string_equal(world->session->notice.text,
                        "the backward pass has reached the image: R starts again");
}

static void keys_typed_ahead_of_the_network_all_count(void **state) {
    SessionWorld *world = *state;
    Key key = {.code = 's'};
    for (int k = 0; k < 3; k++) screen_key(world->screen, &key);
    screen_finish_work(world->screen);
    assert_int_equal(session_scene(world->session).at, 3);
    key.code = 'S';
    screen_key(world->screen, &key);
    screen_finish_work(world->screen);
    assert_int_equal(session_scene(world->session).at, 2);
    key.code = 'f';
    for (int k = 0; k < 2; k++) screen_key(world->screen, &key);
    screen_finish_work(world->screen);
    Scene scene = session_scene(world->session);
    assert_int_equal(scene.at, 2 * scene.network->op_count - 1);
}

static void playing_steps_when_it_is_due_and_a_step_pauses_it(void **state) {
    SessionWorld *world = *state;
    assert_int_equal(screen_wait_ms(world->screen), -1);
    press(world, ">>");
    assert_true(world->session->exp.play.rate == 4);
    int wait = screen_wait_ms(world->screen);
    assert_true(wait >= 0 && wait <= 250);
    world->session->exp.play.next_tick_s = 0; /* long ago */
    assert_true(screen_tick(world->screen));
    screen_finish_work(world->screen);
    assert_int_equal(world->session->exp.at, 1);
    press(world, " ");
    assert_int_equal(screen_wait_ms(world->screen), -1);
    assert_int_equal(world->session->exp.at, 1);
    press(world, "><<");
    assert_int_equal(screen_wait_ms(world->screen), -1);
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(digits_say_how_often),
        SESSION_TEST(digits_wait_in_sight_and_escape_drops_them),
        SESSION_TEST(a_run_stops_at_a_breakpoint_in_either_direction_of_the_program),
        SESSION_TEST(a_condition_stops_where_it_first_holds),
        SESSION_TEST(a_condition_needs_no_if),
        SESSION_TEST(padding_is_not_dead),
        SESSION_TEST(the_first_number_that_is_none_stops_a_run),
        SESSION_TEST(c_runs_to_what_the_files_values_spoil),
        SESSION_TEST(without_a_breakpoint_continue_says_how_to_set_one),
        SESSION_TEST(the_key_sets_and_takes_away),
        SESSION_TEST(a_mark_comes_back_to_everything),
        SESSION_TEST(a_watch_shows_value_and_gradient_wherever_one_looks),
        SESSION_TEST(every_watched_number_has_a_place_of_its_own),
        SESSION_TEST(where_time_ends_steps_say_so),
        SESSION_TEST(keys_typed_ahead_of_the_network_all_count),
        SESSION_TEST(playing_steps_when_it_is_due_and_a_step_pauses_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
