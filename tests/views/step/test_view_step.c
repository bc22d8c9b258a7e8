#include <stdio.h>
#include <string.h>

#include "core/tensor/gemm.h"
#include "tests/support/scene_world.h"
#include "views/style/text.h"

extern const ViewOps view_step_ops;

static const SceneScreen sizes[] = {
    {80, 19, CANVAS_ASCII | CANVAS_MONO}, {120, 35, CANVAS_MONO}, {200, 55, 0}};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static SceneWorld world_open(const char *arch, SkipMode skip) {
    SceneWorld world = scene_world_open_pass(arch, 0, (PassConfig){.skip = skip, .batch_statistics = true});
    world.scene = (Scene){.model = world.model,
                          .network = world.model->network,
                          .pass = world.pass,
                          .weights_note = "random weights, he, seed 0",
                          .image_name = "formula",
                          .true_class = -1,
                          .settings = setting_defaults()};
    return world;
}

static void look_at(SceneWorld *world, int at) {
    const Network *network = world->scene.network;
    world->scene.at = at;
    world->scene.op = scene_op_at(network, at);
    world->scene.phase = at < network->op_count ? PHASE_FORWARD : PHASE_BACKWARD;
    world->scene.channel = network->ops[world->scene.op].out.c - 1;
}

static void look_at_op(SceneWorld *world, const char *name, Phase phase) {
    int op = network_find_op(world->scene.network, name);
    assert_true(op >= 0);
    look_at(world, scene_at(world->scene.network, op, phase));
}

/* As the key # does. */
static void show_all_figures(SceneWorld *world) {
    world->scene.settings.figures = FIGURES_ALL;
}

static char *shown(const SceneWorld *world, int size) {
    return scene_world_draw(world, &view_step_ops, sizes[size]);
}

static void assert_screen(const SceneWorld *world, int size, const char *expected) {
    char *text = shown(world, size);
    assert_shows(text, "%s", expected);
    free(text);
}

/* Every step when `steps` have been run; each is drawn at one size, or at all of them. */
static void draw_all_steps(SceneWorld *world, int steps, bool all_sizes) {
    scene_world_run(world, steps);
    for (int at = 0; at < 2 * world->scene.network->op_count; at++) {
        look_at(world, at);
        for (int size = 0; size < SIZES; size++)
            if (all_sizes || at % SIZES == size)
                scene_world_check(world, &view_step_ops, sizes[size], at % SIZES == size);
    }
}

/* When nothing, half of the forward pass, all of it, half of the backward pass, and everything has been run.
 */
static void draw_in_all_phases(const char *arch, SkipMode skip) {
    SceneWorld world = world_open(arch, skip);
    int n = world.scene.network->op_count;
    for (int quarter = 0; quarter <= 4; quarter++) draw_all_steps(&world, quarter * n / 2, quarter == 4);
    scene_world_close(&world);
}

static void every_step_of_resnet20_draws_the_same_twice_and_inside_its_area(void **state) {
    (void)state;
    draw_in_all_phases("resnet20", SKIP_NONE_REMOVED);
}

static void every_step_draws_with_closed_routes_and_without_any(void **state) {
    (void)state;
    draw_in_all_phases("resnet20", SKIP_CUT);
    draw_in_all_phases("plain20", SKIP_NONE_REMOVED);
}

static void every_step_of_resnet50_draws_the_same_twice_and_inside_its_area(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet50", SKIP_NONE_REMOVED);
    draw_all_steps(&world, 2 * world.scene.network->op_count, true);
    scene_world_close(&world);
}

static void any_small_area_is_drawn_without_harm(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    int n = world.scene.network->op_count;
    scene_world_run(&world, 2 * n);
    Canvas *canvas = canvas_new(130, 30, 0);
    for (int at = 0; at < 2 * n; at++) {
        look_at(&world, at);
        for (int k = 0; k < 12; k++)
            view_step_ops.draw(world.state, &world.scene, canvas, (Rect){.x = 1, .w = 11 * k, .h = 2 * k});
    }
    for (int y = 0; y < canvas->height; y++) assert_int_equal(canvas_get(canvas, 0, y)->glyph, ' ');
    canvas_free(canvas);
    scene_world_close(&world);
}

