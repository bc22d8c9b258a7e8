/* Numbers larger than anything that can be counted: in every view and with every action they lead where a
 * large number leads, at once, and what is no number of times is once. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "app/explorer/script.h"
#include "core/base/parallel.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "views/scene/action_parse.h"

/* LARGE is more than a resnet20 has of anything, and small enough for any arithmetic. An action may take as
 * much of the processor as CPU_S, whatever else runs; the longest takes a few hundredths of that. */
enum { LARGE = 100000, CPU_S = 10, WORK_MAX = 200 };

/* What is on the screen when the action comes, as lines of a script. */
static const char *const places[][3] = {{"view architecture", "fold none"},
                                        {"view architecture", "other"},
                                        {"view architecture", "fold blocks"},
                                        {"view step"},
                                        {"view maps"},
                                        {"view maps", "open"},
                                        {"view maps", "other"},
                                        {"select fc", "view maps", "other"},
                                        {"select layer1.1.conv2", "view maps", "other"},
                                        {"view value"},
                                        {"view block"},
                                        {"view block", "other"},
                                        {"view gradients"},
                                        {"view input"},
                                        {"view analyses"},
                                        {"view analyses", "analysis paper"},
                                        {"help"},
                                        {"files architectures"},
                                        {"files pictures"},
                                        {"questions"},
                                        {"questions 1"},
                                        {"lesson skip"}};
enum { PLACES = sizeof places / sizeof places[0] };

static const char *now;

static void give_up(int signal_number) {
    (void)signal_number;
    static const char text[] = "\nthis takes too long: ";
    write(STDERR_FILENO, text, sizeof text - 1);
    write(STDERR_FILENO, now, strlen(now));
    write(STDERR_FILENO, "\n", 1);
    _exit(1);
}

static void limit_time(const char *what, int cpu_s) {
    now = what;
    signal(SIGVTALRM, give_up);
    assert_int_equal(setitimer(ITIMER_VIRTUAL, &(struct itimerval){.it_value = {.tv_sec = cpu_s}}, NULL), 0);
}

/* Everything closed, and the place opened anew: in the middle of the network, in the middle of a map. */
static void go_to(SessionWorld *world, const char *const *lines) {
    Session *session = world->session;
    Error err = {0};
    Screen *screen = world->screen;
    screen_end_lesson(screen);
    layer_close_all(screen);
    screen->quit = false;
    screen_own(screen)->look.settings.mouse = SWITCH_OFF;
    session->exp.pictures.cursor = screen->help_first = 0;
    file_list_clear(&screen->files.list);
    screen->book.spot = (BookSpot){.level = 0};
    session->look.settings.explain = EXPLAIN_OFF;
    if (!screen_set_state(screen, "v1:resnet20", &err)) fail_msg("%s", err.text);
    session_world_act(world, "select layer2.1.conv1");
    session_world_act(world, "channel 7");
    session_world_act(world, "cell 5 6");
    for (int k = 0; k < 3 && lines[k]; k++) session_world_act(world, lines[k]);
}

/* All that an action with a count can move. */
static char *where(SessionWorld *world) {
    Session *session = world->session;
    char *state = session_state_text(session), *text = NULL;
    const BookSpot *spot = &world->screen->book.spot;
    if (session->exp.job.kind == JOB_RUN) screen_finish_work(world->screen);
    assert_true(asprintf(&text, "%s image %d file %d question %d line %d view %d at %d", state,
                         session->exp.pictures.cursor, world->screen->files.list.selected, spot->question,
                         spot->first, (int)session->look.view, session->exp.at) > 0);
    free(state);
    return text;
}

static void act_and_draw(SessionWorld *world, const Action *action) {
    Session *session = world->session;
    char what[80];
    snprintf(what, sizeof what, "%s %d", action_name(action->id), action->number);
    limit_time(what, CPU_S);
    screen_do(world->screen, action);
    for (int k = 0; k < WORK_MAX && screen_work(world->screen); k++) {
    }
    free(session_world_screen(world));
    limit_time("", 0);
    screen_play_out(world->screen);
    if (session->exp.at < 0 || session->exp.at >= world->steps) fail_msg("%s: at %d", what, session->exp.at);
    if (session->exp.wanted.channel < 0 || session->exp.wanted.row < 0 || session->exp.wanted.column < 0)
        fail_msg("%s: a negative index", what);
}

/* Where the action leads from a place, with its number. */
static char *lead(SessionWorld *world, int place, ActionId id, int number) {
    go_to(world, places[place]);
    act_and_draw(world, &(Action){.id = id, .number = number});
    return where(world);
}

static void assert_leads_to(SessionWorld *world, int place, ActionId id, int number, const char *expected) {
    char *found = lead(world, place, id, number);
    if (strcmp(found, expected) != 0)
        fail_msg("%s, '%s %d' leads to\n%s, expected\n%s", places[place][0], action_name(id), number, found,
                 expected);
    free(found);
}

