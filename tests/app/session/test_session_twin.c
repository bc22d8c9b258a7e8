/* Two sides of a comparison: in step, on one scale, and with a difference that is one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/inspect/block_figures.h"
#include "tests/support/assert_close.h"
#include "tests/support/session_world.h"
#include "views/block/maps.h"
#include "views/panel/twin_frame.h"
#include "views/style/text.h"

static Scene compared_scene(SessionWorld *world) {
    Scene scene = session_scene(world->session);
    assert_true(session_twin_scene(world->session, &scene));
    return scene;
}

static void the_other_side_keeps_step(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "twin plain");
    session_world_act(world, "step 20");
    assert_int_equal(scene_steps_done(world->session->twin.pass), 21);
    assert_int_equal(pass_skip_mode(world->session->twin.pass), SKIP_PLAIN);
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    assert_int_equal(scene_steps_done(world->session->twin.pass), world->steps);
}

static void nothing_is_computed_while_it_is_off(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    assert_null(world->session->twin.pass);
    session_world_act(world, "twin");
    session_world_act(world, "twin off");
    int steps = scene_steps_done(world->session->twin.pass);
    session_world_act(world, "finish");
    assert_int_equal(scene_steps_done(world->session->twin.pass), steps);
    Scene scene = session_scene(world->session);
    assert_false(session_twin_scene(world->session, &scene));
}

static void a_network_differs_from_itself_by_nothing(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "finish");
    session_world_act(world, "select layer2.1.add");
    session_world_act(world, "twin built");
    Scene scene = compared_scene(world);
    assert_true(scene.twin->figures.known);
    assert_true(scene.twin->figures.l2 == 0);
    assert_close(scene.twin->figures.cosine, 1, 1e-12); /* double rounding */
    assert_true(scene.twin->figures.a_l2 > 0);
}

static void the_difference_stands_in_place_of_the_tensor(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer1.1.add");
    session_world_act(world, "twin plain");
    session_world_act(world, "twin difference");
    Scene scene = compared_scene(world);
    Tensor mine = pass_act(world->session->exp.pass, scene.op);
    Tensor other = pass_act(world->session->twin.pass, scene.op);
    Tensor shown = scene_tensor(&scene, scene.op, scene.phase);
    double sum = 0;
    for (size_t j = 0; j < shape_count(shown.shape); j++) {
        assert_true(shown.data[j] == mine.data[j] - other.data[j]);
        sum += pow((double)shown.data[j], 2);
    }
    assert_true(sum > 0);
    assert_close(scene.twin->figures.l2, sqrt(sum), 1e-5 * sqrt(sum)); /* rounded to float here */
    assert_true(scene_is_signed(&scene, scene.op, scene.phase));
}

static void both_sides_have_one_scale(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer3.2.relu2");
    session_world_act(world, "twin plain");
    Scene scene = compared_scene(world);
    Scene other = *scene.twin->scene;
    SceneTwin back = {.scene = &scene};
    other.twin = &back;
    Scale a = scene_scale(&scene, scene.op, scene.phase, 0, MAP_FOCUS);
    Scale b = scene_scale(&other, other.op, other.phase, 0, MAP_FOCUS);
    assert_true(a.lo == b.lo && a.hi == b.hi && a.is_signed == b.is_signed);
    assert_memory_equal(a.quarter, b.quarter, sizeof a.quarter);
    scene.settings.scope = other.settings.scope = SCOPE_LAYER;
    a = scene_scale(&scene, scene.op, scene.phase, 0, MAP_FOCUS);
    b = scene_scale(&other, other.op, other.phase, 0, MAP_FOCUS);
    assert_true(a.lo == b.lo && a.hi == b.hi && a.is_signed == b.is_signed);
    Stats mine = scene_stats(&scene, scene.op, scene.phase);
    Stats theirs = scene_stats(&other, other.op, other.phase);
    assert_true(a.hi >= mine.max && a.hi >= theirs.max);
    assert_true(mine.max != theirs.max);
}

/* The maps of a block as well: what is drawn left and right has the same colours. */
static void the_blocks_of_both_sides_have_one_scale(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "select layer2.1.add");
    session_world_act(world, "twin plain");
    for (int by_hand = 0; by_hand < 2; by_hand++) {
        session_world_act(world, by_hand ? "scope layer" : "scope auto");
        Scene scene = compared_scene(world);
        const Scene *other = scene.twin->scene;
        SceneTwin back = {.scene = &scene, .figures = scene.twin->figures};
        Scene turned = *other, alone = scene;
        turned.twin = &back;
        alone.twin = NULL;
        int block = block_of_op(scene.network, scene.op), theirs = block_of_op(other->network, other->op);
        BlockMaps left = block_maps_collect(&scene, block), right = block_maps_collect(&turned, theirs);
        BlockMaps one = block_maps_collect(&alone, block);
        int differing = 0;
        assert_int_equal(left.count, right.count);
        for (int k = 0; k < left.count; k++) {
            Scale a = left.maps[k].scale, b = right.maps[k].scale;
            assert_true(a.lo == b.lo && a.hi == b.hi);
            assert_true(!by_hand || a.hi >= one.maps[k].scale.hi);
            differing += a.hi != one.maps[k].scale.hi;
        }
        assert_true(differing > 0 || by_hand);
    }
}

static void a_plain_network_finds_its_partner_operations(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "twin weights plain20-cifar10");
    assert_null(screen_error(world->screen));
    session_world_act(world, "finish");
    session_world_act(world, "select layer2.0.conv2");
    Scene scene = compared_scene(world);
    assert_string_equal(scene.twin->scene->network->ops[scene.twin->scene->op].name, "layer2.0.conv2");
    session_world_act(world, "select layer2.0.add");
    scene = compared_scene(world);
    assert_string_equal(scene.twin->scene->network->ops[scene.twin->scene->op].name, "layer2.0.bn2");
}