static void title_names_the_kind_what_it_does_phase_and_time(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    look_at_op(&world, "layer1.0.conv1", PHASE_FORWARD);
    for (int size = 0; size < SIZES; size++)
        assert_screen(&world, size, "conv 3x3 weighs every neighbourhood and adds it up");
    assert_screen(&world, 0, "step 5 of 144, not run yet~");
    look_at_op(&world, "layer1.0.conv1", PHASE_BACKWARD);
    assert_screen(&world, 0, "conv 3x3 backward ");
    assert_screen(&world, 0, "step 140 of 144");
    scene_world_close(&world);
}

static void a_narrow_screen_names_the_next_step_in_its_title(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    scene_world_run(&world, 2 * world.scene.network->op_count);
    look_at_op(&world, "layer1.0.conv1", PHASE_FORWARD);
    assert_screen(&world, 0, "step 5 of 144, next: bn1~");
    look_at_op(&world, "layer1.0.conv1", PHASE_BACKWARD);
    assert_screen(&world, 0, "step 140 of 144, next: relu~");
    look_at_op(&world, "loss", PHASE_FORWARD);
    assert_screen(&world, 0, "step 72 of 144, next: backward~");
    look_at_op(&world, "input", PHASE_BACKWARD);
    assert_screen(&world, 0, "step 144 of 144, the last~");
    scene_world_close(&world);
}

static void assert_legends(const SceneWorld *world, SceneScreen screen, int expected) {
    char *text = scene_world_draw(world, &view_step_ops, screen);
    int open = 0, closed = 0;
    for (const char *at = text; *at; at++) open += *at == '[', closed += *at == ']';
    assert_int_equal(open, expected);
    assert_int_equal(closed, expected);
    free(text);
}

/* Of an addition two maps stand whole at 80 columns, three from 104; each has a legend. */
static void an_addition_shows_as_many_maps_as_are_whole(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    scene_world_run(&world, 2 * world.scene.network->op_count);
    for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
        look_at_op(&world, "layer1.1.add", (Phase)phase);
        assert_legends(&world, (SceneScreen){80, 21, 0}, 2);
        assert_legends(&world, (SceneScreen){101, 21, 0}, 2);
        assert_legends(&world, (SceneScreen){104, 21, 0}, 3);
        assert_legends(&world, (SceneScreen){34, 21, 0}, 1);
    }
    scene_world_close(&world);
}

/* Three maps of 16 columns each: what stands above and below them is wider. */
static void texts_of_three_small_maps_are_whole(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    scene_world_run(&world, 2 * world.scene.network->op_count);
    for (int phase = PHASE_FORWARD; phase <= PHASE_BACKWARD; phase++) {
        look_at_op(&world, "layer2.1.add", (Phase)phase);
        for (int width = 80; width <= 100; width += 5) {
            SceneScreen screen = {width, 21, 0};
            assert_legends(&world, screen, 3);
            char *text = scene_world_draw(&world, &view_step_ops, screen);
            assert_null(strstr(text, "…"));
            free(text);
        }
    }
    scene_world_close(&world);
}

static void a_step_ahead_of_the_pass_says_how_to_get_there(void **state) {
    (void)state;
    const char *words = "This step has not been run: s steps, e runs up to here, f runs the whole pass.";
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    look_at(&world, 3);
    scene_world_run(&world, 3);
    assert_screen(&world, 0, words);
    scene_world_run(&world, 4);
    char *text = shown(&world, 0);
    assert_null(strstr(text, words));
    free(text);
    scene_world_close(&world);
}

