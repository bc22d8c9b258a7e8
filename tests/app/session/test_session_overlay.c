/* What is laid over the picture: by action, computed once, and never of a pass that is gone. */
#include <stdlib.h>
#include <string.h>

#include "core/inspect/saliency.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"

enum { SIDE = 32, PIXELS = SIDE * SIDE };

static const SceneOverlay *shown(SessionWorld *world, int side) {
    session_look_prepare(world->session);
    return &world->session->look.overlays[side].shown;
}

static void the_key_goes_round_in_the_input_view_only(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "view step");
    screen_key(world->screen, &(Key){.code = 'o'});
    assert_int_equal(world->session->look.settings.overlay, OVERLAY_NONE);
    assert_non_null(strstr(world->session->notice.text, "only one drawing here"));
    session_world_act(world, "view input");
    static const OverlayKind round[] = {OVERLAY_GRAD_CAM, OVERLAY_GRADIENT, OVERLAY_NONE};
    for (int k = 0; k < 3; k++) {
        screen_key(world->screen, &(Key){.code = 'o'});
        assert_int_equal(world->session->look.settings.overlay, round[k]);
        assert_int_equal(world->session->notice.kind, NOTICE_INFO);
    }
}

static void words_choose_one_and_others_are_refused(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "overlay gradient");
    assert_int_equal(world->session->look.settings.overlay, OVERLAY_GRADIENT);
    session_world_act(world, "overlay heat");
    assert_string_equal(screen_error(world->screen),
                        "overlay: expected none, grad-cam or gradient, found 'heat'");
    assert_int_equal(world->session->look.settings.overlay, OVERLAY_GRADIENT);
    session_world_act(world, "overlay none");
    assert_int_equal(world->session->look.settings.overlay, OVERLAY_NONE);
}

/* Is the overlay the enlarged Grad-CAM of this pass now? */
static void assert_grad_cam(const SceneOverlay *overlay, const Pass *pass) {
    GradCam cam;
    Error err = {0};
    real expected[PIXELS];
    assert_non_null(overlay->values);
    assert_true(grad_cam_compute(&cam, pass, pass_target(pass, 0), &err));
    map_enlarge(expected, SIDE, SIDE, cam.map, cam.height, cam.width);
    assert_memory_equal(overlay->values, expected, sizeof expected);
    assert_int_equal(overlay->class_index, pass_target(pass, 0));
    assert_int_equal(overlay->layer, cam.layer);
    assert_close(overlay->max, tensor_stats(expected, PIXELS).max, 0);
    grad_cam_free(&cam);
}

static void assert_gradient(const SceneOverlay *overlay, const Pass *pass) {
    real expected[PIXELS];
    assert_non_null(overlay->values);
    map_of_gradient(expected, pass_grad(pass, 0));
    assert_memory_equal(overlay->values, expected, sizeof expected);
    assert_true(overlay->reach > 0 && overlay->reach <= overlay->max);
}

static void each_waits_for_the_pass_it_needs(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "view input");
    session_world_act(world, "overlay grad-cam");
    assert_null(shown(world, 0)->values);
    session_world_act(world, "finish");
    assert_grad_cam(shown(world, 0), world->session->exp.pass);
    session_world_act(world, "overlay gradient");
    assert_null(shown(world, 0)->values);
    session_world_act(world, "finish");
    assert_gradient(shown(world, 0), world->session->exp.pass);
    session_world_act(world, "restart");
    assert_null(shown(world, 0)->values);
}

static void a_new_pass_forgets_what_the_old_one_gave(void **state) {
    SessionWorld *world = *state;
    static const char *const changes[] = {"target 3", "image 05-deer",     "without-skip plain",
                                          "target 7", "without-skip none", "weights plain20"};
    session_world_act(world, "view input");
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    for (size_t k = 0; k < sizeof changes / sizeof changes[0]; k++) {
        session_world_act(world, "overlay grad-cam");
        shown(world, 0);
        session_world_act(world, changes[k]);
        assert_grad_cam(shown(world, 0), world->session->exp.pass);
        session_world_act(world, "overlay gradient");
        assert_gradient(shown(world, 0), world->session->exp.pass);
    }
}

static void nothing_is_computed_twice(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "view input");
    session_world_act(world, "finish");
    session_world_act(world, "overlay grad-cam");
    shown(world, 0);
    real *values = world->session->look.overlays[0].values;
    values[0] = 123;
    assert_close(shown(world, 0)->values[0], 123, 0);
}

static void each_side_of_a_comparison_has_its_own(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_act(world, "view input");
    session_world_act(world, "overlay gradient");
    session_world_act(world, "twin plain");
    assert_gradient(shown(world, 0), world->session->exp.pass);
    assert_gradient(shown(world, 1), world->session->twin.pass);
    Scene scene = session_scene(world->session);
    assert_true(session_twin_scene(world->session, &scene));
    assert_ptr_equal(scene.overlay.values, world->session->look.overlays[0].values);
    assert_ptr_equal(scene.twin->scene->overlay.values, world->session->look.overlays[1].values);
    assert_memory_not_equal(scene.overlay.values, scene.twin->scene->overlay.values, PIXELS * sizeof(real));
    session_world_act(world, "overlay grad-cam");
    assert_grad_cam(shown(world, 1), world->session->twin.pass);
    session_world_act(world, "twin image 05-deer");
    assert_grad_cam(shown(world, 1), world->session->twin.pass);
}

int main(void) {
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, session_world_open, session_world_close)
    const struct CMUnitTest tests[] = {
        WITH_WORLD(the_key_goes_round_in_the_input_view_only),
        WITH_WORLD(words_choose_one_and_others_are_refused),
        WITH_WORLD(each_waits_for_the_pass_it_needs),
        WITH_WORLD(a_new_pass_forgets_what_the_old_one_gave),
        WITH_WORLD(nothing_is_computed_twice),
        WITH_WORLD(each_side_of_a_comparison_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