static void another_picture_is_another_side(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "twin image 05-deer");
    Scene scene = compared_scene(world);
    assert_true(scene.twin->figures.l2 > 0);
    assert_string_equal(scene.twin->scene->image_name, "05-deer");
    assert_int_equal(scene.twin->scene->true_class, 4); /* CIFAR-10's deer */
    assert_int_equal(scene.true_class, -1);             /* this side's picture is nobody's */
}

static void a_new_picture_begins_the_other_side_anew(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "twin plain");
    session_world_act(world, "image 05-deer");
    Scene scene = compared_scene(world);
    size_t bytes = shape_count(world->session->exp.pass ? scene.network->input : (Shape){0}) * sizeof(real);
    assert_memory_equal(pass_act(world->session->twin.pass, 0).data,
                        pass_act(world->session->exp.pass, 0).data, bytes);
    assert_int_equal(scene_steps_done(world->session->twin.pass), scene_steps_done(world->session->exp.pass));
}

static void a_mistake_is_one_sentence_and_changes_nothing(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "twin plain");
    session_world_act(world, "twin sideways");
    assert_string_equal(
        screen_error(world->screen),
        "twin: expected off, plain, cut, built, image NAME, weights NAME or difference, found "
        "'sideways'");
    assert_int_equal(world->session->twin.show, TWIN_BOTH);
    session_world_act(world, "twin weights nothing.safetensors");
    assert_non_null(strstr(screen_error(world->screen), "nothing.safetensors"));
    assert_int_equal(world->session->twin.kind, TWIN_SKIP);
}

static void the_key_goes_round(void **state) {
    SessionWorld *world = *state;
    static const TwinShow narrow[] = {TWIN_BOTH, TWIN_OTHER, TWIN_DIFFERENCE, TWIN_OFF};
    for (int k = 0; k < 4; k++) {
        screen_key(world->screen, &(Key){.code = 'D'});
        assert_int_equal(world->session->twin.show, narrow[k]);
    }
    screen_set_size(world->screen, 200, 60);
    static const TwinShow wide[] = {TWIN_BOTH, TWIN_DIFFERENCE, TWIN_OFF};
    for (int k = 0; k < 3; k++) {
        screen_key(world->screen, &(Key){.code = 'D'});
        assert_int_equal(world->session->twin.show, wide[k]);
    }
}

static void both_titles_stand_on_a_wide_screen(void **state) {
    SessionWorld *world = *state;
    screen_set_size(world->screen, 200, 60);
    session_world_act(world, "view maps");
    session_world_act(world, "twin plain");
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, "skips as built"));
    assert_non_null(strstr(screen, "plain: the same weights, skips removed"));
    assert_non_null(strstr(screen, "|A-B|"));
    free(screen);
}

/* Where a view's map is whole in half of the screen, from 100 columns on. */
static void two_sides_stand_beside_each_other_from_100_columns(void **state) {
    SessionWorld *world = *state;
    session_world_act(world, "finish");
    session_world_act(world, "view maps");
    session_world_act(world, "select layer1.1.relu2");
    session_world_act(world, "twin plain");
    for (int width = 80; width <= 160; width++) {
        screen_set_size(world->screen, width, 30);
        SessionPanes panes = session_panes(world->session);
        assert_int_equal(!rect_is_empty(panes.other), width >= 100);
        if (width >= 100) assert_true(panes.view.w >= VIEW_BESIDE && panes.other.w >= VIEW_BESIDE);
    }
}

/* How far the sides are apart is said in words, from figures that were computed; on a narrow screen a key that
 * is named flips from side to side. */
static void the_difference_is_said_in_words(void **state) {
    SessionWorld *world = *state;
    char text[200], expected[80];
    session_world_act(world, "finish");
    session_world_act(world, "view maps");
    session_world_act(world, "select layer1.1.relu2");
    session_world_act(world, "twin plain");
    Scene scene = compared_scene(world);
    const Difference *d = &scene.twin->figures;
    twin_say_difference(&scene, text, sizeof text);
    snprintf(expected, sizeof expected, "differ by %s of A's length",
             text_format_percent(d->l2 / d->a_l2).text);
    assert_non_null(strstr(text, expected));
    char *screen = session_world_screen(world);
    assert_non_null(strstr(screen, text));
    assert_non_null(strstr(screen, "D flip to B"));
    free(screen);
    session_world_act(world, "twin built");
    scene = compared_scene(world);
    twin_say_difference(&scene, text, sizeof text);
    assert_string_equal(text, "A and B have the same activations here.");
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, session_world_open, session_world_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        SESSION_TEST(the_other_side_keeps_step),
        SESSION_TEST(nothing_is_computed_while_it_is_off),
        SESSION_TEST(a_network_differs_from_itself_by_nothing),
        SESSION_TEST(the_difference_stands_in_place_of_the_tensor),
        SESSION_TEST(both_sides_have_one_scale),
        SESSION_TEST(the_blocks_of_both_sides_have_one_scale),
        SESSION_TEST(a_plain_network_finds_its_partner_operations),
        SESSION_TEST(another_picture_is_another_side),
        SESSION_TEST(a_new_picture_begins_the_other_side_anew),
        SESSION_TEST(a_mistake_is_one_sentence_and_changes_nothing),
        SESSION_TEST(the_key_goes_round),
        SESSION_TEST(both_titles_stand_on_a_wide_screen),
        SESSION_TEST(two_sides_stand_beside_each_other_from_100_columns),
        SESSION_TEST(the_difference_is_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