static void the_wide_list_points_at_the_selected_step(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    scene_world_run(&world, 2);
    look_at_op(&world, "layer1.0.conv1", PHASE_FORWARD);
    assert_screen(&world, 1, "-->      5 fwd layer1.0.conv1");
    assert_screen(&world, 1, "    F    2 fwd conv1");
    look_at_op(&world, "loss", PHASE_BACKWARD);
    assert_screen(&world, 2, "-->     73 bwd loss");
    assert_screen(&world, 2, "        72 fwd loss");
    scene_world_close(&world);
}

static void batch_norm_shows_the_numbers_it_used_for_the_channel(void **state) {
    (void)state;
    char expected[128];
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    show_all_figures(&world);
    scene_world_run(&world, 10);
    look_at_op(&world, "bn1", PHASE_FORWARD);
    world.scene.channel = 5;
    snprintf(expected, sizeof expected, "ch 5  mean %+.3g  variance %.3g  gamma +1  beta +0",
             (double)pass_norm_mean(world.pass, world.scene.op)[5],
             (double)pass_norm_var(world.pass, world.scene.op)[5]);
    for (int size = 0; size < SIZES; size++) assert_screen(&world, size, expected);
    scene_world_close(&world);
}

static void parameter_gradients_are_shown_with_their_norms(void **state) {
    (void)state;
    char expected[128];
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    show_all_figures(&world);
    scene_world_run(&world, 2 * world.scene.network->op_count);
    look_at_op(&world, "fc", PHASE_BACKWARD);
    const char *const names[] = {"weight", "bias"};
    for (int k = 0; k < 2; k++) {
        const Param *param = network_find_param(world.scene.network, k == 0 ? "fc.weight" : "fc.bias");
        snprintf(expected, sizeof expected, "d %s%s norm %.2e", names[k], k == 0 ? "" : "  ",
                 pass_param_grad_stats(world.pass, param).l2);
        assert_screen(&world, 0, expected);
    }
    scene_world_close(&world);
}

static void an_addition_sends_its_gradient_both_ways(void **state) {
    (void)state;
    char expected[128];
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    show_all_figures(&world);
    scene_world_run(&world, 2 * world.scene.network->op_count);
    look_at_op(&world, "layer1.1.add", PHASE_BACKWARD);
    TextNumber norm = text_format_exponent(pass_grad_stats(world.pass, world.scene.op).l2);
    snprintf(expected, sizeof expected, "|dF| %s  |dx(skip)| %s", norm.text, norm.text);
    assert_screen(&world, 0, expected);
    Junction junction = pass_junction(world.pass, world.scene.network->ops[world.scene.op].block);
    snprintf(expected, sizeof expected, "F %.1e  skip %.1e", junction.branch_l2, junction.skip_l2);
    assert_screen(&world, 0, expected);
    scene_world_close(&world);
}

static void a_cut_skip_is_open_forward_and_closed_backward(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20", SKIP_CUT);
    show_all_figures(&world);
    scene_world_run(&world, 2 * world.scene.network->op_count);
    look_at_op(&world, "layer1.1.add", PHASE_FORWARD);
    char *text = shown(&world, 2);
    assert_null(strstr(text, "closed: nothing passes here"));
    free(text);
    look_at_op(&world, "layer1.1.add", PHASE_BACKWARD);
    assert_screen(&world, 2, "closed: nothing passes here");
    assert_screen(&world, 2, "|dx(skip)| 0 ");
    scene_world_close(&world);
}

static void an_incomplete_sum_names_the_op_it_waits_for(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet50", SKIP_NONE_REMOVED);
    look_at_op(&world, "layer4.0.downsample.0", PHASE_BACKWARD);
    scene_world_run(&world, world.scene.at + 1);
    assert_screen(&world, 2, "complete after layer4.0.conv1");
    scene_world_close(&world);
}

static void the_channel_of_a_narrower_input_is_clamped(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    scene_world_run(&world, world.scene.network->op_count);
    look_at_op(&world, "layer2.0.downsample", PHASE_FORWARD);
    assert_screen(&world, 2, "x in channel 15 of 16");
    assert_screen(&world, 2, "y out channel 31 of 32");
    scene_world_close(&world);
}

