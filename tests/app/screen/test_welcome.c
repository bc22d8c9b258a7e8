/* The first screen, and where its keys lead. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"

static void its_keys_lead_on_and_scripts_stay(void **state) {
    SessionWorld *world = *state;
    assert_true(screen_shows_welcome(world->screen));
    session_world_press(world, "Esc");
    assert_true(screen_shows_welcome(world->screen));
    session_world_press(world, "s");
    assert_int_equal(world->session->look.view, VIEW_STEP);
    assert_int_equal(world->session->exp.at, 1);
    session_world_act(world, "restart");
    session_world_act(world, "view architecture");
    assert_true(screen_shows_welcome(world->screen));
    session_world_act(world, "step");
    assert_int_equal(world->session->look.view, VIEW_ARCHITECTURE);
    assert_false(screen_shows_welcome(world->screen));
    session_world_press(world, "s");
    assert_int_equal(world->session->look.view, VIEW_ARCHITECTURE);
    assert_int_equal(world->session->exp.at, 2);
}

static void lessons_and_classes_are_not_welcomed(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "lesson first");
    assert_false(screen_shows_welcome(world->screen));
    session_world_press(world, "q");
    assert_true(screen_shows_welcome(world->screen));
    session_world_act(world, "presenter on");
    assert_false(screen_shows_welcome(world->screen));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(its_keys_lead_on_and_scripts_stay, session_world_open,
                                        session_world_close),
        cmocka_unit_test_setup_teardown(lessons_and_classes_are_not_welcomed, session_world_open,
                                        session_world_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
