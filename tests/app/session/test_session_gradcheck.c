/* The key = in the explorer. */
#include "tests/support/session_world.h"

#include "tests/support/assert_close.h"

#include <string.h>

static void assert_notice(SessionWorld *world, const char *expected) {
    const char *notice = world->session->notice.text;
    if (!strstr(notice, expected)) fail_msg("'%s' is not in '%s'", expected, notice);
}

static void a_gradient_must_be_there_to_be_checked(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "select layer3.0.conv1");
    session_world_act(world, "gradcheck");
    assert_notice(world, "layer3.0.conv1 has no gradient yet");
}

static void the_selected_element_is_checked(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_act(world, "select layer3.0.conv1");
    session_world_act(world, "channel 5");
    session_world_act(world, "cell 2 3");
    session_world_act(world, "gradcheck");
    assert_notice(world, "layer3.0.conv1 (5,2,3): backprop ");
    assert_notice(world, "agrees, limited by ");
    assert_int_equal(world->session->notice.kind, NOTICE_INFO);
}

static void cut_gradients_are_not_derivatives(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "without-skip cut");
    session_world_act(world, "gradcheck");
    assert_notice(world, "on purpose");
}

int main(void) {
#define IN_SESSION(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)
    const struct CMUnitTest tests[] = {
        IN_SESSION(a_gradient_must_be_there_to_be_checked),
        IN_SESSION(the_selected_element_is_checked),
        IN_SESSION(cut_gradients_are_not_derivatives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