static void the_loss_shows_probabilities_by_name_and_the_target(void **state) {
    (void)state;
    char expected[128], name[64];
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    show_all_figures(&world);
    scene_world_run(&world, world.scene.network->op_count);
    look_at_op(&world, "loss", PHASE_FORWARD);
    int target = pass_target(world.pass, 0);
    snprintf(expected, sizeof expected, "%.4g = -log %.4g, the probability of %s (predicted class)",
             pass_loss(world.pass), pass_probabilities(world.pass)[target],
             model_class_name(world.model, target, name, sizeof name));
    assert_screen(&world, 0, expected);
    for (int k = 0; k < 10; k++)
        assert_screen(&world, 0, model_class_name(world.model, k, name, sizeof name));
    scene_world_close(&world);
}

static void moves_select_steps_and_channels_within_their_range(void **state) {
    (void)state;
    SceneWorld world = world_open("resnet20", SKIP_NONE_REMOVED);
    look_at(&world, 5);
    Action action = view_step_ops.act(world.state, &world.scene, view_action(ACTION_DOWN, 3));
    assert_int_equal(action.id, ACTION_NEXT_OP);
    assert_int_equal(action.number, 3);
    action = view_step_ops.act(world.state, &world.scene, view_action(ACTION_UP, 99));
    assert_int_equal(action.id, ACTION_PREVIOUS_OP);
    assert_int_equal(action.number, 5);
    action = view_step_ops.act(world.state, &world.scene, view_action(ACTION_RIGHT, 1));
    assert_int_equal(action.id, ACTION_CHANNEL);
    assert_int_equal(action.number, world.scene.channel);
    action = view_step_ops.act(world.state, &world.scene, view_action(ACTION_LEFT, 1));
    assert_int_equal(action.number, world.scene.channel - 1);
    action = view_step_ops.act(world.state, &world.scene, view_action(ACTION_LAST, 0));
    assert_int_equal(action.number, 143 - 5);
    look_at(&world, 0);
    assert_int_equal(view_step_ops.act(world.state, &world.scene, view_action(ACTION_FIRST, 0)).id,
                     ACTION_NONE);
    assert_int_equal(view_step_ops.act(world.state, &world.scene, view_action(ACTION_FINISH, 0)).id,
                     ACTION_FINISH);
    scene_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_of_resnet20_draws_the_same_twice_and_inside_its_area),
        cmocka_unit_test(every_step_draws_with_closed_routes_and_without_any),
        cmocka_unit_test(every_step_of_resnet50_draws_the_same_twice_and_inside_its_area),
        cmocka_unit_test(any_small_area_is_drawn_without_harm),
        cmocka_unit_test(title_names_the_kind_what_it_does_phase_and_time),
        cmocka_unit_test(a_narrow_screen_names_the_next_step_in_its_title),
        cmocka_unit_test(an_addition_shows_as_many_maps_as_are_whole),
        cmocka_unit_test(texts_of_three_small_maps_are_whole),
        cmocka_unit_test(a_step_ahead_of_the_pass_says_how_to_get_there),
        cmocka_unit_test(the_wide_list_points_at_the_selected_step),
        cmocka_unit_test(batch_norm_shows_the_numbers_it_used_for_the_channel),
        cmocka_unit_test(parameter_gradients_are_shown_with_their_norms),
        cmocka_unit_test(an_addition_sends_its_gradient_both_ways),
        cmocka_unit_test(a_cut_skip_is_open_forward_and_closed_backward),
        cmocka_unit_test(an_incomplete_sum_names_the_op_it_waits_for),
        cmocka_unit_test(the_channel_of_a_narrower_input_is_clamped),
        cmocka_unit_test(the_loss_shows_probabilities_by_name_and_the_target),
        cmocka_unit_test(moves_select_steps_and_channels_within_their_range),
    };
    gemm_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