static void counts_beyond_all_that_can_be_counted_lead_to_the_end(void **state) {
    SessionWorld *world = *state;
    for (int place = 0; place < PLACES; place++)
        for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) {
            if (action_argument((ActionId)id) != ACTION_ARGUMENT_COUNT) continue;
            char *far = lead(world, place, (ActionId)id, LARGE), *once = lead(world, place, (ActionId)id, 1);
            assert_leads_to(world, place, (ActionId)id, INT_MAX, far);
            assert_leads_to(world, place, (ActionId)id, INT_MIN, once);
            assert_leads_to(world, place, (ActionId)id, -1, once);
            assert_leads_to(world, place, (ActionId)id, 0, once);
            free(far);
            free(once);
        }
}

/* Also where the number means nothing, or is one of several. */
static void every_action_takes_any_number_in_every_place(void **state) {
    static const int numbers[] = {INT_MAX, INT_MIN, -1, 0};
    static const char *const forms[] = {"%d", "%d %d", "layer1.0.add %d %d %d"};
    SessionWorld *world = *state;
    assert_int_equal(chdir(world->dir->path), 0); /* what an action writes lands there */
    for (int place = 0; place < PLACES; place++) {
        go_to(world, places[place]);
        for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++)
            for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
                int n = numbers[k];
                Action action = {.id = (ActionId)id, .number = n};
                if (action_argument(action.id) == ACTION_ARGUMENT_TEXT)
                    snprintf(action.text, sizeof action.text, forms[(id + (int)k) % 3], n, n, n);
                act_and_draw(world, &action);
                if (id == ACTION_LESSON || id == ACTION_QUIT) go_to(world, places[place]);
            }
    }
    assert_int_equal(chdir("/"), 0);
}

static void a_typed_line_is_clamped_where_it_is_parsed(void **state) {
    (void)state;
    static const struct {
        const char *line;
        int number;
    } cases[] = {{"step 2147483647", ACTION_NUMBER_MAX},
                 {"block 99999999999999999999", ACTION_NUMBER_MAX},
                 {"go 1000000", ACTION_NUMBER_MAX},
                 {"channel 999999", 999999},
                 {"down +3", 3},
                 {"step 0", 0}};
    static const char *const bad[] = {"step -1", "step -2147483648", "go x", "go 3x", "go", "channel 1 2"};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        Action action;
        Error err = {0};
        if (!action_parse(cases[k].line, &action, &err)) fail_msg("%s", err.text);
        assert_int_equal(action.number, cases[k].number);
    }
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        Action action;
        Error err = {0};
        assert_false(action_parse(bad[k], &action, &err));
        assert_non_null(strstr(err.text, "expected a number, found"));
    }
}

static void typed_digits_are_clamped(void **state) {
    SessionWorld *world = *state;
    session_world_press(world, "9 9 9 9 9 9 9 9 9 9 9 9");
    assert_int_equal(world->screen->typing.count, ACTION_NUMBER_MAX);
    session_world_press(world, "s");
    assert_int_equal(world->session->exp.at, world->steps - 1);
    session_world_press(world, "9 9 9 9 9 9 9 9 9 9 g");
    assert_non_null(strstr(screen_error(world->screen), "operations 0 to 71, found 1000000 or more"));
}

/* Where a number is written as text, 4294967297 is not 1. */
static void no_number_wraps_around(void **state) {
    SessionWorld *world = *state;
    Error err = {0};
    session_world_act(world, "cell 4294967297 4294967298");
    assert_int_equal(session_scene(world->session).row, session_scene(world->session).column);
    assert_true(session_scene(world->session).row > 2);
    session_world_act(world, "watch layer1.0.add 4294967297 4294967297 4294967297");
    assert_non_null(strstr(screen_error(world->screen), "within its shape"));
    session_world_act(world, "click 4294967297 4294967297");
    assert_non_null(strstr(world->session->notice.text, "nothing here"));
    session_world_act(world, "pointer 4294967297 4294967297");
    assert_int_equal(world->screen->pointer.x, world->session->display.width - 1);
    session_world_act(world, "pointer -4294967297 -4294967297");
    assert_int_equal(world->screen->pointer.y, 0);
    assert_false(script_run_line(world->screen, "size 4294967376x24", &err));
    assert_false(script_run_line(world->screen, "size 80x4294967320", &err));
    assert_true(script_run_line(world->screen, "size 80x24", &err));
    assert_false(screen_set_state(world->screen, "v1:resnet20,watch=relu:4294967297:0:0", &err));
    assert_true(screen_set_state(world->screen, "v1:resnet20,watch=relu:1:0:0", &err));
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(counts_beyond_all_that_can_be_counted_lead_to_the_end),
        SESSION_TEST(every_action_takes_any_number_in_every_place),
        cmocka_unit_test(a_typed_line_is_clamped_where_it_is_parsed),
        SESSION_TEST(typed_digits_are_clamped),
        SESSION_TEST(no_number_wraps_around),
    };
    parallel_set_threads(1); /* as quick here, and the other processor is free for other tests */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
